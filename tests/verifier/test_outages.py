"""When we could not receive is read from signs of life, and excuses whom it kept from reporting."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from mobile_contract.codes import WindowOutcome
from storage.database import Scope, ScopeKind
from storage.reach import Reach, seen
from storage.records import Heartbeat, Outage, Window
from tests.factories import Factory
from verifier.attendance.due import settle_due
from verifier.outages import note_receiving

CLOCK, WEB = "clock-here-1", "web-here-2"
MINUTE = timedelta(minutes=1)
BEAT = timedelta(seconds=5)


@pytest.fixture
def session(owner: Engine, factory: Factory) -> Iterator[Session]:  # noqa: ARG001 - emptied first
    """A world without signs of life, forgotten afterwards: real ones are not disturbed."""
    with Session(owner) as session:
        session.info["scope"] = Scope(ScopeKind.CLOCK)
        session.execute(delete(Heartbeat))
        yield session
        session.rollback()


def beat(session: Session, process: str, now: datetime, *, store: bool = True) -> None:
    row = session.get(Heartbeat, process)
    if row is None:
        row = Heartbeat(process=process, started_at=now, beat_at=now, reach={})
        session.add(row)
    row.beat_at = now
    row.reach = seen(row.reach, Reach(database=True, bell=True, store=store), now)
    session.flush()


def note(session: Session, now: datetime) -> None:
    beat(session, CLOCK, now)
    note_receiving(session, CLOCK, now)
    session.expire_all()


def outages(session: Session) -> list[tuple[datetime, datetime]]:
    rows = session.scalars(select(Outage).order_by(Outage.starts_at))
    return [(row.starts_at, row.ends_at) for row in rows]


@pytest.fixture
def now(factory: Factory) -> datetime:
    return factory.parts.now()


def test_steady_signs_are_no_outage(session: Session, now: datetime) -> None:
    for tick in range(5):
        beat(session, WEB, now + tick * BEAT)
        note(session, now + tick * BEAT)
    assert outages(session) == []


def test_a_silent_web_is_an_outage_once_it_is_back(session: Session, now: datetime) -> None:
    beat(session, WEB, now)
    note(session, now)
    back = now + timedelta(minutes=5)
    beat(session, "web-here-3", back)
    note(session, back)
    note(session, back + BEAT)
    assert outages(session) == [(now, back)]


def test_a_store_out_of_reach_is_an_outage(session: Session, now: datetime) -> None:
    beat(session, WEB, now)
    note(session, now)
    for minute in range(1, 4):
        beat(session, WEB, now + timedelta(minutes=minute), store=False)
        note(session, now + timedelta(minutes=minute))
    assert outages(session) == []
    back = now + timedelta(minutes=4)
    beat(session, WEB, back)
    note(session, back)
    assert outages(session) == [(now, back)]


@pytest.mark.parametrize(
    ("silent", "outage"),
    [(timedelta(seconds=50), False), (MINUTE, False), (MINUTE + timedelta.resolution, True)],
)
def test_a_silence_of_more_than_a_minute_is_an_outage(
    session: Session, now: datetime, silent: timedelta, *, outage: bool
) -> None:
    beat(session, WEB, now)
    note(session, now)
    beat(session, WEB, now + silent)
    note(session, now + silent)
    assert outages(session) == ([(now, now + silent)] if outage else [])


def test_without_any_web_the_clocks_own_death_is_the_outage(
    session: Session, now: datetime
) -> None:
    note(session, now)
    back = now + timedelta(hours=1)
    note(session, back)
    assert outages(session) == [(now, back)]


def test_the_death_of_all_clocks_alone_is_no_outage(session: Session, now: datetime) -> None:
    beat(session, WEB, now)
    note(session, now)
    for tick in range(1, 61):
        beat(session, WEB, now + tick * BEAT)
    note(session, now + 60 * BEAT)
    assert outages(session) == []


def test_a_second_web_bridges_the_silence_of_the_first(session: Session, now: datetime) -> None:
    beat(session, WEB, now)
    beat(session, "web-there-9", now)
    note(session, now)
    for tick in range(1, 61):
        beat(session, "web-there-9", now + tick * BEAT)
        note(session, now + tick * BEAT)
    beat(session, WEB, now + 61 * BEAT)
    note(session, now + 61 * BEAT)
    assert outages(session) == []


def test_while_nobody_can_report_nobody_is_called_not_received(
    session: Session, now: datetime, factory: Factory
) -> None:
    window = factory.window(factory.offender().id, opens=now - timedelta(hours=2))
    later = now + timedelta(minutes=5)
    note(session, now - timedelta(minutes=1))
    assert settle_due(session, later) == 0
    assert session.get_one(Window, window).outcome is WindowOutcome.AWAITED


def test_an_outage_at_the_end_of_a_window_excuses_it(
    session: Session, now: datetime, factory: Factory
) -> None:
    window = factory.window(
        factory.offender().id, opens=now - timedelta(minutes=100), grace=timedelta(minutes=35)
    )
    note(session, now - timedelta(minutes=10))
    note(session, now)
    settle_due(session, now)
    assert session.get_one(Window, window).outcome is WindowOutcome.EXCUSED_SYSTEM
