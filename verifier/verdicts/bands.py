"""Which distances mean match, unsure and no match: threshold sets, by number of references."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from math import isfinite
from typing import Any

from verifier.verdicts.evidence import FaceScores, FaceVerdict
from verifier.verdicts.quality import DEFAULT_LIMITS, QualityLimits

# What the second opinion counts beside (1 - cosine); measured better than either alone.
DLIB_WEIGHT = 0.5
# 1 - cosine ends at 2, and so many photos are the most of one enrolment, doubled.
_FARTHEST = 2.0
_MOST_REFERENCES = 10


@dataclass(frozen=True)
class Limits:
    """The limits from `references` enrolled photos on; distances, smaller is more alike.

    sface_match and below: match. sface_no_match and above: no match. Between them is the grey
    zone, where the second opinion is asked and the fused distance decides.
    """

    references: int
    sface_match: float
    sface_no_match: float
    fused_match: float
    fused_no_match: float


@dataclass(frozen=True)
class ThresholdSet:
    """A named set that never changes; another calibration is another set with another name.

    `limits` are in rising number of references and begin with 1; `quality` says which photos are
    compared at all.
    """

    name: str
    limits: tuple[Limits, ...]
    quality: QualityLimits = DEFAULT_LIMITS

    def limits_for(self, references: int) -> Limits:
        """The limits of the most references that are not more than the person has."""
        fitting = [limits for limits in self.limits if limits.references <= references]
        return fitting[-1] if fitting else self.limits[0]


class LimitsError(ValueError):
    """Limits that are none: numbers that lack, are out of order or out of range."""


def limits_of(rows: Sequence[Any]) -> tuple[Limits, ...]:
    """Read limits as JSON keeps them; raises LimitsError, naming what is wrong."""
    found = tuple(_one_of(row) for row in rows)
    counts = [one.references for one in found]
    if counts[:1] != [1] or counts != sorted(set(counts)):
        msg = "references have to begin with 1 and rise"
        raise LimitsError(msg)
    return found


def _one_of(row: Any) -> Limits:
    names = [one.name for one in fields(Limits)]
    values = [row.get(name) for name in names] if isinstance(row, dict) else [None]
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in values):
        msg = f"each needs the numbers {', '.join(names)}"
        raise LimitsError(msg)
    found = Limits(*values)
    ordered = (
        0 < found.sface_match < found.sface_no_match < _FARTHEST
        and 0 < found.fused_match < found.fused_no_match < _FARTHEST
    )
    whole = isinstance(found.references, int) and 1 <= found.references <= _MOST_REFERENCES
    if not (whole and ordered and all(isfinite(one) for one in astuple(found))):
        msg = f"limits for {found.references} reference(s) are out of order or out of range"
        raise LimitsError(msg)
    return found


# Until a deployment has calibrated on its own people. Measured as `make accuracy` does, on 475
# public photos of 106 people, impostors of the same sex and group (docs/face-verification.md):
#                                  false match   genuine not matched
#   East Asian, 1 reference           0.05 %          9.0 %
#   East Asian, 2 references          0.09 %          1.5 %
#   East Asian, 3 references          0.13 %          0.8 %
#   East Asian, 5 references          0.16 %          0.8 %
#   other, 1 reference                0               4.8 %
#   other, 2 references               0               0.9 %
#   other, 3 references               0               0.6 %
#   other, 5 references               0               0
# One set for all: the fused limits are those of the East Asian portraits; the others alone could do
# with 0.92. One reference is weak, and shows. Another name than before: the limits from three
# references on were 0.81, where 0.19 % and, with five, 0.26 % of the strangers passed.
DEFAULT = ThresholdSet(
    name="public-2026-11c",
    limits=(
        Limits(1, sface_match=0.50, sface_no_match=0.75, fused_match=0.81, fused_no_match=0.97),
        Limits(2, sface_match=0.52, sface_no_match=0.75, fused_match=0.80, fused_no_match=0.97),
        Limits(3, sface_match=0.52, sface_no_match=0.75, fused_match=0.80, fused_no_match=0.97),
        Limits(4, sface_match=0.52, sface_no_match=0.75, fused_match=0.79, fused_no_match=0.97),
    ),
)


# Of two people who resemble each other, the distances of one to the other's references lie lower:
# what would be a match is one only if it lies nearer by this much, else a person looks.
_CLOSER_BY = 0.08


def stricter(thresholds: ThresholdSet) -> ThresholdSet:
    """The same set with nearer matches, for who resembles another enrolled person; never wider."""
    return replace(
        thresholds,
        name=f"{thresholds.name}+look_alike",
        limits=tuple(
            replace(
                limits,
                sface_match=limits.sface_match - _CLOSER_BY,
                fused_match=limits.fused_match - _CLOSER_BY,
            )
            for limits in thresholds.limits
        ),
    )


def fused(scores: FaceScores) -> float | None:
    """(1 - cosine) + DLIB_WEIGHT * L2, with the mirrored cosine if there is one; else None."""
    if scores.sface is None or scores.dlib is None:
        return None
    cosine = scores.sface if scores.mirrored is None else scores.mirrored
    return cosine + DLIB_WEIGHT * scores.dlib


def in_grey_zone(sface: float, references: int, thresholds: ThresholdSet) -> bool:
    """Whether SFace alone cannot tell, so that a second opinion is worth its time."""
    limits = thresholds.limits_for(references)
    return limits.sface_match < sface < limits.sface_no_match


def band(scores: FaceScores, references: int, thresholds: ThresholdSet) -> FaceVerdict:
    """`match`, `unsure` or `no_match`; a grey zone without a second opinion is `unsure`."""
    if scores.sface is None:
        return FaceVerdict.UNSURE
    limits = thresholds.limits_for(references)
    if in_grey_zone(scores.sface, references, thresholds):
        return _between(fused(scores), limits.fused_match, limits.fused_no_match)
    return FaceVerdict.MATCH if scores.sface <= limits.sface_match else FaceVerdict.NO_MATCH


def _between(distance: float | None, match: float, no_match: float) -> FaceVerdict:
    if distance is None:
        return FaceVerdict.UNSURE
    if distance <= match:
        return FaceVerdict.MATCH
    return FaceVerdict.NO_MATCH if distance >= no_match else FaceVerdict.UNSURE
