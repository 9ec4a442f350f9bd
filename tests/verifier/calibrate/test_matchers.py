"""One number a trial, in the order in which the bands decide."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.calibrate.matchers import Matcher, in_order, scores, shipped
from verifier.calibrate.trials import Distances
from verifier.verdicts import bands
from verifier.verdicts.bands import DEFAULT, DLIB_WEIGHT
from verifier.verdicts.evidence import FaceScores, FaceVerdict


@given(st.floats(0, 2), st.floats(0, 1.5), st.sampled_from([1, 2, 3, 5]))
def test_the_order_says_match_exactly_where_the_bands_do(
    sface: float, dlib: float, references: int
) -> None:
    limits = DEFAULT.limits_for(references)

    order = in_order(np.array([sface]), np.array([sface + DLIB_WEIGHT * dlib]), limits)[0]
    verdict = bands.band(FaceScores(sface, dlib), references, DEFAULT)

    assert (order <= limits.fused_match) == (verdict is FaceVerdict.MATCH)


@given(st.floats(0, 2), st.floats(0, 2), st.floats(0, 1.5), st.sampled_from([1, 3]))
def test_a_farther_face_never_comes_first(
    one: float, other: float, dlib: float, references: int
) -> None:
    near, far = sorted((one, other))

    sface = np.array([near, far])
    order = in_order(sface, sface + DLIB_WEIGHT * dlib, DEFAULT.limits_for(references))

    assert order[0] <= order[1]


def test_a_face_not_found_comes_last() -> None:
    missed = np.array([np.inf])

    assert np.isinf(in_order(missed, missed, DEFAULT.limits_for(3)))


@pytest.mark.parametrize(
    ("matcher", "score", "threshold"),
    [(Matcher.DLIB, 0.4, 0.6), (Matcher.SFACE, 0.3, 0.637), (Matcher.DEFAULT, 0.2, 0.80)],
)
def test_each_matcher_has_its_own_distance_and_its_threshold_in_use(
    matcher: Matcher, score: float, threshold: float
) -> None:
    plain, sface, dlib, fused = (np.array([one]) for one in (0.3, 0.2, 0.4, 0.7))
    trial = Distances(plain, sface, dlib, fused)

    assert scores(matcher, trial, DEFAULT.limits_for(3))[0] == score
    assert shipped(matcher, DEFAULT, 3) == threshold
