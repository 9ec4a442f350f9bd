"""The three datums that phones in China hand out, and the way to WGS-84.

GCJ-02 and BD-09 are not published; the formulas are the ones in general use (eviltransform,
Apache-2.0 and MIT ports), which agree with the maps of AMap, Tencent and Baidu to about a metre.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import atan2, cos, hypot, isfinite, pi, sin, sqrt

from mobile_contract.codes import Datum


@dataclass(frozen=True)
class Position:
    """A point in degrees; which datum it is in is said by whoever holds it."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        """Refuses what is no point on Earth."""
        if not (isfinite(self.lat) and -90 <= self.lat <= 90):  # noqa: PLR2004 - degrees
            msg = "a latitude lies between -90 and 90"
            raise ValueError(msg)
        if not (isfinite(self.lon) and -180 <= self.lon <= 180):  # noqa: PLR2004 - degrees
            msg = "a longitude lies between -180 and 180"
            raise ValueError(msg)


# Krasovsky 1940, on which GCJ-02 is computed.
SEMI_MAJOR_M = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
# The box in which GCJ-02 shifts at all, as the published formula has it.
SHIFTED_LAT = (0.8293, 55.8271)
SHIFTED_LON = (72.004, 137.8347)
BAIDU_TURN = pi * 3000.0 / 180.0
# Each step leaves at most a fortieth of the error; from 1,500 m, eight leave less than 1 nm.
STEPS = 8


def to_wgs84(lat: float, lon: float, datum: Datum) -> Position:
    """Returns a point in WGS-84; exact to the millimetre against the forward formulas."""
    point = Position(lat, lon)
    if datum is Datum.WGS84:
        return point
    if datum is Datum.GCJ02:
        return _invert(wgs84_to_gcj02, point)
    return _invert(wgs84_to_gcj02, _invert(gcj02_to_bd09, point))


def wgs84_to_gcj02(point: Position) -> Position:
    """Returns the point as AMap and Tencent show it; itself outside China."""
    if not _is_shifted(point):
        return point
    east, north = point.lon - 105.0, point.lat - 35.0
    d_lat, d_lon = _shift_north(east, north), _shift_east(east, north)
    phi = point.lat / 180.0 * pi
    curve = 1 - ECCENTRICITY_SQUARED * sin(phi) ** 2
    meridian = SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED) / (curve * sqrt(curve))
    parallel = SEMI_MAJOR_M / sqrt(curve) * cos(phi)
    return Position(
        point.lat + d_lat * 180.0 / (meridian * pi), point.lon + d_lon * 180.0 / (parallel * pi)
    )


def gcj02_to_bd09(point: Position) -> Position:
    """Returns the point as Baidu shows it; itself outside China."""
    if not _is_shifted(point):
        return point
    radius = hypot(point.lon, point.lat) + 0.00002 * sin(point.lat * BAIDU_TURN)
    angle = atan2(point.lat, point.lon) + 0.000003 * cos(point.lon * BAIDU_TURN)
    return Position(radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065)


def _invert(forward: Callable[[Position], Position], shown: Position) -> Position:
    """Returns the point that the forward formula shows there, by fixed-point iteration."""
    if not _is_shifted(shown):
        return shown
    guess = shown
    for _ in range(STEPS):
        again = forward(guess)
        guess = Position(guess.lat + shown.lat - again.lat, guess.lon + shown.lon - again.lon)
    return guess


def _is_shifted(point: Position) -> bool:
    in_lat = SHIFTED_LAT[0] <= point.lat <= SHIFTED_LAT[1]
    return in_lat and SHIFTED_LON[0] <= point.lon <= SHIFTED_LON[1]


def _shift_north(east: float, north: float) -> float:
    return (
        -100.0
        + 2.0 * east
        + 3.0 * north
        + 0.2 * north * north
        + 0.1 * east * north
        + 0.2 * sqrt(abs(east))
        + _waves(east, ((20.0, 6.0), (20.0, 2.0)))
        + _waves(north, ((20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30)))
    )


def _shift_east(east: float, north: float) -> float:
    return (
        300.0
        + east
        + 2.0 * north
        + 0.1 * east * east
        + 0.1 * east * north
        + 0.1 * sqrt(abs(east))
        + _waves(east, ((20.0, 6.0), (20.0, 2.0), (20.0, 1.0)))
        + _waves(east, ((40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30)))
    )


def _waves(at: float, terms: tuple[tuple[float, float], ...]) -> float:
    return sum(height * sin(at * turns * pi) for height, turns in terms) * 2.0 / 3.0
