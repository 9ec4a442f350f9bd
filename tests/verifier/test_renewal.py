"""New photos are proposed after a year or two false alarms, once, and to nobody else."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from mobile_contract.codes import CheckInState, NoticeKind
from storage.database import close_sessions
from storage.local_stack import LocalStack
from storage.parts import Parts, open_parts
from storage.records import (
    CheckIn,
    IdentityAnswer,
    Notice,
    Offender,
    ReferenceSet,
    ReferenceSetState,
    Review,
    Role,
)
from storage.settings import StorageSettings
from tests.checkin_api.arranged import lay_checkin, lay_references
from tests.factories import Factory
from tests.quiet_stack import owner, parts, stack
from verifier.clock import DUTIES, do_alone
from verifier.renewal import RenewalReason, due_for_renewal, propose_renewals
from verifier.verdicts.evidence import FaceVerdict

__all__ = ["owner", "parts", "stack"]
pytestmark = pytest.mark.media
YEAR = timedelta(days=365)


@pytest.fixture
def person(factory: Factory) -> Offender:
    """Somebody who is enrolled."""
    person = factory.offender()
    lay_references(factory, person.id, factory.officer(person.office_id).id)
    return person


@pytest.fixture(scope="module")
def clock_parts(stack: LocalStack) -> Iterator[Parts]:
    """The parts of a clock, signed in as one."""
    opened = open_parts(StorageSettings.read(stack.environment("clock")))
    yield opened
    close_sessions(opened.sessions)


def why(factory: Factory, at: datetime | None = None) -> dict[UUID, tuple[RenewalReason, ...]]:
    with factory.session() as session:
        due = due_for_renewal(session, at or factory.parts.now())
        return {one.offender_id: one.why for one in due}


def false_alarm(factory: Factory, person: Offender, verdict: FaceVerdict) -> None:
    """A check-in flagged for the face that an officer found the person's."""
    officer = factory.officer(person.office_id, Role.OFFICER)
    checkin = lay_checkin(factory, person.id, verdict)
    with factory.session() as session:
        session.add(
            Review(
                offender_id=person.id,
                checkin_id=checkin,
                officer_id=officer.id,
                officer_role="officer",
                identity=IdentityAnswer.YES,
                reason="是本人",
                answered_at=factory.parts.now(),
            )
        )
        row = session.get_one(CheckIn, (person.id, checkin))
        row.move(CheckInState.CONFIRMED, factory.parts.now())


def test_nothing_is_proposed_the_day_before_a_year(factory: Factory, person: Offender) -> None:
    now = factory.parts.now()
    assert why(factory, now + YEAR - timedelta(days=1)) == {}
    assert why(factory, now + YEAR + timedelta(hours=1)) == {person.id: (RenewalReason.AGE,)}


def test_two_false_alarms_are_enough_and_one_is_not(factory: Factory, person: Offender) -> None:
    false_alarm(factory, person, FaceVerdict.NO_MATCH)
    assert why(factory) == {}
    false_alarm(factory, person, FaceVerdict.NO_MATCH)
    assert why(factory) == {person.id: (RenewalReason.FALSE_ALARMS,)}


def test_a_check_in_that_nobody_found_a_false_alarm_counts_for_nothing(
    factory: Factory, person: Offender
) -> None:
    for _ in range(3):
        lay_checkin(factory, person.id, FaceVerdict.NO_MATCH)
    assert why(factory) == {}


def test_who_has_sent_new_photos_is_asked_for_none(factory: Factory, person: Offender) -> None:
    with factory.session() as session:
        session.add(
            ReferenceSet(
                offender_id=person.id,
                state=ReferenceSetState.COLLECTING,
                state_since=factory.parts.now(),
                created_by=factory.officer(person.office_id).id,
                created_at=factory.parts.now(),
            )
        )
    assert why(factory, factory.parts.now() + 2 * YEAR) == {}


def test_it_is_proposed_once_for_a_set(factory: Factory, person: Offender) -> None:
    later = factory.parts.now() + 2 * YEAR
    for expected in (1, 0):
        with factory.session() as session:
            assert propose_renewals(session, later) == expected
    with factory.session() as session:
        told = session.execute(select(Notice.offender_id, Notice.kind)).all()
    assert [tuple(one) for one in told] == [(person.id, NoticeKind.REFERENCES_RENEWAL)]


def test_the_clock_proposes_as_the_clock(
    factory: Factory, clock_parts: Parts, person: Offender
) -> None:
    with factory.session() as session:
        row = session.scalars(select(ReferenceSet)).one()
        row.state_since = factory.parts.now() - 2 * YEAR
    duty = next(one for one in DUTIES if one.name == "propose_renewals")
    done = do_alone(clock_parts, duty)
    assert done is not None
    assert done.count == 1
    with factory.session() as session:
        assert session.scalars(select(Notice.offender_id)).all() == [person.id]
