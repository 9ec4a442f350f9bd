"""What nobody decides moves up and closes against nobody; what nobody works on is found."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from mobile_contract.codes import CheckInState, NoticeKind, ObjectionState, WindowOutcome
from storage import work
from storage.records import (
    Cause,
    CheckIn,
    Item,
    ItemEntry,
    Level,
    Notice,
    Objection,
    Queue,
    Window,
)
from tests.factories import Factory
from tests.waiting_work import Waiting, WaitingWork, let_work_wait
from verifier import items, reconcile
from verifier.attendance.due import settle_due
from verifier.items import Matter
from verifier.overdue import close_overdue


@pytest.fixture
def waiting(factory: Factory) -> WaitingWork:
    return WaitingWork(factory)


def settle(factory: Factory, after: timedelta) -> None:
    with factory.session() as session:
        settle_due(session, factory.parts.now() + after)


@pytest.fixture
def undecided(factory: Factory, waiting: WaitingWork) -> Waiting:
    """A check-in in review, that waits for an officer since now."""
    person = factory.offender().id
    sent = waiting.checkin(person, None, factory.window(person))
    with factory.session() as session:
        now = factory.parts.now()
        row = session.get_one(CheckIn, sent.key)
        row.move(CheckInState.IN_REVIEW, now)
        items.open_matter(session, Matter(person, checkin_id=sent.id), Cause.CHECKIN, now)
    return sent


def state(factory: Factory, sent: Waiting) -> CheckInState:
    with factory.session() as session:
        return session.get_one(CheckIn, sent.key).state


def pass_days(factory: Factory, days: int) -> None:
    """Let the clock escalate and close, once a day."""
    for day in range(days + 1):
        now = factory.parts.now() + timedelta(days=day)
        with factory.session() as session:
            items.escalate(session, now)
            close_overdue(session, now)


def test_an_item_moves_up_when_its_deadline_passes(factory: Factory, undecided: Waiting) -> None:
    pass_days(factory, 8)
    assert state(factory, undecided) is CheckInState.IN_REVIEW
    with factory.session() as session:
        assert session.scalars(select(Item.level)).one() is not Level.OFFICER


def test_what_the_district_leaves_closes_as_not_decided(
    factory: Factory, undecided: Waiting
) -> None:
    pass_days(factory, 35)
    assert state(factory, undecided) is CheckInState.NOT_DECIDED
    with factory.session() as session:
        assert session.scalars(select(Item.closed_at)).one() is not None
        kinds = session.scalars(select(Notice.kind)).all()
        window = session.scalars(select(Window)).one()
    assert NoticeKind.CHECKIN_NOT_DECIDED in kinds
    assert window.outcome is WindowOutcome.NOT_DECIDED


def test_nothing_closes_before_the_district_had_its_time(
    factory: Factory, undecided: Waiting
) -> None:
    pass_days(factory, 20)
    assert state(factory, undecided) is CheckInState.IN_REVIEW


def test_what_is_objected_to_is_never_closed_by_time(factory: Factory, undecided: Waiting) -> None:
    with factory.session() as session:
        now = factory.parts.now()
        session.add(
            Objection(
                offender_id=undecided.offender_id,
                checkin_id=undecided.id,
                words="I was there",
                state=ObjectionState.OPEN,
                made_at=now,
                due_at=now,
            )
        )
    pass_days(factory, 60)
    assert state(factory, undecided) is CheckInState.IN_REVIEW


def test_a_missed_window_stays_with_people_however_late(factory: Factory) -> None:
    factory.window(factory.offender().id)
    settle(factory, timedelta(hours=2))
    pass_days(factory, 60)
    with factory.session() as session:
        assert session.scalars(select(ItemEntry.settled_at)).all() == [None]


def promise(factory: Factory, after: timedelta = timedelta(hours=1)) -> int:
    with factory.session() as session:
        return reconcile.promise_again(session, factory.parts.now() + after)


def forget(factory: Factory) -> None:
    """Lose every promise, as a fault somewhere else would."""
    with factory.session() as session:
        session.execute(text("UPDATE work SET done_at = now()"))


def test_a_check_in_that_no_work_row_knows_is_promised_again(
    factory: Factory, waiting: WaitingWork
) -> None:
    waiting.checkin(factory.offender().id, None)
    forget(factory)
    assert promise(factory) == 1
    assert promise(factory) == 0


def test_a_check_in_that_waits_its_turn_is_not_promised_twice(
    factory: Factory, waiting: WaitingWork
) -> None:
    waiting.checkin(factory.offender().id, None)
    assert promise(factory) == 0


def test_a_check_in_in_review_of_which_no_officer_knows_is_looked_at_again(
    factory: Factory, undecided: Waiting
) -> None:
    with factory.session() as session:
        items.settle_matter(
            session,
            Matter(undecided.offender_id, checkin_id=undecided.id),
            factory.parts.now(),
        )
    forget(factory)
    assert promise(factory) == 1
    with factory.session() as session:
        let_work_wait(session, timedelta(hours=2))
        assert work.unheard(session) == {Queue.CHORES}
