"""Rates on scores whose answers are known, and intervals that hold what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from verifier.calibrate import rates
from verifier.calibrate.rates import Scored
from verifier.calibrate.trials import Numbers

_distances = arrays.arrays(np.float64, st.integers(1, 200), elements=st.floats(0, 2))


def _scored(genuine: Numbers, impostor: Numbers, people: int) -> Scored:
    return Scored(
        genuine=genuine,
        weight=np.ones(len(genuine)),
        person=np.arange(len(genuine)) % people,
        impostor=impostor,
        probe_person=np.arange(len(impostor)) % people,
        target_person=(np.arange(len(impostor)) // people + 1 + np.arange(len(impostor))) % people,
        people=people,
    )


def test_known_scores_give_known_rates() -> None:
    impostor = np.arange(1, 1001) / 1000
    genuine = np.array([0.1, 0.2, 0.3, np.inf])

    assert rates.fmr(impostor, 0.1) == pytest.approx(0.1)
    assert rates.fmr(impostor, 0.0) == 0
    assert rates.fnmr(genuine, np.ones(4), 0.2) == pytest.approx(0.5)
    assert rates.fnmr(genuine, np.array([1.0, 1.0, 1.0, 5.0]), 0.3) == pytest.approx(5 / 8)
    assert 0.010 <= rates.threshold_at(impostor, 0.01) < 0.011
    assert rates.threshold_at(impostor, 0.0001) < 0.001  # a thousand trials: nobody may pass


@given(_distances, st.sampled_from([0.001, 0.01, 0.1, 0.5]))
def test_no_more_pass_than_the_target_and_the_next_one_would(
    impostor: Numbers, target: float
) -> None:
    threshold = rates.threshold_at(impostor, target)
    above = impostor[impostor > threshold]

    assert rates.fmr(impostor, threshold) <= target + 1e-9
    assert rates.fmr(impostor, float(above.min())) > target


@given(_distances, st.floats(0, 2), st.floats(0, 2))
def test_a_looser_threshold_lets_more_strangers_pass_and_misses_fewer(
    distances: Numbers, one: float, other: float
) -> None:
    strict, loose = sorted((one, other))
    weight = np.ones(len(distances))

    assert rates.fmr(distances, strict) <= rates.fmr(distances, loose)
    assert rates.fnmr(distances, weight, strict) >= rates.fnmr(distances, weight, loose)


def test_a_bootstrap_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    chance = np.random.default_rng(7)
    people, photos, covered = 40, 10, 0
    for run in range(200):
        # Each person has a rate of their own: photos of one person are no independent trials.
        own = chance.beta(1.0, 9.0, people)  # 0.1 on average
        hits = chance.binomial(photos, own).astype(np.float64)
        counts = rates.resampled(people, run, 200)
        interval = rates.share_interval(hits, np.full(people, float(photos)), counts)
        covered += interval.low <= 0.1 <= interval.high

    assert covered >= 0.85 * 200


def test_an_interval_over_people_is_wider_than_one_over_their_photos_would_be() -> None:
    hits = np.array([10.0, 0, 0, 0, 0, 0, 0, 0, 0, 0])  # one person is always missed
    counts = rates.resampled(10, 1)

    interval = rates.share_interval(hits, np.full(10, 10.0), counts)

    assert interval.low == 0.0
    assert interval.high >= 0.2


def test_nothing_seen_is_not_nothing_there() -> None:
    counts = rates.resampled(30, 1)

    interval = rates.share_interval(np.zeros(30), np.full(30, 9.0), counts)

    assert interval.low == 0
    assert 0.09 < interval.high < 0.10  # three in thirty


def test_the_interval_at_a_rate_moves_the_threshold_with_the_people() -> None:
    chance = np.random.default_rng(3)
    compared = _scored(chance.normal(0.5, 0.1, 600), chance.normal(0.9, 0.1, 9000), 30)
    counts = rates.resampled(30, 1)
    threshold = rates.threshold_at(compared.impostor, 0.01)

    fixed = rates.fnmr_interval(compared, threshold, counts)
    moved = rates.fnmr_interval_at(compared, 0.01, counts)

    rate = rates.fnmr(compared.genuine, compared.weight, threshold)
    assert moved.low <= rate <= moved.high
    assert moved.high - moved.low >= 0.8 * (fixed.high - fixed.low)
    passing = rates.fmr_interval(compared, threshold, counts)
    assert passing.low <= 0.01 <= passing.high


def test_without_trials_everything_is_possible() -> None:
    nothing = _scored(np.zeros(0), np.zeros(0), 3)
    counts = rates.resampled(3, 1)

    for interval in (
        rates.fnmr_interval(nothing, 0.5, counts),
        rates.fnmr_interval_at(nothing, 0.01, counts),
        rates.fmr_interval(nothing, 0.5, counts),
    ):
        assert (interval.low, interval.high) == (0.0, 1.0)


def test_the_same_seed_gives_the_same_interval() -> None:
    assert (rates.resampled(9, 4) == rates.resampled(9, 4)).all()
    assert (rates.resampled(9, 4) != rates.resampled(9, 5)).any()
    assert (rates.resampled(9, 4).sum(axis=1) == 9).all()
