"""What nobody decided in all its time: it closes as `not_decided` (未作认定), against nobody."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState, NoticeKind, ObjectionState
from storage import audit
from storage.records import Cause, CheckIn, Item, ItemEntry, Level, Objection
from verifier.attendance.settle import settle
from verifier.items import Matter, settle_matter
from verifier.notices import tell
from verifier.rules.in_force import in_force_for
from verifier.rules.working_days import add_working_days

MOST_AT_ONCE = 100
# Windows stay: a missed one is decided by a person, however late. So do objections.
CLOSES_BY_TIME = frozenset({Cause.CHECKIN, Cause.SYSTEM, Cause.NOT_ENROLLED})


def close_overdue(session: Session, now: datetime) -> int:
    """Closes what the district left undecided too long; returns how many check-ins."""
    closed = 0
    for key in _overdue(session, now):
        checkin = session.get_one(CheckIn, key, with_for_update={"key_share": True})
        if checkin.state is CheckInState.IN_REVIEW:
            _close(session, checkin, now)
        else:
            _leave_place(session, checkin, now)
        closed += 1
        if closed == MOST_AT_ONCE:
            break
    return closed


def _overdue(session: Session, now: datetime) -> Iterator[tuple[UUID, UUID]]:
    entries = session.execute(
        select(ItemEntry.offender_id, ItemEntry.checkin_id, ItemEntry.due_at)
        .join(Item, Item.id == ItemEntry.item_id)
        .where(
            Item.closed_at.is_(None),
            Item.level == Level.DISTRICT,
            Item.cause.in_(CLOSES_BY_TIME),
            ItemEntry.settled_at.is_(None),
            ItemEntry.checkin_id.is_not(None),
            ItemEntry.due_at < now,
            ~_objected(),
        )
        .order_by(ItemEntry.due_at)
    ).all()
    for offender_id, checkin_id, due_at in entries:
        rules = in_force_for(session, offender_id, now)
        ends = add_working_days(due_at, rules.overdue_close_working_days, rules.working_days)
        if checkin_id is not None and ends <= now:
            yield offender_id, checkin_id


def _objected() -> ColumnElement[bool]:
    return (
        select(Objection.id)
        .where(
            Objection.offender_id == ItemEntry.offender_id,
            Objection.checkin_id == ItemEntry.checkin_id,
            Objection.state == ObjectionState.OPEN,
        )
        .exists()
    )


def _close(session: Session, checkin: CheckIn, now: datetime) -> None:
    matter = Matter(checkin.offender_id, checkin_id=checkin.id)
    checkin.move(CheckInState.NOT_DECIDED, now)
    audit.record(
        session,
        "checkin_closed_undecided",
        now,
        offender_id=checkin.offender_id,
        subject=checkin.id,
    )
    settle_matter(session, matter, now)
    tell(session, matter, NoticeKind.CHECKIN_NOT_DECIDED, now)
    if checkin.window_id is not None:
        settle(session, [checkin.window_id], now)


def _leave_place(session: Session, checkin: CheckIn, now: datetime) -> None:
    """Ends the waiting of a decided check-in whose place nobody judged: it is not refused."""
    audit.record(
        session,
        "place_closed_undecided",
        now,
        offender_id=checkin.offender_id,
        subject=checkin.id,
    )
    settle_matter(session, Matter(checkin.offender_id, checkin_id=checkin.id), now)
