"""An office with its head and a person, and what a test asks of them at an hour of its choice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from checkin_api.access.callers import OfficerCaller
from checkin_api.supervision.pauses import Pause, pause_supervision
from mobile_contract.codes import Channel, CheckInState, WindowOutcome
from storage.parts import Parts
from storage.records import (
    CheckIn,
    Notice,
    Offender,
    PauseReason,
    Role,
    SupervisionPause,
    SupervisionPeriod,
    Window,
)
from tests.checkin_api.arranged import caller_of, new_id
from tests.factories import Factory
from verifier.attendance.lay import lay_windows
from verifier.local_time import local_date, local_instant
from verifier.verdicts.evidence import TimeBasis


@dataclass
class Led:
    """A person under supervision, and the head of their office."""

    factory: Factory
    head: OfficerCaller
    person: Offender
    now: datetime

    @property
    def parts(self) -> Parts:
        """The parts of a web process whose clock shows the hour of the test."""
        return replace(self.factory.parts, now=lambda: self.now)

    @property
    def today(self) -> date:
        """The day in Asia/Shanghai."""
        return local_date(self.now)

    def day(self, ahead: int) -> date:
        """A day before or after today."""
        return self.today + timedelta(days=ahead)

    def at(self, hour: int, minute: int = 0, ahead: int = 0) -> datetime:
        """An instant of a day, as the clocks in Chongqing show it."""
        return local_instant(self.day(ahead), time(hour, minute))

    def lay(self) -> None:
        """What the clock lays."""
        laid = 1
        while laid:
            with self.factory.session() as session:
                laid = lay_windows(session, self.now)

    def outcomes(self) -> dict[date, WindowOutcome]:
        """The outcome of each day's window."""
        with self.factory.session() as session:
            rows = session.scalars(
                select(Window).where(Window.offender_id == self.person.id).order_by(Window.opens_at)
            )
            return {local_date(row.opens_at): row.outcome for row in rows}

    def pauses(self) -> list[SupervisionPause]:
        """Every pause of the person."""
        with self.factory.session() as session:
            return list(
                session.scalars(
                    select(SupervisionPause)
                    .where(SupervisionPause.offender_id == self.person.id)
                    .order_by(SupervisionPause.starts_on)
                )
            )

    def periods(self) -> list[SupervisionPeriod]:
        """Every period of the person."""
        with self.factory.session() as session:
            return list(
                session.scalars(
                    select(SupervisionPeriod)
                    .where(SupervisionPeriod.offender_id == self.person.id)
                    .order_by(SupervisionPeriod.starts_on)
                )
            )

    def told(self) -> list[str]:
        """The kinds of notices, in the order they were left."""
        with self.factory.session() as session:
            rows = session.scalars(
                select(Notice)
                .where(Notice.offender_id == self.person.id)
                .order_by(Notice.at, Notice.kind)
            )
            return [str(row.kind) for row in rows]

    def pause(self, starts: int, ends: int | None = None) -> UUID:
        """A pause, by days from today."""
        last = None if ends is None else self.day(ends)
        wanted = Pause(self.person.id, self.day(starts), last, PauseReason.CUSTODY)
        pause_supervision(self.parts, self.head, wanted)
        return next(one.id for one in self.pauses() if one.starts_on == wanted.starts_on)

    def confirmed_at(self, instant: datetime, window: UUID | None = None) -> UUID:
        """A confirmed check-in."""
        row = CheckIn(
            offender_id=self.person.id,
            id=new_id(),
            channel=Channel.PHONE,
            window_id=window,
            body={},
            received_at=instant,
            captured_at=instant,
            proven_at=instant,
            claimed_at=instant,
            time_basis=TimeBasis.RECEIVED_IN_TIME,
            captured_offline=False,
            state=CheckInState.CONFIRMED,
            state_since=instant,
            told=[],
        )
        return self.factory.added(row)


LeadingAt = Callable[[datetime], Led]


def led(factory: Factory, now: datetime) -> Led:
    """An office with its head and a person who reports daily."""
    office = factory.office()
    head = caller_of(factory, factory.officer(office, Role.HEAD))
    person = factory.offender(office)
    factory.plan(person.id)
    return Led(factory, head, person, now)
