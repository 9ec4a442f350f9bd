"""A sketch of fence and fix, to scale, north up: numbers for an inline SVG, no map, no network."""

from dataclasses import dataclass

from checkin_api.reviews.sheet import PlaceSeen

SIDE = 220.0
MARGIN = 1.15
LEAST_DOT = 3.0


@dataclass(frozen=True)
class Circle:
    """A circle in the sketch's own units."""

    x: float
    y: float
    r: float


@dataclass(frozen=True)
class Sketch:
    """Fence around the centre, the fix with its circle of accuracy, and a scale bar."""

    side: float
    fence: Circle
    accuracy: Circle
    bar: float
    bar_m: int


def sketch(place: PlaceSeen) -> Sketch | None:
    """Lay fence and fix into one square; None where one of them is missing."""
    if place.radius_m is None or place.east_m is None or place.north_m is None:
        return None
    accuracy_m = place.evidence.accuracy_m or 0.0
    reach = max(abs(place.east_m), abs(place.north_m)) + accuracy_m
    scale = SIDE / 2 / (max(place.radius_m, reach) * MARGIN)
    middle = SIDE / 2
    bar_m = _round_length(SIDE / 3 / scale)
    return Sketch(
        side=SIDE,
        fence=Circle(middle, middle, max(place.radius_m * scale, LEAST_DOT)),
        accuracy=Circle(
            middle + place.east_m * scale,
            middle - place.north_m * scale,
            max(accuracy_m * scale, LEAST_DOT),
        ),
        bar=bar_m * scale,
        bar_m=bar_m,
    )


def _round_length(metres: float) -> int:
    """Give 1, 2 or 5 times a power of ten, at most the metres given."""
    power = 1
    while power * 10 <= metres:
        power *= 10
    return max(step * power for step in (1, 2, 5) if step * power <= max(metres, 1))
