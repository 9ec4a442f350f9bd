"""One window as an officer sees it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError
from mobile_contract.codes import Channel, CheckInState, ProblemCode, WindowOutcome
from storage.records import (
    CheckIn,
    Excusal,
    ItemEntry,
    Level,
    Offender,
    Office,
    Officer,
    ReceiptRow,
    Role,
    Window,
)
from verifier.items import Matter, level_of
from verifier.verdicts.reviews import DECIDING

REFUSED_SHOWN = 20
CONTACT_REACHES = timedelta(days=31)
SETTLED = (WindowOutcome.PRESENT, WindowOutcome.LATE, WindowOutcome.WITHDRAWN)


@dataclass(frozen=True)
class CheckInOfWindow:
    """A check-in that counts for the window."""

    id: UUID
    channel: Channel
    received_at: datetime
    state: CheckInState


@dataclass(frozen=True)
class RefusedAttempt:
    """A try inside the window that could not be read; it is contact all the same."""

    at: datetime
    code: str
    short_code: str


@dataclass(frozen=True)
class FindingSeen:
    """What an officer decided."""

    outcome: WindowOutcome
    reason: str
    officer: str
    decided_at: datetime


@dataclass(frozen=True)
class WindowChoice:
    """A window that a contact could settle."""

    id: UUID
    opens_at: datetime
    due_at: datetime
    outcome: WindowOutcome


@dataclass(frozen=True)
class WindowSheet:
    """One window."""

    id: UUID
    person_id: UUID
    person: str
    number: str
    office: str
    opens_at: datetime
    due_at: datetime
    grace_ends_at: datetime
    upload_until: datetime
    outcome: WindowOutcome
    order_reason: str | None
    waits: bool
    may_decide: bool  # the reader, now
    checkins: tuple[CheckInOfWindow, ...]
    attempts: tuple[RefusedAttempt, ...]
    finding: FindingSeen | None


def read_window_sheet(session: Session, caller: OfficerCaller, window_id: UUID) -> WindowSheet:
    """Give one window; raises RefusedError(not_found)."""
    found = session.execute(
        select(Window, Offender, Office.name)
        .join(Offender, Offender.id == Window.offender_id)
        .join(Office, Office.id == Offender.office_id)
        .where(Window.id == window_id, in_reach(caller, Action.SEE_PERSON))
    ).first()
    if found is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    window, offender, office = found
    return WindowSheet(
        id=window.id,
        person_id=offender.id,
        person=offender.name,
        number=offender.number,
        office=office,
        opens_at=window.opens_at,
        due_at=window.due_at,
        grace_ends_at=window.grace_ends_at,
        upload_until=window.upload_until,
        outcome=WindowOutcome(window.outcome),
        order_reason=window.order_reason,
        waits=_waits(session, window_id),
        may_decide=may_decide(session, caller, window),
        checkins=_checkins(session, window_id),
        attempts=_attempts(session, window),
        finding=_finding(session, window_id),
    )


def may_decide(session: Session, caller: OfficerCaller, window: Window) -> bool:
    """Tell whether the caller may decide a window now: on duty only what has come up to them."""
    place = session.execute(
        select(Offender.office_id, Office.district_id).where(
            Offender.id == window.offender_id,
            Office.id == Offender.office_id,
            in_reach(caller, Action.DECIDE_WINDOW),
        )
    ).first()
    roles = DECIDING.intersection(() if place is None else caller.roles_over(*place))
    if roles != {Role.DUTY}:
        return bool(roles)
    return level_of(session, Matter(window.offender_id, window_id=window.id)) is Level.DISTRICT


def open_windows(
    session: Session, caller: OfficerCaller, offender_id: UUID, now: datetime
) -> list[WindowChoice]:
    """Give the windows of the last month that a contact could settle, the latest first."""
    rows = session.scalars(
        select(Window)
        .join(Offender, Offender.id == Window.offender_id)
        .where(
            in_reach(caller, Action.RECORD_CONTACT),
            Window.offender_id == offender_id,
            Window.opens_at <= now,
            Window.opens_at > now - CONTACT_REACHES,
            Window.outcome.not_in(SETTLED),
        )
        .order_by(Window.opens_at.desc())
    )
    return [
        WindowChoice(row.id, row.opens_at, row.due_at, WindowOutcome(row.outcome)) for row in rows
    ]


def _waits(session: Session, window_id: UUID) -> bool:
    waiting = select(ItemEntry.id).where(
        ItemEntry.window_id == window_id, ItemEntry.settled_at.is_(None)
    )
    return session.scalar(waiting.limit(1)) is not None


def _checkins(session: Session, window_id: UUID) -> tuple[CheckInOfWindow, ...]:
    rows = session.scalars(
        select(CheckIn).where(CheckIn.window_id == window_id).order_by(CheckIn.received_at)
    )
    return tuple(CheckInOfWindow(row.id, row.channel, row.received_at, row.state) for row in rows)


def _attempts(session: Session, window: Window) -> tuple[RefusedAttempt, ...]:
    rows = session.scalars(
        select(ReceiptRow)
        .where(
            ReceiptRow.offender_id == window.offender_id,
            ReceiptRow.code != "accepted",
            ReceiptRow.server_time >= window.opens_at,
            ReceiptRow.server_time <= window.upload_until,
        )
        .order_by(ReceiptRow.server_time)
        .limit(REFUSED_SHOWN)
    )
    return tuple(RefusedAttempt(row.server_time, row.code, row.short_code) for row in rows)


def _finding(session: Session, window_id: UUID) -> FindingSeen | None:
    found = session.execute(
        select(Excusal, Officer.name)
        .join(Officer, Officer.id == Excusal.decided_by)
        .where(Excusal.window_id == window_id)
    ).first()
    if found is None:
        return None
    row, officer = found
    return FindingSeen(row.outcome, row.reason, officer, row.decided_at)
