"""Writes the outcome of windows: the facts in a fixed number of queries, one change if any."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from mobile_contract.codes import NoticeKind, ProblemCode, WindowOutcome
from storage import audit
from storage.records import Cause, CheckIn, Device, Excusal, ReceiptRow
from storage.records import Window as WindowRow
from verifier.attendance.facts import (
    EXCUSES,
    CheckInFact,
    OutageLimits,
    PhoneGap,
    WindowFacts,
)
from verifier.attendance.outages_known import outages_over
from verifier.attendance.outcome import outcome, settling_checkin
from verifier.attendance.supervised import Supervision
from verifier.attendance.supervision import supervision_of
from verifier.attendance.windows import Window
from verifier.items import Matter, open_matter, settle_matter
from verifier.notices import tell
from verifier.rules.in_force import in_force_for

# Refused for its form or as one too many, so a person's attempt all the same (docs/rules.md 2).
ATTEMPTS = (
    ProblemCode.TOO_LARGE,
    ProblemCode.UNSUPPORTED_TYPE,
    ProblemCode.INVALID_CONTENT,
    ProblemCode.PHOTO_NOT_JPEG,
    ProblemCode.PHOTO_DAMAGED,
    ProblemCode.PHOTO_TOO_LARGE,
    ProblemCode.HASH_DIFFERS,
    ProblemCode.PART_MISSING,
    ProblemCode.DATUM_MISSING,
    ProblemCode.TOO_MANY,
)
FOR_AN_OFFICER = frozenset(
    {WindowOutcome.NOT_RECEIVED, WindowOutcome.MISSED, WindowOutcome.TECHNICAL}
)
TOLD = {
    WindowOutcome.NOT_RECEIVED: NoticeKind.WINDOW_NOT_RECEIVED,
    WindowOutcome.MISSED: NoticeKind.WINDOW_MISSED,
} | dict.fromkeys(EXCUSES, NoticeKind.WINDOW_EXCUSED)


def settle(session: Session, window_ids: Sequence[UUID], now: datetime) -> int:
    """Brings windows to the outcome that all known facts give; returns how many changed.

    Joins the caller's transaction, locks the windows in id order; a second call changes nothing.
    """
    # Windows and check-ins name each other: a full lock on one would wait for the other's key.
    rows = session.scalars(
        select(WindowRow)
        .where(WindowRow.id.in_(window_ids))
        .order_by(WindowRow.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    facts = _facts(session, rows, now)
    return sum(_write(session, row, facts[row.id], now) for row in rows)


def window_value(row: WindowRow) -> Window:
    """Returns a window's times as a value."""
    return Window(
        opens=row.opens_at,
        due=row.due_at,
        grace_ends=row.grace_ends_at,
        upload_until=row.upload_until,
        id=row.id,
    )


def _facts(session: Session, rows: Sequence[WindowRow], now: datetime) -> dict[UUID, WindowFacts]:
    ids = [row.id for row in rows]
    checkins = _checkins(session, ids)
    findings = dict(
        session.execute(
            select(Excusal.window_id, Excusal.outcome).where(Excusal.window_id.in_(ids))
        ).all()
    )
    attempts, outages = _attempts(session, rows), outages_over(session, rows)
    gaps = phone_gaps(session, {row.offender_id for row in rows})
    supervision = supervision_of(session, {row.offender_id for row in rows})
    limits = {
        person: OutageLimits.of(in_force_for(session, person, now))
        for person in {row.offender_id for row in rows}
    }
    return {
        row.id: WindowFacts(
            window=window_value(row),
            outage_limits=limits[row.offender_id],
            checkins=tuple(checkins[row.id]),
            technical_attempts=tuple(attempts[row.offender_id]),
            findings=(findings[row.id],) if row.id in findings else (),
            outages=outages[row.id],
            phone_gaps=tuple(gaps[row.offender_id]),
            supervised=_is_due(row, supervision[row.offender_id], now),
        )
        for row in rows
    }


def _checkins(session: Session, window_ids: Iterable[UUID]) -> dict[UUID, list[CheckInFact]]:
    found: dict[UUID, list[CheckInFact]] = defaultdict(list)
    for row in session.scalars(select(CheckIn).where(CheckIn.window_id.in_(window_ids))):
        if row.window_id is not None:
            found[row.window_id].append(
                CheckInFact(row.id, row.state, row.received_at, row.proven_at, row.claimed_at)
            )
    return found


def _attempts(session: Session, rows: Sequence[WindowRow]) -> dict[UUID, list[datetime]]:
    found: dict[UUID, list[datetime]] = defaultdict(list)
    if not rows:
        return found
    receipts = session.execute(
        select(ReceiptRow.offender_id, ReceiptRow.server_time).where(
            ReceiptRow.offender_id.in_({row.offender_id for row in rows}),
            ReceiptRow.code.in_([str(code) for code in ATTEMPTS]),
            ReceiptRow.server_time >= min(row.opens_at for row in rows),
            ReceiptRow.server_time <= max(row.grace_ends_at for row in rows),
        )
    )
    for person, at in receipts:
        found[person].append(at)
    return found


_lost, _later = aliased(Device), aliased(Device)
_LOSSES = select(
    _lost.offender_id,
    _lost.lost_at,
    select(func.min(_later.activated_at))
    .where(_later.offender_id == _lost.offender_id, _later.activated_at >= _lost.lost_at)
    .scalar_subquery(),
).where(_lost.offender_id.in_(bindparam("people", expanding=True)), _lost.lost_at.is_not(None))


def phone_gaps(session: Session, offender_ids: Collection[UUID]) -> dict[UUID, list[PhoneGap]]:
    """Returns when each person was without a phone, as far as losses were reported."""
    found: dict[UUID, list[PhoneGap]] = defaultdict(list)
    losses = session.execute(_LOSSES, {"people": list(offender_ids)})
    for person, lost_at, activated_at in losses:
        if lost_at is not None:
            found[person].append(PhoneGap(lost_at, activated_at))
    return found


def _is_due(row: WindowRow, supervision: Supervision, now: datetime) -> bool:
    """Tells whether the person was due, as far as the person could know.

    What was withdrawn when it opened stays so: nobody was told to report in it.
    """
    if row.outcome is WindowOutcome.WITHDRAWN and row.opens_at <= now:
        return False
    return supervision.covers(window_value(row))


def _write(session: Session, row: WindowRow, facts: WindowFacts, now: datetime) -> bool:
    settled_by = settling_checkin(facts)
    reached = outcome(facts, now)
    row.checkin_id = settled_by.id if settled_by else None
    if reached is row.outcome:
        return False
    before, row.outcome, row.outcome_since = row.outcome, reached, now
    audit.record(
        session,
        "window_settled",
        now,
        offender_id=row.offender_id,
        subject=row.id,
        before=str(before),
        outcome=str(reached),
    )
    _hand_over(session, row, now)
    return True


def _hand_over(session: Session, row: WindowRow, now: datetime) -> None:
    """Tells the person, and lets the window wait for an officer or ends its waiting."""
    matter = Matter(row.offender_id, window_id=row.id)
    if row.outcome in FOR_AN_OFFICER:
        open_matter(session, matter, Cause.WINDOW, now)
    else:
        settle_matter(session, matter, now)
    if row.outcome in TOLD:
        tell(session, matter, TOLD[row.outcome], now)
