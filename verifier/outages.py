"""When our servers could not receive, read from the gaps between signs of life."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, cast, func, select, update
from sqlalchemy.orm import Session

from storage import audit
from storage.reach import LONGEST_SILENCE, STEADY_SINCE
from storage.records import Heartbeat, Outage

# A beat every 5 s, noted every 4 s by a clock that ticks every 2 s, with room for a busy machine.
HOLD_BACK_AFTER = timedelta(seconds=20)
SOURCE = "heartbeat"
NOTED = "receiving"


@dataclass(frozen=True)
class Run:
    """A time through which one process could receive."""

    begins: datetime
    ends: datetime


def silences(noted: datetime, runs: Iterable[Run]) -> list[Run]:
    """Returns the times after an instant in which no run received, but for short pauses."""
    found, reached = [], noted
    for run in sorted(runs, key=lambda run: run.begins):
        if run.begins - reached > LONGEST_SILENCE:
            found.append(Run(reached, run.begins))
        reached = max(reached, run.ends)
    return found


def note_receiving(session: Session, process: str, now: datetime) -> list[Outage]:
    """Notes in a clock's own row when we could last receive; a silence before is an outage.

    Receiving takes a web process, PostgreSQL and the object store: a web process that reaches
    the store says so in PostgreSQL. Where none ever did, the clocks' own reach is taken.
    """
    noted, runs = _noted_at(session), _runs(session, "web") or _runs(session, "clock")
    if not runs:
        return []
    latest = max(run.ends for run in runs)
    written = session.scalar(
        update(Heartbeat)
        .where(Heartbeat.process == process)
        .values(reach=Heartbeat.reach.op("||")({NOTED: latest.isoformat()}))
        .returning(Heartbeat.process)
    )
    if written is None or noted is None:
        return []
    return [_record(session, silence, now) for silence in silences(noted, runs)]


def could_receive(session: Session, now: datetime) -> bool:
    """Tells whether people could report just now, as far as it is noted.

    While it is not, nobody is called `not_received`: the outage is recorded when it ends.
    """
    noted = _noted_at(session)
    return noted is None or now - noted <= HOLD_BACK_AFTER


def _record(session: Session, silence: Run, now: datetime) -> Outage:
    outage = Outage(starts_at=silence.begins, ends_at=silence.ends, source=SOURCE)
    session.add(outage)
    session.flush()
    audit.record(session, "outage_recorded", now, subject=outage.id)
    return outage


def _noted_at(session: Session) -> datetime | None:
    instant = cast(Heartbeat.reach[NOTED].astext, DateTime(timezone=True))
    return session.scalar(select(func.max(instant)).where(_is("clock")))


def _runs(session: Session, kind: str) -> list[Run]:
    begins, ends = (
        cast(Heartbeat.reach[name].astext, DateTime(timezone=True))
        for name in (STEADY_SINCE, "store")
    )
    rows = session.execute(select(begins, ends).where(_is(kind), begins.is_not(None)))
    return [Run(begins, ends) for begins, ends in rows]


def _is(kind: str) -> ColumnElement[bool]:
    return Heartbeat.process.startswith(f"{kind}-", autoescape=True)
