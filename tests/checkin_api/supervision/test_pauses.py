"""Check-ins pause and go on: no window in between, none missed, none given back once it opened."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from checkin_api.orders.service import Order, order_checkin
from checkin_api.refusals import RefusedError
from checkin_api.supervision.pauses import (
    Pause,
    call_off_pause,
    pause_supervision,
    resume_supervision,
)
from checkin_api.supervision.periods import End, end_supervision, plan_end
from mobile_contract.codes import ProblemCode, WindowOutcome
from storage.records import AuditEntry, EndReason, PauseReason, Window
from tests.checkin_api.arranged import new_id
from tests.checkin_api.supervision.led import Led, led
from tests.factories import Factory
from verifier.attendance.settle import settle
from verifier.attendance.withdrawn import put_right

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
AWAITED, WITHDRAWN = WindowOutcome.AWAITED, WindowOutcome.WITHDRAWN


@pytest.fixture
def case(factory: Factory) -> Led:
    """A person and the head of the office, at noon, with windows announced."""
    found = led(factory, NOON)
    found.lay()
    return found


def refused(act: Callable[[], object]) -> tuple[ProblemCode, str]:
    """Give the code and the place of what was wrong."""
    with pytest.raises(RefusedError) as caught:
        act()
    errors = caught.value.errors
    return caught.value.code, f"{errors[0].pointer}_{errors[0].reason}" if errors else ""


def ahead(case: Led) -> list[WindowOutcome | None]:
    """The outcomes of the windows of today and the next three days."""
    found = case.outcomes()
    return [found.get(case.day(days)) for days in range(4)]


def resume(case: Led, pause: object, last: int) -> None:
    """Set the last day of a pause, by days from today."""
    resume_supervision(case.parts, case.head, case.person.id, pause, case.day(last))  # type: ignore[arg-type]


def test_a_pause_takes_back_its_days_and_the_window_that_is_open(case: Led) -> None:
    case.pause(0, 1)
    assert ahead(case) == [WITHDRAWN, WITHDRAWN, AWAITED, AWAITED]
    case.lay()
    assert ahead(case) == [WITHDRAWN, WITHDRAWN, AWAITED, AWAITED]
    assert case.told() == ["supervision_paused"]


def test_an_open_pause_keeps_every_later_day_free(case: Led) -> None:
    case.pause(2)
    case.now += timedelta(days=5)
    case.lay()
    assert ahead(case) == [None] * 4


def test_resuming_gives_back_and_lays_the_days_after(case: Led) -> None:
    pause = case.pause(0)
    case.now += timedelta(days=1)
    resume(case, pause, 0)
    case.lay()
    assert ahead(case) == [WITHDRAWN, AWAITED, AWAITED, AWAITED]
    assert case.told() == ["supervision_paused", "supervision_resumed"]
    resume(case, pause, 0)
    assert case.told() == ["supervision_paused", "supervision_resumed"]


def test_resuming_lies_not_in_the_past(case: Led) -> None:
    pause = case.pause(-2)
    assert refused(lambda: resume(case, pause, -1)) == (
        ProblemCode.INVALID_CONTENT,
        "/ends_on_range",
    )


def test_a_pause_that_is_over_is_not_made_longer(case: Led) -> None:
    pause = case.pause(-4, -2)
    assert refused(lambda: resume(case, pause, 1))[0] is ProblemCode.NOT_OPEN


def test_a_pause_may_be_made_longer_while_it_lasts(case: Led) -> None:
    pause = case.pause(0, 0)
    resume(case, pause, 2)
    assert ahead(case) == [WITHDRAWN, WITHDRAWN, WITHDRAWN, AWAITED]


def test_a_pause_to_come_can_be_called_off_and_one_that_began_cannot(case: Led) -> None:
    pause = case.pause(1, 2)
    assert ahead(case) == [AWAITED, WITHDRAWN, WITHDRAWN, AWAITED]
    for _ in range(2):
        call_off_pause(case.parts, case.head, case.person.id, pause)
    assert ahead(case) == [AWAITED] * 4
    assert case.told() == ["pause_called_off", "supervision_paused"]  # in one instant, by name
    begun = case.pause(0)
    found = refused(lambda: call_off_pause(case.parts, case.head, case.person.id, begun))
    assert found[0] is ProblemCode.NOT_OPEN


def test_the_same_pause_again_is_one(case: Led) -> None:
    case.pause(0, 2)
    case.pause(0, 2)
    assert len(case.pauses()) == 1
    with case.factory.session() as session:
        acts = session.scalars(
            select(AuditEntry.action).where(AuditEntry.action == "supervision_paused")
        ).all()
    assert len(acts) == 1


@pytest.mark.parametrize(("starts", "ends"), [(2, None), (3, 4), (1, 2), (0, 9)])
def test_pauses_do_not_overlap(case: Led, starts: int, ends: int | None) -> None:
    case.pause(2, 3)
    found = refused(lambda: case.pause(starts, ends))
    assert found == (ProblemCode.INVALID_CONTENT, "/starts_on_overlap")


def test_pauses_may_touch(case: Led) -> None:
    case.pause(2, 3)
    case.pause(0, 1)
    case.pause(4)
    assert len(case.pauses()) == 3


def test_a_pause_begins_not_before_the_last_confirmed_check_in(case: Led) -> None:
    case.confirmed_at(case.at(9, ahead=-1))
    assert refused(lambda: case.pause(-2)) == (
        ProblemCode.INVALID_CONTENT,
        "/starts_on_contact",
    )
    case.pause(-1)
    assert len(case.pauses()) == 1


def test_a_pause_dated_back_withdraws_what_was_not_received(case: Led) -> None:
    case.now += timedelta(days=2)
    with case.factory.session() as session:
        settle(session, session.scalars(select(Window.id)).all(), case.now)
    assert case.outcomes()[case.day(-1)] is WindowOutcome.NOT_RECEIVED
    case.pause(-2)
    assert set(case.outcomes().values()) == {WITHDRAWN}


@pytest.mark.parametrize(
    ("starts", "ends", "place"),
    [
        (367, None, "/starts_on_range"),
        (2, 1, "/ends_on_range"),
        (6, None, "/starts_on_outside"),
        (2, 6, "/ends_on_outside"),
        (-900, None, "/starts_on_outside"),
    ],
)
def test_a_pause_lies_within_the_period(
    case: Led, starts: int, ends: int | None, place: str
) -> None:
    plan_end(case.parts, case.head, case.person.id, case.day(5))
    assert refused(lambda: case.pause(starts, ends)) == (ProblemCode.INVALID_CONTENT, place)


def test_after_the_end_nothing_is_paused(case: Led) -> None:
    ended = End(case.person.id, case.today, EndReason.COMPLETED)
    end_supervision(case.parts, case.head, ended)
    assert refused(lambda: case.pause(0))[0] is ProblemCode.NOT_OPEN


def test_another_reason_needs_words(case: Led) -> None:
    wanted = Pause(case.person.id, case.today, None, PauseReason.OTHER)
    found = refused(lambda: pause_supervision(case.parts, case.head, wanted))
    assert found == (ProblemCode.INVALID_CONTENT, "/words_missing")


def test_no_check_in_is_ordered_into_a_pause(case: Led) -> None:
    case.pause(1, 1)
    midnight = case.at(0, ahead=1)

    def order(ends: datetime) -> Order:
        opens, due = ends - timedelta(hours=3), ends - timedelta(hours=1)
        return Order(new_id(), case.person.id, opens, due, ends, "抽查")

    within = order(midnight + timedelta(seconds=1))
    found = refused(lambda: order_checkin(case.parts, case.head, within))
    assert found == (ProblemCode.INVALID_CONTENT, "/window_supervision")
    order_checkin(case.parts, case.head, order(midnight))  # ends with the day before


def test_a_window_laid_while_somebody_paused_is_withdrawn_by_the_clock(case: Led) -> None:
    case.pause(0, 1)
    late = case.factory.window(case.person.id, opens=case.at(8, ahead=1))
    with case.factory.session() as session:
        assert session.get_one(Window, late).outcome is AWAITED
        assert put_right(session, case.now) == 1
        assert put_right(session, case.now) == 0
    with case.factory.session() as session:
        assert session.get_one(Window, late).outcome is WITHDRAWN


def test_a_foreign_pause_is_not_found(case: Led) -> None:
    pause = case.pause(0)
    other = led(case.factory, case.now)
    assert refused(lambda: resume(other, pause, 1))[0] is ProblemCode.NOT_FOUND
