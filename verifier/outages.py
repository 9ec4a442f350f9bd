"""When our servers could not receive, read from the gaps between signs of life."""

from datetime import datetime, timedelta

from sqlalchemy import DateTime, cast, func, select, update
from sqlalchemy.orm import Session

from storage import audit
from storage.records import Heartbeat, Outage

LONGEST_SILENCE = timedelta(seconds=60)
# A beat every 5 s, noted every 5 s by a clock that ticks every 2 s, with room for a busy machine.
HOLD_BACK_AFTER = timedelta(seconds=20)
SOURCE = "heartbeat"
NOTED = "receiving"


def note_receiving(session: Session, process: str, now: datetime) -> Outage | None:
    """Notes in a clock's own row when we could last receive; a silence behind it is an outage.

    Receiving takes a web process, PostgreSQL and the object store: a web process that reaches
    the store says so in PostgreSQL. Where none ever did, the clock's own reach is taken.
    """
    before, latest = _noted_at(session), _receiving_at(session)
    if latest is None:
        return None
    noted = session.scalar(
        update(Heartbeat)
        .where(Heartbeat.process == process)
        .values(reach=Heartbeat.reach.op("||")({NOTED: latest.isoformat()}))
        .returning(Heartbeat.process)
    )
    if noted is None or before is None or latest - before <= LONGEST_SILENCE:
        return None
    outage = Outage(starts_at=before, ends_at=latest, source=SOURCE)
    session.add(outage)
    session.flush()
    audit.record(session, "outage_recorded", now, subject=outage.id)
    return outage


def could_receive(session: Session, now: datetime) -> bool:
    """Tells whether people could report just now, as far as it is noted.

    While it is not, nobody is called `not_received`: the outage is recorded when it ends.
    """
    noted = _noted_at(session)
    return noted is None or now - noted <= HOLD_BACK_AFTER


def _noted_at(session: Session) -> datetime | None:
    return _latest(session, "clock", NOTED)


def _receiving_at(session: Session) -> datetime | None:
    return _latest(session, "web", "store") or _latest(session, "clock", "store")


def _latest(session: Session, kind: str, name: str) -> datetime | None:
    instant = cast(Heartbeat.reach[name].astext, DateTime(timezone=True))
    return session.scalar(
        select(func.max(instant)).where(Heartbeat.process.startswith(f"{kind}-", autoescape=True))
    )
