"""What time alone brings about, and that several clocks do the work of one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from mobile_contract.codes import NoticeKind, WindowOutcome
from storage import work
from storage.database import close_sessions
from storage.local_stack import LocalStack
from storage.parts import Parts, open_parts
from storage.records import (
    Cause,
    Item,
    Notice,
    Queue,
    Window,
    Work,
)
from storage.settings import StorageSettings
from tests.factories import Factory
from tests.stage import eventually
from tests.waiting_work import WaitingWork, let_work_wait
from verifier.attendance.due import settle_due
from verifier.attendance.lay import DAYS_AHEAD
from verifier.clock import DUTIES, Clock, Done, Duty, do_alone

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def clock_parts(stack: LocalStack) -> Iterator[Parts]:
    """The parts of a clock, signed in as one."""
    opened = open_parts(StorageSettings.read(stack.environment("clock")))
    yield opened
    close_sessions(opened.sessions)


@pytest.fixture
def waiting(factory: Factory) -> WaitingWork:
    return WaitingWork(factory)


def duty(name: str) -> Duty:
    return next(one for one in DUTIES if one.name == name)


def wrong(parts: Parts, by: timedelta) -> Parts:
    """The same parts with a clock that is wrong."""
    return replace(parts, now=lambda: parts.now() + by)


def on_monday(parts: Parts) -> Clock:
    """A clock that lays windows, on a Monday."""
    return Clock(parts, (duty("lay_windows"),), now=lambda _: MONDAY)


def windows(factory: Factory) -> list[Window]:
    with factory.session() as session:
        return list(session.scalars(select(Window).order_by(Window.opens_at)))


def outcome(factory: Factory, window: UUID) -> WindowOutcome:
    with factory.session() as session:
        return session.get_one(Window, window).outcome


def settle(factory: Factory, after: timedelta) -> None:
    with factory.session() as session:
        settle_due(session, factory.parts.now() + after)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(minutes=80), WindowOutcome.AWAITED),
        (timedelta(minutes=95), WindowOutcome.NOT_RECEIVED),
        (timedelta(hours=75), WindowOutcome.MISSED),
    ],
)
def test_a_window_without_a_check_in_is_called_by_its_time(
    factory: Factory, after: timedelta, expected: WindowOutcome
) -> None:
    window = factory.window(factory.offender().id)
    settle(factory, after)
    assert outcome(factory, window) is expected


def test_a_window_that_nobody_reported_in_is_for_an_officer(factory: Factory) -> None:
    person = factory.offender().id
    factory.window(person)
    settle(factory, timedelta(hours=2))
    with factory.session() as session:
        assert session.scalars(select(Item.cause)).all() == [Cause.WINDOW]
        assert session.scalars(select(Notice.kind)).all() == [NoticeKind.WINDOW_NOT_RECEIVED]


def test_of_two_clocks_only_one_does_a_duty(clock_parts: Parts) -> None:
    both_here, done = Barrier(2, timeout=20), []

    def wait_for_the_other(_session: Session, _now: datetime) -> Done:
        done.append(1)
        both_here.wait()
        return Done(1)

    slow = Duty(f"test-{uuid4()}", 1, wait_for_the_other)
    with ThreadPoolExecutor(2) as clocks:
        first = clocks.submit(do_alone, clock_parts, slow)
        eventually(lambda: done)
        assert do_alone(clock_parts, slow) is None
        both_here.wait()
        assert first.result() == Done(1)
    assert done == [1]


def test_three_clocks_at_once_lay_every_window_once(factory: Factory, clock_parts: Parts) -> None:
    for _ in range(5):
        factory.plan(factory.offender().id)

    def tick(clock: Clock) -> None:
        for beat in range(8):
            clock.tick(float(beat * 3600))

    with ThreadPoolExecutor(3) as clocks:
        list(clocks.map(tick, [on_monday(clock_parts) for _ in range(3)]))
    tick(on_monday(clock_parts))  # those three may have been in each other's way
    assert len(windows(factory)) == 5 * (DAYS_AHEAD + 1)


def test_every_duty_runs_with_the_rights_of_the_clock(factory: Factory, clock_parts: Parts) -> None:
    factory.window(factory.offender().id)
    for one in DUTIES:
        assert do_alone(clock_parts, one) is not None


def test_a_duty_that_breaks_keeps_no_other_from_being_done(clock_parts: Parts) -> None:
    done = []

    def breaks(_session: Session, _now: datetime) -> Done:
        raise ValueError

    def notes(_session: Session, _now: datetime) -> Done:
        done.append(1)
        return Done()

    Clock(clock_parts, (Duty("test breaks", 1, breaks), Duty("test notes", 1, notes))).tick(0.0)
    assert done == [1]


def test_a_duty_is_done_again_when_its_time_has_come(clock_parts: Parts) -> None:
    done = []

    def notes(_session: Session, _now: datetime) -> Done:
        done.append(1)
        return Done()

    clock = Clock(clock_parts, (Duty("test often", 10, notes),))
    for monotonic in (0.0, 5.0, 10.0, 12.0):
        clock.tick(monotonic)
    assert len(done) == 2


def test_a_duty_with_more_to_do_does_not_wait(clock_parts: Parts) -> None:
    done = []

    def notes(_session: Session, _now: datetime) -> Done:
        done.append(1)
        return Done(more=len(done) < 3)

    clock = Clock(clock_parts, (Duty("test more", 1000, notes),))
    for monotonic in range(10):
        clock.tick(float(monotonic))
    assert len(done) == 3


def test_a_duty_longer_than_two_seconds_is_broken_off(clock_parts: Parts) -> None:
    def sleeps(session: Session, _now: datetime) -> Done:
        session.execute(text("SELECT pg_sleep(10)"))
        return Done()

    clock = Clock(clock_parts, (Duty("test long", 1, sleeps),))
    with ThreadPoolExecutor(1) as one:
        one.submit(clock.tick, 0.0).result(timeout=6)


def test_work_that_no_bell_announced_is_rung_for(
    factory: Factory, clock_parts: Parts, waiting: WaitingWork
) -> None:
    waiting.checkin(factory.offender().id, None)
    assert do_alone(clock_parts, duty("ring")) == Done()
    with factory.session() as session:
        let_work_wait(session, work.UNHEARD_AFTER)
    assert do_alone(clock_parts, duty("ring")) == Done(1, frozenset({Queue.FACES}))
    with factory.session() as session:
        assert session.scalar(select(func.count()).select_from(Work)) == 1


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_whose_time_is_wrong_calls_no_window_early_or_late(
    factory: Factory, clock_parts: Parts, hours: int
) -> None:
    now = factory.parts.now()
    open_now = factory.window(factory.offender().id, opens=now - timedelta(minutes=60))
    over = factory.window(factory.offender().id, opens=now - timedelta(minutes=100))
    do_alone(wrong(clock_parts, timedelta(hours=hours)), duty("settle_windows"))
    assert outcome(factory, open_now) is WindowOutcome.AWAITED
    assert outcome(factory, over) is WindowOutcome.NOT_RECEIVED
