"""Another offender checks in: who is named to whom, and what is left alone."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from storage.records import (
    AuditEntry,
    CheckIn,
    Likeness,
    LikenessPerson,
    Offender,
    RaisedFlag,
    RuleRow,
)
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import checkin, drain, own_selfie
from tests.waiting_work import Waiting, WaitingWork
from verifier.faces.model_files import SFACE
from verifier.jobs.workplace import Workplace


@pytest.fixture
def limit(factory: Factory, workplace: Workplace) -> None:
    """A limit in force, as wide as photos of one person need."""
    now = factory.parts.now()
    model = workplace.face_models.sha256[SFACE.name]
    with factory.session() as session:
        session.add(
            RuleRow(
                name="search_limit",
                value={"distance": 0.6, "people": 100, "model": model},
                valid_from=now - timedelta(days=1),
                set_by="test",
                reason="test",
                set_at=now,
            )
        )


@pytest.fixture
def other(factory: Factory, person: UUID, workplace: Workplace) -> UUID:  # noqa: ARG001 - after it
    """Somebody else of the same district, enrolled with another face."""
    with factory.session() as session:
        office = session.get_one(Offender, person).office_id
    somebody = factory.offender(office).id
    factory.enrolment(somebody, [photos().biden])
    return somebody


def of_the_other() -> bytes:
    """A selfie of the other."""
    return photos().selfie_of(photos().biden, 1)


def flags(factory: Factory, sent: Waiting) -> set[str]:
    """What a check-in raised."""
    with factory.session() as session:
        rows = select(RaisedFlag.code).where(RaisedFlag.checkin_id == sent.id)
        return set(session.scalars(rows))


def searches(factory: Factory) -> int:
    """How often faces were searched."""
    with factory.session() as session:
        found = select(func.count()).where(AuditEntry.action == "others_searched")
        return session.scalar(found.select_from(AuditEntry)) or 0


@pytest.mark.usefixtures("limit")
def test_another_offender_who_checks_in_is_noticed_and_named_apart(
    waiting: WaitingWork, workplace: Workplace, person: UUID, other: UUID
) -> None:
    sent = waiting.checkin(person, of_the_other())
    drain(workplace)
    assert flags(waiting.factory, sent) == {"face_no_match", "resembles_other"}
    with waiting.factory.session() as session:
        (found,) = session.scalars(select(Likeness))
        assert found.checkin_id == sent.id
        assert session.get_one(LikenessPerson, found.id).other_id == other


@pytest.mark.usefixtures("limit")
def test_nothing_is_written_to_the_case_of_the_other_and_the_person_reads_of_nobody(
    waiting: WaitingWork, workplace: Workplace, person: UUID, other: UUID
) -> None:
    sent = waiting.checkin(person, of_the_other())
    drain(workplace)
    with waiting.factory.session() as session:
        for table in (CheckIn, RaisedFlag, AuditEntry, Likeness):
            about = select(func.count()).select_from(table).where(table.offender_id == other)
            assert session.scalar(about) == 0
    assert checkin(waiting.factory, sent).told == ["photo_unclear"]


@pytest.mark.usefixtures("limit", "other")
def test_after_a_match_nobody_is_searched(
    waiting: WaitingWork, workplace: Workplace, person: UUID
) -> None:
    sent = waiting.checkin(person, own_selfie())
    drain(workplace)
    assert flags(waiting.factory, sent) == set()
    assert searches(waiting.factory) == 0


@pytest.mark.usefixtures("other")
def test_without_a_limit_the_search_is_off(
    waiting: WaitingWork, workplace: Workplace, person: UUID
) -> None:
    sent = waiting.checkin(person, of_the_other())
    drain(workplace)
    assert flags(waiting.factory, sent) == {"face_no_match"}
    assert searches(waiting.factory) == 0
