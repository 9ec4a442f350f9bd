"""Coordinates come in three datums and are compared in one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_contract.codes import Datum
from verifier.place.datum import Position, gcj02_to_bd09, to_wgs84, wgs84_to_gcj02
from verifier.place.fences import metres_between

JIEFANGBEI = Position(29.5630, 106.5516)  # Chongqing, in WGS-84

# From Yunyang in the east to Xiushan, Tongnan and Chengkou: all of Chongqing.
CHONGQING = st.builds(Position, st.floats(28.16, 32.2), st.floats(105.28, 110.2))
CHINA = st.builds(Position, st.floats(18.2, 53.5), st.floats(73.6, 134.7))


def shown_in(datum: Datum, point: Position) -> Position:
    """Returns what a phone with this datum shows for a WGS-84 point."""
    if datum is Datum.WGS84:
        return point
    gcj02 = wgs84_to_gcj02(point)
    return gcj02 if datum is Datum.GCJ02 else gcj02_to_bd09(gcj02)


def test_the_forward_formulas_give_the_published_examples() -> None:
    shown = wgs84_to_gcj02(Position(39.915, 116.404))
    assert (shown.lat, shown.lon) == pytest.approx(
        (39.91640428150164, 116.41024449916938), abs=1e-10
    )
    shown = gcj02_to_bd09(Position(39.915, 116.404))
    assert (shown.lat, shown.lon) == pytest.approx(
        (39.92133699351021, 116.41036949371029), abs=1e-10
    )


def test_in_chongqing_a_datum_taken_for_another_is_hundreds_of_metres_wrong() -> None:
    gcj02, bd09 = (shown_in(datum, JIEFANGBEI) for datum in (Datum.GCJ02, Datum.BD09))
    assert metres_between(JIEFANGBEI, gcj02) == pytest.approx(479, abs=1)
    assert metres_between(JIEFANGBEI, bd09) == pytest.approx(1056, abs=1)


@pytest.mark.parametrize("datum", list(Datum))
def test_one_place_in_chongqing_is_the_same_place_in_every_datum(datum: Datum) -> None:
    shown = shown_in(datum, JIEFANGBEI)
    assert metres_between(to_wgs84(shown.lat, shown.lon, datum), JIEFANGBEI) < 0.001


@given(point=CHONGQING | CHINA, datum=st.sampled_from(Datum))
def test_every_place_comes_back_to_a_millimetre(point: Position, datum: Datum) -> None:
    shown = shown_in(datum, point)
    assert metres_between(to_wgs84(shown.lat, shown.lon, datum), point) < 0.001


@pytest.mark.parametrize("datum", list(Datum))
@pytest.mark.parametrize("place", [(48.8584, 2.2945), (-33.8568, 151.2153), (35.6586, 139.7454)])
def test_outside_china_nothing_is_shifted(datum: Datum, place: tuple[float, float]) -> None:
    point = Position(*place)
    assert to_wgs84(point.lat, point.lon, datum) == point
    assert shown_in(datum, point) == point


@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    datum=st.sampled_from(Datum),
)
def test_every_point_on_earth_has_an_answer_within_two_kilometres(
    lat: float, lon: float, datum: Datum
) -> None:
    assert metres_between(to_wgs84(lat, lon, datum), Position(lat, lon)) < 2000


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(90.1, 0.0), (-90.1, 0.0), (0.0, 180.1), (0.0, -180.1), (float("nan"), 0.0)],
)
def test_what_is_no_point_on_earth_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="tude lies between"):
        to_wgs84(lat, lon, Datum.WGS84)


@pytest.mark.parametrize(("lat", "lon"), [(90.0, 180.0), (-90.0, -180.0)])
def test_the_poles_and_the_date_line_are_points_on_earth(lat: float, lon: float) -> None:
    assert to_wgs84(lat, lon, Datum.GCJ02) == Position(lat, lon)
