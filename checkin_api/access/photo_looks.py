"""Of how many check-ins somebody saw the photos in an hour: noted, told to who leads, no block."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import works_in_reach
from checkin_api.access.permissions import Action
from storage import audit
from storage.records import Officer, PhotoLook

MANY = 600  # check-ins an hour; a day's work of several offices
TOLD_FOR = timedelta(days=7)
KEPT_FOR = timedelta(days=8)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ManyLooks:
    """An hour in which somebody saw the photos of many check-ins."""

    officer: str
    hour: datetime
    checkins: int


def count_look(session: Session, caller: OfficerCaller, checkin_id: UUID, now: datetime) -> None:
    """Count a check-in whose photo is shown, once an hour; joins the caller's transaction."""
    officer_id, hour = caller.officer_id, now.replace(minute=0, second=0, microsecond=0)
    # A page asks for all its photos at once; one after the other, no count is told twice or never.
    session.execute(select(func.pg_advisory_xact_lock(_lock_of(officer_id))))
    added = session.scalar(
        insert(PhotoLook)
        .values(officer_id=officer_id, hour=hour, checkin_id=checkin_id)
        .on_conflict_do_nothing()
        .returning(PhotoLook.checkin_id)
    )
    if added is None:
        return
    seen = session.scalar(
        select(func.count()).where(PhotoLook.officer_id == officer_id, PhotoLook.hour == hour)
    )
    if seen == 1:
        _let_go(session, officer_id, now)
    if seen == MANY + 1:
        log.warning("many_photos_seen", extra={"officer_id": officer_id, "hour": hour})
        audit.record(session, "many_photos_seen", now, subject=officer_id, hour=hour.isoformat())


def many_looks(session: Session, caller: OfficerCaller, now: datetime) -> list[ManyLooks]:
    """Give the hours with many looks of those whom the caller leads, the latest first."""
    rows = session.execute(
        select(Officer.name, PhotoLook.hour, func.count())
        .join(Officer, Officer.id == PhotoLook.officer_id)
        .where(works_in_reach(caller, Action.RECUSE_ANOTHER), PhotoLook.hour > now - TOLD_FOR)
        .group_by(Officer.id, Officer.name, PhotoLook.hour)
        .having(func.count() > MANY)
        .order_by(PhotoLook.hour.desc())
    )
    return [ManyLooks(name, hour, checkins) for name, hour, checkins in rows]


def _let_go(session: Session, officer_id: UUID, now: datetime) -> None:
    session.execute(
        delete(PhotoLook).where(PhotoLook.officer_id == officer_id, PhotoLook.hour < now - KEPT_FOR)
    )


def _lock_of(officer_id: UUID) -> int:
    return int.from_bytes(officer_id.bytes[:8], "big", signed=True)
