"""A score that never varies is a fault that nobody can overlook."""

from collections.abc import Sequence

import pytest

from storage.canary import ENOUGH, constant_scores
from storage.figures import read_figures
from storage.findings import Finding, Grade
from storage.records import EvidenceRow
from tests.checkin_api.arranged import lay_checkin
from tests.factories import Factory


def lay_scores(factory: Factory, sface: Sequence[float]) -> None:
    """As many attempts as there are scores, each with a brightness of its own."""
    person = factory.offender().id
    checkin, now = lay_checkin(factory, person), factory.parts.now()
    with factory.session() as session:
        for attempt, score in enumerate(sface, 2):
            session.add(
                EvidenceRow(
                    offender_id=person,
                    checkin_id=checkin,
                    attempt=attempt,
                    face_verdict="match",
                    face={"scores": {"sface": score}, "quality": {"brightness": 90 + attempt}},
                    started_at=now,
                    finished_at=now,
                )
            )


def found(factory: Factory) -> list[Finding]:
    with factory.session() as session:
        return list(constant_scores(session))


def alarms(factory: Factory) -> set[str]:
    with factory.session() as session:
        figures = read_figures(session)
    return {one.label for one in figures if one.name == "scores_constant" and one.value}


def test_a_score_that_never_varies_is_a_fault_and_an_alarm(factory: Factory) -> None:
    lay_scores(factory, [0.31] * ENOUGH)
    assert [one.about for one in found(factory) if one.grade is Grade.FAULT] == ["score sface"]
    assert alarms(factory) == {"sface"}


@pytest.mark.parametrize(
    "scores",
    [[0.31] * (ENOUGH - 50), [0.31] * (ENOUGH - 1) + [0.32]],
    ids=["too few to tell", "one differs"],
)
def test_otherwise_nothing_is_said(factory: Factory, scores: list[float]) -> None:
    lay_scores(factory, scores)
    assert [one.grade for one in found(factory)] == [Grade.OK]
    assert alarms(factory) == set()
