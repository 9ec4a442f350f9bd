"""Outages from outside: a district declares them, and withdraws them without harming anybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update

from checkin_api.outages.service import Declaration, declare_outage
from mobile_contract.codes import WindowOutcome
from storage.database import close_sessions, transaction
from storage.local_stack import LocalStack
from storage.parts import Parts, open_parts
from storage.records import AuditEntry, Heartbeat, Offender, Officer, Outage, Role, Window
from storage.settings import StorageSettings
from tests.browser_forms import Browser
from tests.checkin_api.arranged import caller_of
from tests.checkin_api.console.conftest import Desk
from tests.factories import Factory
from verifier.attendance import due
from verifier.attendance.settle import settle
from verifier.clock import DUTIES, do_alone
from verifier.local_time import SHANGHAI

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass
class Place:
    """A district with its supervisor at a desk, a person, and a clock."""

    factory: Factory
    clock: Parts
    supervisor: Officer
    browser: Browser
    district: UUID
    person: Offender

    def declare(
        self,
        begins: timedelta,
        ends: timedelta,
        reason: str = "运营商故障",
        where: UUID | None = None,
    ) -> int:
        """Fill the form, with times from now; gives the answer's status."""
        now = self.factory.parts.now()
        answer = self.browser.submit(
            "/outages",
            "/outages",
            district_id=str(where or self.district),
            starts_at=field(now + begins),
            ends_at=field(now + ends),
            reason=reason,
        )
        return answer.status_code

    def tick(self) -> None:
        """What the clock does, once what did not know of the outage has ended."""
        with self.factory.session() as session:
            session.execute(update(Outage).values(declared_at=Outage.declared_at - due.OTHERS_END))
            session.execute(delete(Heartbeat))
        for duty in DUTIES:
            if duty.name in {"settle_windows", "settle_outages"}:
                assert do_alone(self.clock, duty) is not None

    def over(self, ago: timedelta = 2 * HOUR, person: UUID | None = None) -> UUID:
        """A window in which nothing came, already settled."""
        now = self.factory.parts.now()
        window = self.factory.window(person or self.person.id, opens=now - ago - 90 * MINUTE)
        self.settle([window], now)
        assert self.outcome(window) is not WindowOutcome.AWAITED
        return window

    def settle(self, windows: list[UUID], now: datetime) -> None:
        """Look at windows again."""
        with self.factory.session() as session:
            settle(session, windows, now)

    def outcome(self, window: UUID) -> WindowOutcome:
        """What became of a window."""
        with self.factory.session() as session:
            return session.get_one(Window, window).outcome


@pytest.fixture
def clock_parts(stack: LocalStack) -> Iterator[Parts]:
    opened = open_parts(StorageSettings.read(stack.environment("clock")))
    yield opened
    close_sessions(opened.sessions)


@pytest.fixture
def place(factory: Factory, desk: Desk, clock_parts: Parts) -> Place:
    district = factory.district()
    supervisor = factory.officer(None, Role.DISTRICT, district)
    person = factory.offender(factory.office(district))
    return Place(factory, clock_parts, supervisor, desk(supervisor), district, person)


def field(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize("ago", [2 * HOUR, timedelta(days=4)])
def test_windows_that_were_over_are_excused_in_the_own_district_only(
    place: Place, factory: Factory, ago: timedelta
) -> None:
    here, there = place.over(ago), place.over(ago, factory.offender().id)
    assert place.declare(-ago - HOUR, -ago) == 200
    place.tick()
    assert place.outcome(here) is WindowOutcome.EXCUSED_SYSTEM
    assert place.outcome(there) in {WindowOutcome.NOT_RECEIVED, WindowOutcome.MISSED}
    with factory.session() as session:
        assert session.scalars(select(Outage.settled_at)).one() is not None
        assert "outage_declared" in session.scalars(select(AuditEntry.action)).all()


def test_many_windows_are_settled_in_slices(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = [place.over(2 * HOUR + one * MINUTE) for one in range(5)]
    place.declare(-3 * HOUR, timedelta(0))
    monkeypatch.setattr(due, "MOST_AT_ONCE", 2)
    place.tick()
    excused = [place.outcome(one) is WindowOutcome.EXCUSED_SYSTEM for one in windows]
    assert sum(excused) == 2
    for _ in range(2):
        place.tick()
    assert {place.outcome(one) for one in windows} == {WindowOutcome.EXCUSED_SYSTEM}


def test_withdrawn_it_excuses_no_window_to_come_and_takes_nothing_back(place: Place) -> None:
    now = place.factory.parts.now()
    past, to_come = place.over(), place.factory.window(place.person.id, opens=now - 80 * MINUTE)
    place.declare(-4 * HOUR, 4 * HOUR)
    place.tick()
    assert place.browser.submit("/outages", "/withdraw", why="误报").status_code == 200
    place.settle([past, to_come], now + HOUR)
    assert place.outcome(past) is WindowOutcome.EXCUSED_SYSTEM
    assert place.outcome(to_come) is WindowOutcome.NOT_RECEIVED
    assert "误报" in place.browser.page("/outages")


def test_one_that_stands_excuses_the_windows_to_come(place: Place) -> None:
    now = place.factory.parts.now()
    to_come = place.factory.window(place.person.id, opens=now - 80 * MINUTE)
    place.declare(-HOUR, HOUR)
    place.settle([to_come], now + HOUR)
    assert place.outcome(to_come) is WindowOutcome.EXCUSED_SYSTEM


@pytest.mark.parametrize(
    ("begins", "ends", "status"),
    [
        (-31 * DAY + HOUR, -30 * DAY, 200),
        (-31 * DAY - HOUR, -30 * DAY, 422),
        (6 * DAY, 7 * DAY - HOUR, 200),
        (6 * DAY, 7 * DAY + HOUR, 422),
        (-14 * DAY, timedelta(0), 200),
        (-14 * DAY, MINUTE, 422),
        (-HOUR, -HOUR, 422),
    ],
)
def test_times_that_make_no_sense_are_refused(
    place: Place, begins: timedelta, ends: timedelta, status: int
) -> None:
    assert place.declare(begins, ends) == status


def test_without_a_reason_nothing_is_declared_or_withdrawn(place: Place) -> None:
    assert place.declare(-HOUR, timedelta(0), reason=" ") == 422
    place.declare(-HOUR, timedelta(0))
    assert place.browser.submit("/outages", "/withdraw", why=" ").status_code == 422
    with place.factory.session() as session:
        assert session.scalars(select(Outage.withdrawn_at)).all() == [None]


def test_another_district_is_out_of_reach_even_where_the_code_forgets(
    place: Place, factory: Factory, parts: Parts
) -> None:
    other, now = factory.district(), factory.parts.now()
    assert place.declare(-HOUR, timedelta(0), where=other) == 404
    stranger = caller_of(factory, factory.officer(None, Role.DISTRICT, other))
    declare_outage(parts, stranger, Declaration(uuid4(), other, now - HOUR, now, "故障"))
    with transaction(parts.sessions, caller_of(factory, place.supervisor).scope) as session:
        changed = session.execute(update(Outage).values(reason="x"))
        assert changed.rowcount == 0  # type: ignore[attr-defined]


def test_the_same_form_again_is_the_same_outage(place: Place, parts: Parts) -> None:
    now, caller = parts.now(), caller_of(place.factory, place.supervisor)
    declaration = Declaration(uuid4(), place.district, now - HOUR, now, "故障")
    for _ in range(2):
        declare_outage(parts, caller, declaration)
    with place.factory.session() as session:
        assert len(session.scalars(select(Outage.id)).all()) == 1
