"""On which days somebody is due, at both sides of each limit; in Python and in SQL alike."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mobile_contract.codes import SupervisionState
from storage.records import (
    EndReason,
    PauseReason,
    SupervisionPause,
    SupervisionPeriod,
    Window,
)
from tests.factories import Factory
from verifier.attendance.plans import WindowTimes
from verifier.attendance.settle import window_value
from verifier.attendance.supervised import Days, Period, Supervision
from verifier.attendance.supervision import due_in_window, supervision_of
from verifier.local_time import local_instant

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 20)
ENDED = Supervision((Period(FIRST, LAST),))
MIDNIGHT = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # 24:00 of the last day in Shanghai
UPLOAD = timedelta(hours=72)
MOMENT = timedelta(microseconds=1)


def window(opens: datetime, grace_ends: datetime) -> WindowTimes:
    """A window that is due when its grace ends."""
    return WindowTimes(opens, grace_ends, grace_ends, grace_ends + UPLOAD)


@pytest.mark.parametrize(
    ("captured", "received", "taken"),
    [
        (MIDNIGHT - MOMENT, MIDNIGHT, True),
        (MIDNIGHT, MIDNIGHT, False),
        (MIDNIGHT - MOMENT, MIDNIGHT + UPLOAD, True),
        (MIDNIGHT - MOMENT, MIDNIGHT + UPLOAD + MOMENT, False),
        (MIDNIGHT + timedelta(days=1), MIDNIGHT + timedelta(days=1), False),
        (local_instant(FIRST, time()), MIDNIGHT, True),
        (local_instant(FIRST, time()) - MOMENT, MIDNIGHT, True),  # nothing had ended then
    ],
)
def test_a_check_in_is_taken_until_the_end_of_the_last_day_and_72_hours_on_the_way(
    captured: datetime, received: datetime, *, taken: bool
) -> None:
    assert ENDED.takes(captured, received, UPLOAD) is taken


def test_between_two_periods_nothing_is_taken_and_in_the_second_it_is_again() -> None:
    again = date(2026, 11, 25)
    both = Supervision((Period(FIRST, LAST), Period(again)))
    begins = local_instant(again, time())
    assert not both.takes(begins - MOMENT, begins, UPLOAD)
    assert both.takes(begins, begins, UPLOAD)


def test_who_never_was_under_supervision_sends_nothing() -> None:
    assert not Supervision().takes(MIDNIGHT, MIDNIGHT, UPLOAD)


def test_a_last_day_beyond_the_calendar_is_no_end() -> None:
    assert Supervision((Period(FIRST, date.max),)).takes(MIDNIGHT, MIDNIGHT, UPLOAD)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (FIRST - timedelta(days=1), SupervisionState.NOT_BEGUN),
        (FIRST, SupervisionState.RUNNING),
        (date(2026, 11, 5), SupervisionState.PAUSED),
        (date(2026, 11, 6), SupervisionState.RUNNING),
        (LAST, SupervisionState.RUNNING),
        (LAST + timedelta(days=1), SupervisionState.ENDED),
    ],
)
def test_a_state_holds_for_whole_days(day: date, state: SupervisionState) -> None:
    paused = Supervision((Period(FIRST, LAST),), (Days(date(2026, 11, 4), date(2026, 11, 5)),))
    assert paused.state(day) is state


@pytest.mark.parametrize(
    ("hours", "due"), [((-3, 0), True), ((-3, 1), False), ((-27, -24), True), ((0, 3), False)]
)
def test_a_window_past_the_last_midnight_is_asked_of_nobody(
    hours: tuple[int, int], *, due: bool
) -> None:
    opens, ends = (MIDNIGHT + timedelta(hours=one) for one in hours)
    assert ENDED.covers(window(opens, ends)) is due


@pytest.mark.parametrize(("seconds", "due"), [(0, True), (-1, False)])
def test_a_window_still_open_when_an_end_is_decided_is_asked_of_nobody(
    seconds: int, *, due: bool
) -> None:
    ends = local_instant(LAST, time(21))
    decided = ends + timedelta(seconds=seconds)
    ended = Supervision((Period(FIRST, LAST, decided),))
    assert ended.covers(window(ends - timedelta(hours=13), ends)) is due


def lay_supervision(
    factory: Factory,
    person: UUID,
    period: tuple[date, date | None, datetime | None],
    pauses: list[tuple[date, date | None]],
) -> None:
    """A period, whose end may have been decided, and its pauses."""
    first, last, decided = period
    with factory.session() as session:
        row = SupervisionPeriod(
            offender_id=person,
            starts_on=first,
            ends_on=last,
            created_at=MIDNIGHT,
            end_reason=EndReason.COMPLETED if decided else None,
            ended_by="test" if decided else None,
            end_decided_at=decided,
        )
        session.add(row)
        session.flush()
        session.add_all(
            SupervisionPause(
                period_id=row.id,
                offender_id=person,
                starts_on=begins,
                ends_on=ends,
                reason=PauseReason.OTHER,
                created_by="test",
                created_at=MIDNIGHT,
            )
            for begins, ends in pauses
        )


days = st.integers(0, 6).map(lambda ahead: FIRST + timedelta(days=ahead))
spans = st.tuples(days, st.none() | st.integers(0, 3)).map(
    lambda span: (span[0], None if span[1] is None else span[0] + timedelta(days=span[1]))
)
instants = st.integers(-24, 8 * 24).map(
    lambda hours: local_instant(FIRST, time()) + timedelta(hours=hours)
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    period=spans,
    pauses=st.lists(spans, max_size=2),
    decided=st.none() | instants,
    windows=st.lists(st.tuples(instants, st.integers(1, 30)), min_size=1, max_size=6),
)
def test_sql_and_python_say_the_same_of_every_window(
    factory: Factory,
    period: tuple[date, date | None],
    pauses: list[tuple[date, date | None]],
    decided: datetime | None,
    windows: list[tuple[datetime, int]],
) -> None:
    person = factory.offender(supervised=False).id
    lay_supervision(factory, person, (*period, decided if period[1] else None), pauses)
    laid = [
        factory.window(person, opens, timedelta(hours=hours), timedelta(0))
        for opens, hours in windows
    ]
    with factory.session() as session:
        by_sql = set(session.scalars(select(Window.id).where(due_in_window())))
        supervision = supervision_of(session, [person])[person]
        rows = session.scalars(select(Window).where(Window.id.in_(laid))).all()
        by_python = {row.id for row in rows if supervision.covers(window_value(row))}
    assert by_sql & set(laid) == by_python
