"""Windows ordered, excused, confirmed as missed, and settled by a contact."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from checkin_api.access.callers import OfficerCaller
from checkin_api.orders.contacts import Contact, record_contact
from checkin_api.orders.decisions import Finding, WindowDecision, decide_window
from checkin_api.orders.service import Order, order_checkin
from checkin_api.refusals import RefusedError
from mobile_contract.codes import Channel, CheckInState, NoticeKind, ProblemCode, WindowOutcome
from storage.parts import Parts
from storage.records import CheckIn, Excusal, ItemEntry, Notice, Offender, Window
from tests.checkin_api.arranged import caller_of, new_id
from tests.factories import Factory
from verifier.attendance.settle import settle

SECOND = timedelta(seconds=1)


@pytest.fixture
def person(factory: Factory) -> Offender:
    """A person of some office."""
    return factory.offender()


@pytest.fixture
def officer(factory: Factory, person: Offender) -> OfficerCaller:
    """An officer of that office."""
    return caller_of(factory, factory.officer(person.office_id))


def order_of(person: Offender, now: datetime, lasts: timedelta = 5 * SECOND) -> Order:
    """An order for right now."""
    due = now + lasts
    return Order(new_id(), person.id, now, due, due + 2 * SECOND, "临时抽查")


def window_ended(factory: Factory, person: Offender, ago: timedelta) -> UUID:
    """A window that ended without a check-in, and what the clock makes of it."""
    now = factory.parts.now()
    window = factory.window(person.id, opens=now - ago - timedelta(hours=2))
    with factory.session() as session:
        settle(session, [window], now)
    return window


def outcome_of(factory: Factory, window: UUID) -> WindowOutcome:
    """What became of a window."""
    with factory.session() as session:
        return session.get_one(Window, window).outcome


def waiting(factory: Factory) -> int:
    """How much waits for officers."""
    with factory.session() as session:
        return (
            session.scalar(
                select(func.count()).select_from(ItemEntry).where(ItemEntry.settled_at.is_(None))
            )
            or 0
        )


def test_an_order_lays_a_window_to_the_second(
    parts: Parts, factory: Factory, person: Offender, officer: OfficerCaller
) -> None:
    order = order_of(person, parts.now())
    order_checkin(parts, officer, order)
    with factory.session() as session:
        window = session.get_one(Window, order.id)
    assert (window.opens_at, window.due_at) == (order.opens_at, order.due_at)
    assert window.upload_until == order.grace_ends_at + timedelta(hours=72)
    assert (window.ordered_by, window.order_reason) == (officer.officer_id, "临时抽查")


def test_an_order_sent_twice_is_one_window(
    parts: Parts, factory: Factory, person: Offender, officer: OfficerCaller
) -> None:
    order = order_of(person, parts.now())
    order_checkin(parts, officer, order)
    order_checkin(parts, officer, order)
    with factory.session() as session:
        assert len(session.scalars(select(Window)).all()) == 1


@pytest.mark.parametrize("lasts", [timedelta(0), -SECOND, timedelta(days=40)])
def test_an_order_whose_times_make_no_sense_is_refused(
    parts: Parts, person: Offender, officer: OfficerCaller, lasts: timedelta
) -> None:
    with pytest.raises(RefusedError) as refused:
        order_checkin(parts, officer, order_of(person, parts.now(), lasts))
    assert refused.value.code is ProblemCode.INVALID_CONTENT


@pytest.mark.parametrize("year", [2400, 9999])
def test_an_order_that_no_clock_will_ever_reach_is_refused(
    parts: Parts, person: Offender, officer: OfficerCaller, year: int
) -> None:
    with pytest.raises(RefusedError) as refused:
        order_checkin(parts, officer, order_of(person, datetime(year, 12, 31, 23, tzinfo=UTC)))
    assert refused.value.code is ProblemCode.INVALID_CONTENT


def test_an_order_for_somebody_else_s_person_finds_nobody(
    parts: Parts, factory: Factory, person: Offender
) -> None:
    stranger = caller_of(factory, factory.officer(factory.office()))
    with pytest.raises(RefusedError) as refused:
        order_checkin(parts, stranger, order_of(person, parts.now()))
    assert refused.value.code is ProblemCode.NOT_FOUND


def test_an_excuse_settles_a_window_and_tells_the_person(
    parts: Parts, factory: Factory, person: Offender, officer: OfficerCaller
) -> None:
    window = window_ended(factory, person, timedelta(hours=1))
    assert outcome_of(factory, window) is WindowOutcome.NOT_RECEIVED
    decide_window(parts, officer, WindowDecision(window, Finding.EXCUSED, "住院"))
    assert outcome_of(factory, window) is WindowOutcome.EXCUSED
    assert waiting(factory) == 0
    with factory.session() as session:
        assert NoticeKind.WINDOW_EXCUSED in session.scalars(select(Notice.kind)).all()


def test_a_window_is_confirmed_as_missed_only_after_uploads_ended(
    parts: Parts, factory: Factory, person: Offender, officer: OfficerCaller
) -> None:
    window = window_ended(factory, person, timedelta(hours=1))
    decision = WindowDecision(window, Finding.MISSED_CONFIRMED, "无理由", "22 日两次致电未接")
    with pytest.raises(RefusedError) as refused:
        decide_window(parts, officer, decision)
    assert refused.value.code is ProblemCode.NOT_OPEN


def test_confirming_a_missed_window_needs_an_attempt_at_contact(
    parts: Parts, factory: Factory, person: Offender, officer: OfficerCaller
) -> None:
    window = window_ended(factory, person, timedelta(days=4))
    bare = WindowDecision(window, Finding.MISSED_CONFIRMED, "无理由")
    with pytest.raises(RefusedError) as refused:
        decide_window(parts, officer, bare)
    assert refused.value.errors[0].pointer == "/contact_tried"
    assert outcome_of(factory, window) is WindowOutcome.MISSED
    whole = WindowDecision(window, Finding.MISSED_CONFIRMED, "无理由", "22 日两次致电未接")
    decide_window(parts, officer, whole)
    decide_window(parts, officer, whole)
    assert outcome_of(factory, window) is WindowOutcome.MISSED_CONFIRMED
    assert waiting(factory) == 0
    with factory.session() as session:
        assert session.get_one(Excusal, window).reason == "无理由\n22 日两次致电未接"


def test_a_window_confirmed_as_missed_can_still_be_excused(
    parts: Parts, factory: Factory, person: Offender, officer: OfficerCaller
) -> None:
    window = window_ended(factory, person, timedelta(days=4))
    missed = WindowDecision(window, Finding.MISSED_CONFIRMED, "无理由", "致电未接")
    decide_window(parts, officer, missed)
    decide_window(parts, officer, WindowDecision(window, Finding.EXCUSED, "当时住院，有证明"))
    assert outcome_of(factory, window) is WindowOutcome.EXCUSED


def contact_of(person: Offender, happened_at: datetime, window: UUID | None = None) -> Contact:
    """A visit."""
    return Contact(new_id(), person.id, Channel.VISIT, happened_at, "在家，情况正常", window)


def test_a_visit_is_a_confirmed_check_in_that_settles_its_window(
    parts: Parts, factory: Factory, person: Offender, officer: OfficerCaller
) -> None:
    window = window_ended(factory, person, timedelta(hours=1))
    contact = contact_of(person, parts.now(), window)
    record_contact(parts, officer, contact)
    assert outcome_of(factory, window) is WindowOutcome.LATE
    assert waiting(factory) == 0
    with factory.session() as session:
        row = session.get_one(CheckIn, (person.id, contact.id))
        assert (row.state, row.channel) == (CheckInState.CONFIRMED, Channel.VISIT)
        assert NoticeKind.CHECKIN_RECORDED in session.scalars(select(Notice.kind)).all()


def test_a_visit_inside_the_window_counts_as_present_however_late_it_is_written_down(
    parts: Parts, factory: Factory, person: Offender, officer: OfficerCaller
) -> None:
    window = window_ended(factory, person, timedelta(hours=1))
    in_time = parts.now() - timedelta(hours=2, minutes=45)
    record_contact(parts, officer, contact_of(person, in_time, window))
    assert outcome_of(factory, window) is WindowOutcome.PRESENT


def test_a_visit_before_a_window_opened_does_not_settle_it(
    parts: Parts, factory: Factory, person: Offender, officer: OfficerCaller
) -> None:
    window = window_ended(factory, person, timedelta(hours=1))
    before = outcome_of(factory, window)
    long_before = parts.now() - timedelta(days=3)
    record_contact(parts, officer, contact_of(person, long_before, window))
    assert outcome_of(factory, window) is before


@pytest.mark.parametrize(("edge", "outwards"), [("opens_at", -SECOND), ("upload_until", SECOND)])
def test_a_visit_settles_a_window_from_its_opening_to_its_last_upload_hour(
    parts: Parts, factory: Factory, person: Offender, edge: str, outwards: timedelta
) -> None:
    caller = caller_of(factory, factory.officer(person.office_id))
    for beyond, settles in ((outwards, False), (timedelta(0), True)):
        window = window_ended(factory, person, timedelta(hours=80))
        with factory.session() as session:
            met_at = getattr(session.get_one(Window, window), edge) + beyond
        record_contact(parts, caller, contact_of(person, met_at, window))
        settled = outcome_of(factory, window) in {WindowOutcome.PRESENT, WindowOutcome.LATE}
        assert settled is settles


def test_a_contact_sent_twice_is_one_check_in(
    parts: Parts, factory: Factory, person: Offender, officer: OfficerCaller
) -> None:
    contact = contact_of(person, parts.now())
    record_contact(parts, officer, contact)
    record_contact(parts, officer, contact)
    with factory.session() as session:
        assert len(session.scalars(select(CheckIn)).all()) == 1


def test_a_contact_in_the_future_is_refused(
    parts: Parts, person: Offender, officer: OfficerCaller
) -> None:
    with pytest.raises(RefusedError) as refused:
        record_contact(parts, officer, contact_of(person, parts.now() + timedelta(hours=1)))
    assert refused.value.errors[0].pointer == "/happened_at"


def test_a_contact_settles_no_window_of_another_person(
    parts: Parts, factory: Factory, person: Offender, officer: OfficerCaller
) -> None:
    other = factory.offender(person.office_id)
    window = window_ended(factory, other, timedelta(hours=1))
    with pytest.raises(RefusedError) as refused:
        record_contact(parts, officer, contact_of(person, parts.now(), window))
    assert refused.value.code is ProblemCode.NOT_FOUND
