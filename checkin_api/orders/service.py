"""Ordering a check-in outside the plan: one window, with its reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode, WindowOutcome
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Window
from verifier.attendance.plans import WindowTimes
from verifier.attendance.supervision import supervision_of
from verifier.rules.in_force import in_force_for

LONGEST_REASON = 500
LONGEST = timedelta(days=31)
FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Order:
    """A window that an officer orders; the id is made with the form, so a double click is one."""

    id: UUID
    offender_id: UUID
    opens_at: datetime
    due_at: datetime
    grace_ends_at: datetime
    reason: str


def order_checkin(parts: Parts, caller: OfficerCaller, order: Order) -> None:
    """Lay a window by order; the same order again changes nothing.

    Raises RefusedError: not_found, invalid_content without reason or for times that make no sense.
    """
    now = parts.now()
    if not 0 < len(order.reason.strip()) <= LONGEST_REASON:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/reason", "missing"))
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, order.offender_id, Action.ORDER_WINDOW)
        hours = in_force_for(session, order.offender_id, now).upload_hours
        times = _times(order, timedelta(hours=hours), now)
        _require_supervised(session, order, times)
        if _added(session, order, times, caller, now):
            audit.record(
                session, "checkin_ordered", now, offender_id=order.offender_id, subject=order.id
            )


def _times(order: Order, upload: timedelta, now: datetime) -> WindowTimes:
    try:
        times = WindowTimes(
            order.opens_at, order.due_at, order.grace_ends_at, order.grace_ends_at + upload
        )
    except (ValueError, OverflowError):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/window", "order")) from None
    makes_sense = now < times.grace_ends < now + FURTHEST
    if not makes_sense or times.grace_ends - times.opens > LONGEST:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/window", "order"))
    return times


def _require_supervised(session: Session, order: Order, times: WindowTimes) -> None:
    """Raise RefusedError for a window in which the person is not due: ended, or paused."""
    supervision = supervision_of(session, [order.offender_id])[order.offender_id]
    if not supervision.covers(times):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/window", "supervision"))


def _added(
    session: Session, order: Order, times: WindowTimes, caller: OfficerCaller, now: datetime
) -> bool:
    """Write the window; of equal twins the primary key lets one through."""
    row = insert(Window).values(
        id=order.id,
        offender_id=order.offender_id,
        ordered_by=caller.officer_id,
        order_reason=order.reason.strip(),
        opens_at=times.opens,
        due_at=times.due,
        grace_ends_at=times.grace_ends,
        upload_until=times.upload_until,
        outcome=WindowOutcome.AWAITED,
        outcome_since=now,
    )
    return session.scalar(row.on_conflict_do_nothing().returning(Window.id)) is not None
