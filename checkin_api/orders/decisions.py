"""An officer's decision about a window without a check-in: excused, or confirmed as missed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import Action
from checkin_api.orders.queries import WindowSheet, may_decide, read_window_sheet
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode, WindowOutcome
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Excusal, Offender, Window
from verifier.attendance.settle import settle
from verifier.items import Matter, settle_matter

LONGEST_REASON = 2000
EXCUSABLE = frozenset(
    {
        WindowOutcome.AWAITED,
        WindowOutcome.NOT_RECEIVED,
        WindowOutcome.MISSED,
        WindowOutcome.TECHNICAL,
        WindowOutcome.MISSED_CONFIRMED,
    }
)


class Finding(StrEnum):
    """What an officer can find about a window."""

    EXCUSED = WindowOutcome.EXCUSED.value
    MISSED_CONFIRMED = WindowOutcome.MISSED_CONFIRMED.value


POSSIBLE = {
    Finding.EXCUSED: EXCUSABLE,
    Finding.MISSED_CONFIRMED: frozenset({WindowOutcome.MISSED}),
}


@dataclass(frozen=True)
class WindowDecision:
    """An officer's finding; one against the person needs the attempt at contact, in words."""

    window_id: UUID
    finding: Finding
    reason: str
    contact_tried: str = ""


def read_window(parts: Parts, caller: OfficerCaller, window_id: UUID) -> WindowSheet:
    """Give one window; raises RefusedError(not_found)."""
    with transaction(parts.sessions, caller.scope) as session:
        return read_window_sheet(session, caller, window_id)


def possible_findings(outcome: WindowOutcome) -> tuple[Finding, ...]:
    """Say what may be found about a window of this outcome."""
    return tuple(one for one in Finding if outcome in POSSIBLE[one])


def decide_window(parts: Parts, caller: OfficerCaller, decision: WindowDecision) -> None:
    """Excuse a window or confirm it as missed; the same finding again changes nothing.

    Raises RefusedError: not_found, not_open when the window no longer allows it or has not come
    up to who is on duty, invalid_content without a reason or, for a missed one, without the
    attempt at contact.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        window = _locked(session, caller, decision.window_id)
        held = session.get(Excusal, window.id)
        if held is not None and held.outcome.value == decision.finding.value:
            return
        possible = decision.finding in possible_findings(window.outcome)
        if not possible or not may_decide(session, caller, window):
            raise RefusedError(ProblemCode.NOT_OPEN)
        _write(session, caller, decision, held, now)
        audit.record(
            session,
            "window_decided",
            now,
            offender_id=window.offender_id,
            subject=window.id,
            finding=str(decision.finding),
        )
        session.flush()
        settle(session, [window.id], now)
        # A technical outcome stays, it is better than an excuse, but somebody has looked now.
        settle_matter(session, Matter(window.offender_id, window_id=window.id), now)


def _locked(session: Session, caller: OfficerCaller, window_id: UUID) -> Window:
    window = session.scalars(
        select(Window)
        .join(Offender, Offender.id == Window.offender_id)
        .where(Window.id == window_id, in_reach(caller, Action.DECIDE_WINDOW))
        .with_for_update(of=Window)
    ).first()
    if window is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return window


def _write(
    session: Session,
    caller: OfficerCaller,
    decision: WindowDecision,
    held: Excusal | None,
    now: datetime,
) -> None:
    row = held or Excusal(window_id=decision.window_id)
    row.outcome = WindowOutcome(decision.finding.value)
    row.reason = _whole_reason(decision)
    row.decided_by, row.decided_at = caller.officer_id, now
    session.add(row)


def _whole_reason(decision: WindowDecision) -> str:
    reason, tried = decision.reason.strip(), decision.contact_tried.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/reason", "missing"))
    if decision.finding is not Finding.MISSED_CONFIRMED:
        return reason
    if not 0 < len(tried) <= LONGEST_REASON:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/contact_tried", "missing"))
    return f"{reason}\n{tried}"
