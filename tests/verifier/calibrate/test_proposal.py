"""Limits for a target, and the numbers of trials below which there are none."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from tests.verifier.calibrate import made_up
from verifier.calibrate.proposal import (
    LEAST_GENUINE,
    LEAST_IMPOSTOR,
    Proposed,
    Refusal,
    propose,
)
from verifier.calibrate.rows import Trials, trials_of
from verifier.calibrate.trials import Distances, Genuine, Impostor, Plan
from verifier.verdicts.bands import DEFAULT, ThresholdSet, limits_of


@pytest.fixture(scope="module")
def trials() -> Trials:
    return trials_of(made_up.people(60, 6), Plan(references=3))


def _cut(trials: Trials, genuine: int, impostor: int) -> Trials:
    """The same trials, so many of each and no more."""
    own, others = trials.genuine, trials.impostor

    def first(distances: Distances, count: int) -> Distances:
        return distances.of(np.arange(len(distances.sface)) < count)

    return replace(
        trials,
        genuine=Genuine(
            first(own.distances, genuine), own.person[:genuine], own.weight[:genuine], own.probes
        ),
        impostor=Impostor(
            first(others.distances, impostor),
            others.probe_person[:impostor],
            others.person[:impostor],
        ),
    )


@pytest.mark.parametrize(
    ("genuine", "impostor", "refused"),
    [
        (LEAST_GENUINE, LEAST_IMPOSTOR, False),
        (LEAST_GENUINE - 1, LEAST_IMPOSTOR, True),
        (LEAST_GENUINE, LEAST_IMPOSTOR - 1, True),
        (0, 0, True),
    ],
)
def test_too_few_trials_propose_nothing(
    trials: Trials, genuine: int, impostor: int, *, refused: bool
) -> None:
    answer = propose(_cut(trials, genuine, impostor), 0.001)

    assert isinstance(answer, Refusal) is refused
    if isinstance(answer, Refusal):
        assert f"{genuine} genuine and {impostor} impostor trials" in str(answer)


@pytest.mark.parametrize("target", [0.0005, 0.001, 0.01])
def test_the_limits_hold_the_target_in_every_group_and_are_in_order(
    trials: Trials, target: float
) -> None:
    answer = propose(trials, target)

    assert isinstance(answer, Proposed)
    assert set(answer.fmr) == {"east", "west"}
    assert max(answer.fmr.values()) <= target
    assert max(answer.fmr.values()) > target / 3  # no stricter than asked for
    limits = answer.limits
    assert 0 < limits.sface_match < limits.sface_no_match < 2
    assert limits.sface_match < limits.fused_match < limits.fused_no_match


def test_a_stricter_target_misses_no_fewer(trials: Trials) -> None:
    strict, loose = propose(trials, 0.0005), propose(trials, 0.01)

    assert isinstance(strict, Proposed)
    assert isinstance(loose, Proposed)
    assert strict.limits.fused_match <= loose.limits.fused_match
    for group in strict.fnmr:
        assert strict.fnmr[group] >= loose.fnmr[group]


def test_limits_stay_in_range_where_no_stranger_comes_near() -> None:
    """Of people who all look apart, no stranger passes, whatever the limit."""
    answer = propose(trials_of(made_up.people(60, 6, scatter=0.2), Plan(references=3)), 0.01)

    assert isinstance(answer, Proposed)
    assert limits_of([asdict(answer.limits) | {"references": 1}])


def test_a_group_of_three_people_has_no_vote() -> None:
    many, few = made_up.people(60, 6), made_up.people(3, 6, seed=5)
    newcomers = [replace(one, identity=f"n{i}", group="new") for i, one in enumerate(few)]

    answer = propose(trials_of([*many, *newcomers], Plan(references=3)), 0.001)

    assert isinstance(answer, Proposed)
    assert answer.without_a_vote == ("new",)


def test_a_proposal_is_another_set_and_changes_none(trials: Trials) -> None:
    before = repr(DEFAULT)

    answer = propose(trials, 0.01)

    assert isinstance(answer, Proposed)
    assert ThresholdSet("another", (answer.limits,)).limits_for(3) == answer.limits
    assert repr(DEFAULT) == before
