"""Inside, outside, cannot tell: never more certain than the fix."""

from dataclasses import replace
from math import atan, atan2, cos, hypot, radians, sin, tan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_contract.codes import Datum, NoPlaceReason
from verifier.place.datum import Position, gcj02_to_bd09, wgs84_to_gcj02
from verifier.place.fences import (
    CircularFence,
    FenceLimits,
    Fix,
    answer_for,
    measure_place,
    metres_between,
)
from verifier.rules.rules import Rules
from verifier.verdicts.evidence import PlaceAnswer, PlaceEvidence

LIMITS = FenceLimits.of(Rules())
HOME = Position(29.5630, 106.5516)
FENCE = CircularFence(HOME.lat, HOME.lon, Datum.WGS84, radius_m=1000.0)
DEGREE_OF_LATITUDE_M = 110_860.0  # at 29.6 degrees north


def fix_north(metres: float, accuracy_m: float = 20.0) -> Fix:
    """Returns a fix so many metres north of the fence's centre."""
    return Fix(HOME.lat + metres / DEGREE_OF_LATITUDE_M, HOME.lon, Datum.WGS84, accuracy_m)


def measured(fix: Fix | NoPlaceReason, fence: CircularFence | None = FENCE) -> PlaceEvidence:
    return measure_place(fix, fence, LIMITS)


def test_at_home_is_inside_by_the_whole_radius() -> None:
    place = measured(fix_north(0))
    assert place.answer is PlaceAnswer.INSIDE
    assert place.metres_outside == pytest.approx(-1000)


def test_forty_kilometres_outside_with_a_good_fix_is_outside() -> None:
    place = measured(fix_north(41_000))
    assert place.answer is PlaceAnswer.OUTSIDE
    assert place.metres_outside == pytest.approx(40_000, rel=0.001)


def test_sixty_metres_outside_with_a_poor_fix_cannot_be_told() -> None:
    place = measured(fix_north(1060, accuracy_m=150.0))
    assert place.answer is PlaceAnswer.CANNOT_TELL
    assert place.metres_outside == pytest.approx(60, abs=0.5)


@pytest.mark.parametrize(
    ("metres_outside", "answer"),
    [
        (-110.001, PlaceAnswer.INSIDE),
        (-100 * 1.1, PlaceAnswer.INSIDE),
        (-109.999, PlaceAnswer.CANNOT_TELL),
        (0.0, PlaceAnswer.CANNOT_TELL),
        (109.999, PlaceAnswer.CANNOT_TELL),
        (100 * 1.1, PlaceAnswer.OUTSIDE),
        (110.001, PlaceAnswer.OUTSIDE),
    ],
)
def test_certain_is_only_what_lies_a_tenth_beyond_the_radius_of_doubt(
    metres_outside: float, answer: PlaceAnswer
) -> None:
    assert answer_for(metres_outside, 100.0, 1.1) is answer


@pytest.mark.parametrize(
    ("accuracy_m", "answer"), [(500.0, PlaceAnswer.INSIDE), (500.1, PlaceAnswer.NO_FIX)]
)
def test_a_fix_coarser_than_500_metres_is_none(accuracy_m: float, answer: PlaceAnswer) -> None:
    place = measured(fix_north(0, accuracy_m))
    assert place.answer is answer
    assert place.accuracy_m == accuracy_m


@pytest.mark.parametrize("reason", list(NoPlaceReason))
def test_without_a_fix_the_reason_is_kept(reason: NoPlaceReason) -> None:
    assert measured(reason) == PlaceEvidence(PlaceAnswer.NO_FIX, no_fix_reason=reason)


def test_without_a_fence_a_fix_is_neither_inside_nor_outside() -> None:
    assert measured(fix_north(41_000), fence=None).answer is PlaceAnswer.NO_FENCE


@pytest.mark.parametrize("metres", [0.0, 880.0, 1060.0, 5000.0])
def test_a_fix_and_a_fence_in_different_datums_are_compared_in_one(metres: float) -> None:
    here = fix_north(metres)
    gcj02_fix = wgs84_to_gcj02(Position(here.lat, here.lon))
    bd09_home = gcj02_to_bd09(wgs84_to_gcj02(HOME))
    mixed = measured(
        Fix(gcj02_fix.lat, gcj02_fix.lon, Datum.GCJ02, here.accuracy_m),
        CircularFence(bd09_home.lat, bd09_home.lon, Datum.BD09, radius_m=1000.0),
    )
    assert mixed.answer is measured(here).answer
    assert mixed.metres_outside == pytest.approx(measured(here).metres_outside, abs=0.01)


@pytest.mark.parametrize("metres", [-1.0, float("nan"), float("inf")])
def test_what_is_no_radius_is_refused(metres: float) -> None:
    with pytest.raises(ValueError, match="radius"):
        replace(FENCE, radius_m=metres)
    with pytest.raises(ValueError, match="radius"):
        Fix(HOME.lat, HOME.lon, Datum.WGS84, metres)


@given(metres=st.floats(0, 100_000), accuracy_m=st.floats(0, 500))
def test_a_worse_fix_never_turns_inside_into_outside(metres: float, accuracy_m: float) -> None:
    exact, doubtful = measured(fix_north(metres, 0.0)), measured(fix_north(metres, accuracy_m))
    assert doubtful.answer in {exact.answer, PlaceAnswer.CANNOT_TELL}


def vincenty(one: Position, other: Position) -> float:
    """Returns the geodesic distance by Vincenty's inverse formula (1975), half a millimetre."""
    a, f = 6378137.0, 1 / 298.257223563
    b, lon = a * (1 - f), radians(other.lon - one.lon)
    u1, u2 = (atan((1 - f) * tan(radians(point.lat))) for point in (one, other))
    turn = lon
    for _ in range(50):
        across = cos(u2) * sin(turn), cos(u1) * sin(u2) - sin(u1) * cos(u2) * cos(turn)
        sin_s, cos_s = hypot(*across), sin(u1) * sin(u2) + cos(u1) * cos(u2) * cos(turn)
        if not sin_s:
            return 0.0
        sin_alpha = cos(u1) * cos(u2) * sin(turn) / sin_s
        square = 1 - sin_alpha**2
        middle = cos_s - 2 * sin(u1) * sin(u2) / square if square else 0.0
        c = f / 16 * square * (4 + f * (4 - 3 * square))
        inner = middle + c * cos_s * (2 * middle**2 - 1)
        s = atan2(sin_s, cos_s)
        turn = lon + (1 - c) * f * sin_alpha * (s + c * sin_s * inner)
    q = square * (a**2 - b**2) / b**2
    big_a = 1 + q / 16384 * (4096 + q * (q * (320 - 175 * q) - 768))
    big_b = q / 1024 * (256 + q * (q * (74 - 47 * q) - 128))
    last = big_b / 6 * middle * (4 * sin_s**2 - 3) * (4 * middle**2 - 3)
    bend = middle + big_b / 4 * (cos_s * (2 * middle**2 - 1) - last)
    return b * big_a * (s - big_b * sin_s * bend)


def test_flinders_peak_to_buninyong_is_the_published_distance() -> None:
    # Geoscience Australia's test line, 54,972.271 m on GRS-80, which WGS-84 matches here.
    flinders = Position(-37.95103341666667, 144.42486788888889)
    buninyong = Position(-37.65282113888889, 143.92649552777778)
    assert vincenty(flinders, buninyong) == pytest.approx(54_972.271, abs=0.001)
    assert metres_between(flinders, buninyong) == pytest.approx(54_972.271, abs=0.55)


@given(
    lat=st.floats(18, 54),
    lon=st.floats(73, 135),
    north=st.floats(-0.9, 0.9),
    east=st.floats(-0.9, 0.9),
)
def test_distances_err_by_less_than_one_in_a_hundred_thousand(
    lat: float, lon: float, north: float, east: float
) -> None:
    one, other = Position(lat, lon), Position(lat + north, lon + east)
    exact = vincenty(one, other)
    assert metres_between(one, other) == pytest.approx(exact, rel=1e-5, abs=0.001)


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        (HOME, HOME, 0.0),
        (Position(0, 0), Position(0, 180), 20_037_508.3),
        (Position(90, 0), Position(-90, 0), 20_037_508.3),
    ],
)
def test_the_same_point_and_the_other_side_of_the_earth_have_an_answer(
    one: Position, other: Position, metres: float
) -> None:
    assert metres_between(one, other) == pytest.approx(metres, rel=0.003)
