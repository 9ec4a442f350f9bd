"""A new set that resembles another enrolled person: found, compared more strictly, until anew."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from storage.database import transaction
from storage.records import (
    AuditEntry,
    LookAlike,
    ReferenceSet,
    ReferenceSetState,
    RuleRow,
)
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import drain, evidence, own_selfie
from tests.waiting_work import WaitingWork
from verifier.jobs.workplace import Workplace
from verifier.look_alikes import is_sampled, with_look_alike
from verifier.rules.rules import Rules
from verifier.verdicts.bands import DEFAULT


@pytest.fixture
def office(factory: Factory) -> UUID:
    """An office whose rules look for people who resemble each other."""
    now = factory.parts.now()
    with factory.session() as session:
        session.add(
            RuleRow(
                name="look_alike_distance",
                value=0.5,
                valid_from=now - timedelta(days=1),
                set_by="test",
                reason="test",
                set_at=now,
            )
        )
    return factory.office()


@pytest.fixture
def enrolled(factory: Factory, office: UUID) -> UUID:
    """Somebody who is enrolled."""
    person = factory.offender(office).id
    factory.enrolment(person, photos().obama)
    return person


def collected(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, office: UUID, *pictures: bytes
) -> UUID:
    """A new person of the office whose photos the worker has looked at."""
    person = factory.offender(office).id
    waiting.references(person, pictures, ReferenceSetState.COLLECTING)
    drain(workplace)
    return person


def found(factory: Factory) -> list[tuple[UUID, UUID]]:
    with factory.session() as session:
        rows = session.scalars(select(LookAlike))
        return [(row.offender_id, row.nearest_id) for row in rows]


def approve(factory: Factory, person: UUID) -> None:
    with factory.session() as session:
        session.execute(
            update(ReferenceSet)
            .where(ReferenceSet.offender_id == person)
            .values(
                state=ReferenceSetState.APPROVED,
                approved_by=ReferenceSet.created_by,
                basis="in_presence",
            )
        )


def pair(workplace: Workplace, person: UUID) -> bool:
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        return person in with_look_alike(session, [person])


def test_a_new_set_shows_the_nearest_other_person(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, office: UUID, enrolled: UUID
) -> None:
    twin = collected(factory, waiting, workplace, office, *photos().obama)
    assert found(factory) == [(twin, enrolled)]
    with factory.session() as session:
        searched = session.scalars(
            select(AuditEntry.offender_id).where(AuditEntry.action == "others_searched")
        ).all()
    assert searched == [twin]


def test_a_stranger_resembles_nobody(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, office: UUID, enrolled: UUID
) -> None:
    collected(factory, waiting, workplace, office, photos().biden)
    assert found(factory) == []
    assert not pair(workplace, enrolled)


def test_without_a_limit_nobody_is_searched_for(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    place = factory.office()
    factory.enrolment(factory.offender(place).id, photos().obama)
    collected(factory, waiting, workplace, place, *photos().obama)
    assert found(factory) == []
    with factory.session() as session:
        acts = session.scalars(select(AuditEntry.action)).all()
    assert "others_searched" not in acts


def test_both_are_compared_more_strictly_once_the_set_is_in_force(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, office: UUID, enrolled: UUID
) -> None:
    twin = collected(factory, waiting, workplace, office, *photos().obama)
    assert not pair(workplace, enrolled)
    approve(factory, twin)
    assert pair(workplace, twin)
    assert pair(workplace, enrolled)
    sent = waiting.checkin(enrolled, own_selfie())
    drain(workplace)
    assert evidence(factory, sent)[-1].threshold_set == f"{DEFAULT.name}+look_alike"


def test_it_ends_when_the_other_is_enrolled_anew(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, office: UUID, enrolled: UUID
) -> None:
    twin = collected(factory, waiting, workplace, office, *photos().obama)
    approve(factory, twin)
    with factory.session() as session:
        later = factory.parts.now() + timedelta(hours=1)
        session.execute(
            update(ReferenceSet)
            .where(ReferenceSet.offender_id == enrolled)
            .values(state_since=later)
        )
    assert not pair(workplace, twin)
    assert not pair(workplace, enrolled)


def test_about_one_in_so_many_is_reviewed_and_always_the_same(factory: Factory) -> None:
    now, one_in = factory.parts.now(), Rules().look_alike_one_in
    ids = [uuid4() for _ in range(2000)]
    first = [is_sampled(one, now, one_in) for one in ids]
    assert first == [is_sampled(one, now, one_in) for one in ids]
    assert 120 < sum(first) < 290
