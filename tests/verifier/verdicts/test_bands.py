"""Which distances mean what."""

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.verdicts import bands
from verifier.verdicts.bands import DEFAULT, Limits, ThresholdSet
from verifier.verdicts.evidence import FaceScores, FaceVerdict

SET = ThresholdSet(
    "example",
    (Limits(1, 0.4, 0.8, 0.7, 1.0), Limits(3, 0.5, 0.8, 0.7, 1.0)),
)
ORDER = (FaceVerdict.MATCH, FaceVerdict.UNSURE, FaceVerdict.NO_MATCH)


@pytest.mark.parametrize(
    ("sface", "dlib", "verdict"),
    [
        (0.0, None, FaceVerdict.MATCH),
        (0.4, None, FaceVerdict.MATCH),
        (0.4, 2.0, FaceVerdict.MATCH),  # sure without the second opinion
        (0.6, None, FaceVerdict.UNSURE),
        (0.6, 0.2, FaceVerdict.MATCH),
        (0.6, 0.5, FaceVerdict.UNSURE),
        (0.6, 0.9, FaceVerdict.NO_MATCH),
        (0.8, 0.0, FaceVerdict.NO_MATCH),
        (2.0, None, FaceVerdict.NO_MATCH),
        (None, None, FaceVerdict.UNSURE),
    ],
)
def test_a_distance_has_one_verdict(
    sface: float | None, dlib: float | None, verdict: FaceVerdict
) -> None:
    assert bands.band(FaceScores(sface, dlib), 1, SET) is verdict


@pytest.mark.parametrize(("references", "own"), [(0, 1), (1, 1), (2, 1), (3, 3), (4, 3), (9, 3)])
def test_the_limits_are_those_of_no_more_references_than_there_are(
    references: int, own: int
) -> None:
    assert SET.limits_for(references).references == own


@given(
    st.floats(0, 2),
    st.floats(0, 2),
    st.one_of(st.none(), st.floats(0, 1.5)),
    st.integers(1, 6),
)
def test_a_larger_sface_distance_is_never_a_better_verdict(
    near: float, far: float, dlib: float | None, references: int
) -> None:
    near, far = sorted((near, far))

    first = bands.band(FaceScores(near, dlib), references, DEFAULT)
    second = bands.band(FaceScores(far, dlib), references, DEFAULT)

    assert ORDER.index(first) <= ORDER.index(second)


@given(st.floats(0, 2), st.integers(1, 6))
def test_a_second_opinion_is_wanted_exactly_where_sface_alone_is_unsure(
    sface: float, references: int
) -> None:
    alone = bands.band(FaceScores(sface), references, DEFAULT)

    assert bands.in_grey_zone(sface, references, DEFAULT) == (alone is FaceVerdict.UNSURE)


def test_the_default_limits_are_in_order() -> None:
    for limits in DEFAULT.limits:
        assert 0 < limits.sface_match < limits.sface_no_match < 2
        assert limits.fused_match < limits.fused_no_match
    counts = [limits.references for limits in DEFAULT.limits]
    assert counts == sorted(set(counts))
    assert counts[0] == 1


def test_limits_read_back_are_those_that_were_written() -> None:
    assert bands.limits_of([asdict(one) for one in DEFAULT.limits]) == DEFAULT.limits


GOOD = asdict(DEFAULT.limits[0])


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [None],
        [{}],
        [GOOD | {"references": 2}],
        [GOOD, GOOD],
        [GOOD | {"references": 1.5}],
        [GOOD | {"references": True}],
        [GOOD | {"sface_match": "0.5"}],
        [GOOD | {"sface_match": float("nan")}],
        [GOOD | {"sface_no_match": float("inf")}],
        [GOOD | {"sface_match": 0.9}],
        [GOOD | {"fused_match": 1.0}],
        [GOOD | {"fused_match": -0.1}],
    ],
)
def test_limits_that_make_no_sense_are_refused(rows: list[Any]) -> None:
    with pytest.raises(bands.LimitsError):
        bands.limits_of(rows)
