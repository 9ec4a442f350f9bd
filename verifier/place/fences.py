"""A circle on the Earth, and the three answers about a fix: inside, outside, cannot tell."""

from dataclasses import dataclass
from math import asin, atan, cos, isfinite, radians, sin, sqrt, tan

from mobile_contract.codes import Datum, NoPlaceReason
from verifier.place.datum import Position, to_wgs84
from verifier.rules.rules import Rules
from verifier.verdicts.evidence import PlaceAnswer, PlaceEvidence

# WGS-84
EQUATOR_M = 6378137.0
FLATTENING = 1 / 298.257223563

# Of fences that people set: smaller is below what phones measure, larger is no place.
SMALLEST_RADIUS_M, LARGEST_RADIUS_M = 10.0, 500_000.0


@dataclass(frozen=True)
class Fix:
    """A point that a phone measured, in the datum it named, with its accuracy radius in metres."""

    lat: float
    lon: float
    datum: Datum
    accuracy_m: float

    def __post_init__(self) -> None:
        """Refuses an accuracy that is no radius."""
        _require_radius(self.accuracy_m, "an accuracy")


@dataclass(frozen=True)
class CircularFence:
    """Where a person is to be: a circle around a point, in the datum named with it."""

    lat: float
    lon: float
    datum: Datum
    radius_m: float

    def __post_init__(self) -> None:
        """Refuses a size that is no radius."""
        _require_radius(self.radius_m, "a fence")

    def metres_outside(self, position: Position) -> float:
        """Returns the distance from a WGS-84 point to the border, negative inside."""
        centre = to_wgs84(self.lat, self.lon, self.datum)
        return metres_between(centre, position) - self.radius_m


@dataclass(frozen=True)
class FenceLimits:
    """The rules in force, as far as a place depends on them."""

    fix_radius_limit_m: float
    margin: float

    @classmethod
    def of(cls, rules: Rules) -> "FenceLimits":
        """Takes from the rules what a place depends on."""
        return cls(fix_radius_limit_m=rules.fix_radius_limit_m, margin=rules.fence_margin)


def measure_place(
    fix: Fix | NoPlaceReason, fence: CircularFence | None, limits: FenceLimits
) -> PlaceEvidence:
    """Returns the place of a check-in against the fence; a fix too coarse is none at all."""
    if isinstance(fix, NoPlaceReason):
        return PlaceEvidence(PlaceAnswer.NO_FIX, no_fix_reason=fix)
    if fix.accuracy_m > limits.fix_radius_limit_m:
        return PlaceEvidence(
            PlaceAnswer.NO_FIX, NoPlaceReason.UNAVAILABLE, accuracy_m=fix.accuracy_m
        )
    if fence is None:
        return PlaceEvidence(PlaceAnswer.NO_FENCE, accuracy_m=fix.accuracy_m)
    metres = fence.metres_outside(to_wgs84(fix.lat, fix.lon, fix.datum))
    return PlaceEvidence(
        answer=answer_for(metres, fix.accuracy_m, limits.margin),
        metres_outside=metres,
        accuracy_m=fix.accuracy_m,
    )


def answer_for(metres_outside: float, accuracy_m: float, margin: float) -> PlaceAnswer:
    """Returns inside or outside only where the whole circle of doubt, with its margin, is."""
    doubt = accuracy_m * margin
    if metres_outside <= -doubt:
        return PlaceAnswer.INSIDE
    if metres_outside >= doubt:
        return PlaceAnswer.OUTSIDE
    return PlaceAnswer.CANNOT_TELL


def metres_between(one: Position, other: Position) -> float:
    """Returns the geodesic distance of two WGS-84 points by Lambert's formula.

    Error below 1 in 100,000 (0.4 m at 40 km); haversine on a sphere errs by up to 5 in 1,000.
    """
    lat1, lat2 = _reduced(one.lat), _reduced(other.lat)
    mid, half = (lat1 + lat2) / 2, (lat2 - lat1) / 2
    half_lon = radians(other.lon - one.lon) / 2
    chord = sin(half) ** 2 + cos(lat1) * cos(lat2) * sin(half_lon) ** 2
    angle = 2 * asin(min(1.0, sqrt(chord)))
    return EQUATOR_M * (angle - FLATTENING / 2 * _flattened(angle, mid, half))


def _flattened(angle: float, mid: float, half: float) -> float:
    """Returns Lambert's correction for the ellipsoid; none for one and the same point."""
    near, far = sin(angle / 2) ** 2, cos(angle / 2) ** 2
    if not near or not far:
        return 0.0
    plus = (angle - sin(angle)) * (sin(mid) * cos(half)) ** 2 / far
    minus = (angle + sin(angle)) * (cos(mid) * sin(half)) ** 2 / near
    return plus + minus


def _reduced(latitude: float) -> float:
    return atan((1 - FLATTENING) * tan(radians(latitude)))


def _require_radius(metres: float, what: str) -> None:
    if not (isfinite(metres) and metres >= 0):
        msg = f"{what} has a radius of 0 m or more"
        raise ValueError(msg)
