"""Whatever order heads act in, no window that could be missed lies outside of supervision."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from checkin_api.refusals import RefusedError
from checkin_api.supervision.pauses import (
    Pause,
    call_off_pause,
    pause_supervision,
    resume_supervision,
)
from checkin_api.supervision.periods import End, end_supervision, plan_end, start_period
from mobile_contract.codes import SupervisionState, WindowOutcome
from storage.records import EndReason, PauseReason, ReportingPlan, Window
from tests.checkin_api.supervision.led import Led, led
from tests.factories import Factory
from verifier.attendance.lay import DAYS_AHEAD
from verifier.attendance.settle import settle, window_value
from verifier.attendance.supervision import supervision_of

BEGINS = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
COULD_BE_MISSED = {
    WindowOutcome.AWAITED,
    WindowOutcome.NOT_RECEIVED,
    WindowOutcome.MISSED,
}
Act = Callable[[Led], None]
some_days = st.integers(-3, 5)


def start(ahead: int) -> Act:
    """A new period."""
    return lambda case: start_period(case.parts, case.head, case.person.id, case.day(ahead))


def set_end(ahead: int) -> Act:
    """A planned end."""
    return lambda case: plan_end(case.parts, case.head, case.person.id, case.day(ahead))


def end(ahead: int) -> Act:
    """An end by decision."""

    def act(case: Led) -> None:
        decided = End(case.person.id, case.day(ahead), EndReason.COMPLETED)
        end_supervision(case.parts, case.head, decided)

    return act


def pause(span: tuple[int, int | None]) -> Act:
    """A pause."""

    def act(case: Led) -> None:
        last = None if span[1] is None else case.day(span[0] + span[1])
        wanted = Pause(case.person.id, case.day(span[0]), last, PauseReason.CUSTODY)
        pause_supervision(case.parts, case.head, wanted)

    return act


def resume(ahead: int) -> Act:
    """The end of the latest pause."""

    def act(case: Led) -> None:
        for one in case.pauses()[-1:]:
            resume_supervision(case.parts, case.head, case.person.id, one.id, case.day(ahead))

    return act


def call_off(_: int) -> Act:
    """The latest pause does not happen."""

    def act(case: Led) -> None:
        for one in case.pauses()[-1:]:
            call_off_pause(case.parts, case.head, case.person.id, one.id)

    return act


def wait(hours: int) -> Act:
    """Time goes by, and the clock does what it does."""

    def act(case: Led) -> None:
        case.now += timedelta(hours=hours)
        case.lay()
        with case.factory.session() as session:
            ids = session.scalars(select(Window.id).where(Window.grace_ends_at < case.now)).all()
            settle(session, ids, case.now)

    return act


acts = st.one_of(
    some_days.map(start),
    some_days.map(set_end),
    some_days.map(end),
    st.tuples(some_days, st.none() | st.integers(0, 3)).map(pause),
    some_days.map(resume),
    some_days.map(call_off),
    st.integers(1, 50).map(wait),
)


def require_right(case: Led) -> None:
    """Nothing that could be missed lies outside, and every day to come has its window."""
    case.lay()
    with case.factory.session() as session:
        supervision = supervision_of(session, [case.person.id])[case.person.id]
        rows = session.scalars(select(Window).where(Window.offender_id == case.person.id)).all()
        for row in rows:
            if row.outcome in COULD_BE_MISSED:
                assert supervision.covers(window_value(row)), (row.planned_for, row.outcome)
    announced = {day for day, outcome in case.outcomes().items() if outcome in COULD_BE_MISSED}
    for ahead in range(1, DAYS_AHEAD + 1):  # a night's window touches the day after, too
        of_day, after = (supervision.state(case.day(one)) for one in (ahead, ahead + 1))
        decided = case.periods()[-1].end_reason is not None
        running = of_day is after is SupervisionState.RUNNING and not decided
        if running:
            assert case.day(ahead) in announced, ahead
        if of_day is not SupervisionState.RUNNING:
            assert case.day(ahead) not in announced, ahead


@pytest.mark.parametrize("night", [False, True])
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=st.lists(acts, min_size=1, max_size=7))
@example(done=[pause((0, None)), wait(30)])
@example(done=[pause((1, 2)), wait(30), resume(2), wait(30), end(0), start(1), wait(30)])
def test_no_window_lies_outside_a_period_or_inside_a_pause(
    factory: Factory, *, night: bool, done: list[Act]
) -> None:
    case = led(factory, BEGINS)
    if night:
        _report_at_night(case)
    case.lay()
    for act in done:
        with suppress(RefusedError):
            act(case)
        require_right(case)


def _report_at_night(case: Led) -> None:
    """Give the person a plan whose windows last past midnight."""
    with case.factory.session() as session:
        plan = session.scalars(
            select(ReportingPlan).where(ReportingPlan.offender_id == case.person.id)
        ).one()
        plan.opens, plan.due, plan.grace_ends = time(22), time(1), time(2)
