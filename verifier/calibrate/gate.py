"""Limits of the quality gate, so that it sends back a known share of photos; or why there are none.

One set for all: of each limit the most lenient group decides, so that none is asked more often.
How wide a face has to be is not taken from photos but from the matcher (docs/face-verification.md).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from verifier.verdicts.quality import DEFAULT_LIMITS, PhotoQuality, QualityLimits, assess

LEAST_PHOTOS = 300
SENT_BACK = 0.02  # by each limit, of the photos that are measured

_DIGITS = 1000
# The number that each limit is about, and whether a photo has to have at least or at most that.
_LEAST = {
    "least_sharpness": "sharpness",
    "least_brightness": "brightness",
    "least_contrast": "contrast",
    "least_eye_light": "eye_light",
    "least_eye_detail": "eye_detail",
}
_MOST = {"most_brightness": "brightness", "most_yaw": "yaw", "most_roll_degrees": "roll_degrees"}
_EITHER_SIDE = frozenset({"yaw", "roll_degrees"})


@dataclass(frozen=True)
class Measure:
    """What was measured of one photo, of somebody of a group."""

    group: str
    quality: PhotoQuality


@dataclass(frozen=True)
class GateRefusal:
    """Too few photos: what there was and what it takes."""

    photos: int

    def __str__(self) -> str:
        """Say why in one sentence."""
        return f"no limits for the gate: {self.photos} photos with one face, {LEAST_PHOTOS} needed"


@dataclass(frozen=True)
class GateProposed:
    """Limits, and which share of each group's photos they and the built-in ones send back."""

    limits: QualityLimits
    photos: int
    sent_back: Mapping[str, float]
    sent_back_now: Mapping[str, float]


def propose_gate(measures: Sequence[Measure], name: str) -> GateProposed | GateRefusal:
    """Limits each of which sends back SENT_BACK of the photos of the most lenient group."""
    groups: dict[str, list[PhotoQuality]] = defaultdict(list)
    for one in measures:
        if one.quality.faces == 1:
            groups[one.group].append(one.quality)
    photos = sum(len(found) for found in groups.values())
    if photos < LEAST_PHOTOS:
        return GateRefusal(photos)
    voting = [found for found in groups.values() if len(found) >= LEAST_PHOTOS]
    limits = _limits(voting or list(groups.values()), name)
    return GateProposed(limits, photos, _shares(groups, limits), _shares(groups, DEFAULT_LIMITS))


def _limits(voting: Sequence[Sequence[PhotoQuality]], name: str) -> QualityLimits:
    least = {
        limit: min(_quantile(photos, what, SENT_BACK) for photos in voting)
        for limit, what in _LEAST.items()
    }
    most = {
        limit: max(_quantile(photos, what, 1 - SENT_BACK) for photos in voting)
        for limit, what in _MOST.items()
    }
    # Rounded to the lenient side.
    return QualityLimits(
        name,
        least_face_px=DEFAULT_LIMITS.least_face_px,
        **{limit: floor(value * _DIGITS) / _DIGITS for limit, value in least.items()},
        **{limit: ceil(value * _DIGITS) / _DIGITS for limit, value in most.items()},
    )


def _quantile(photos: Sequence[PhotoQuality], what: str, share: float) -> float:
    values = np.array([getattr(one, what) for one in photos])
    return float(np.quantile(np.abs(values) if what in _EITHER_SIDE else values, share))


def _shares(
    groups: Mapping[str, Sequence[PhotoQuality]], limits: QualityLimits
) -> dict[str, float]:
    return {
        group: sum(bool(assess(one, limits)) for one in photos) / len(photos)
        for group, photos in sorted(groups.items())
    }
