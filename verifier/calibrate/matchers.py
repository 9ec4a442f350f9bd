"""Three ways to judge the same trials, each as one number a trial: smaller is more alike."""

from enum import StrEnum

import numpy as np

from verifier.calibrate.trials import Distances, Numbers
from verifier.verdicts.bands import Limits, ThresholdSet

# The thresholds that everybody uses who uses these models as they come.
DLIB_USUAL = 0.6
SFACE_USUAL = 0.637
# More than the second opinion can ever add: what SFace alone refuses stays behind all the rest.
BEHIND = 2.0


class Matcher(StrEnum):
    """What is measured; `default` is what the system does."""

    DLIB = "dlib"
    SFACE = "sface"
    DEFAULT = "default"


def scores(matcher: Matcher, distances: Distances, limits: Limits) -> Numbers:
    """The number of each trial by which a matcher decides."""
    if matcher is Matcher.DLIB:
        return distances.dlib
    if matcher is Matcher.SFACE:
        return distances.plain
    return in_order(distances.sface, distances.fused, limits)


def shipped(matcher: Matcher, thresholds: ThresholdSet, references: int) -> float:
    """The threshold in use: up to it, a trial is a match."""
    if matcher is Matcher.DLIB:
        return DLIB_USUAL
    if matcher is Matcher.SFACE:
        return SFACE_USUAL
    return thresholds.limits_for(references).fused_match


def in_order(sface: Numbers, fused: Numbers, limits: Limits) -> Numbers:
    """The order in which the bands take trials for a match: sure ones, grey ones, refused ones.

    Up to `limits.fused_match` exactly those are a match that `bands.band` calls so: what SFace is
    sure of is below every fused distance of the grey zone, what it refuses above all of them.
    """
    grey = (sface > limits.sface_match) & (sface < limits.sface_no_match)
    refused = sface >= limits.sface_no_match
    return np.asarray(np.where(grey, fused, np.where(refused, sface + BEHIND, sface)))
