"""Writes the outcome of windows: the facts in a fixed number of queries, one change if any."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, String, Uuid, any_, bindparam, func, select
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
from verifier.items import Matter, open_matter, settle_matters
from verifier.notices import tell
from verifier.rules.in_force import rules_of

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
_WINDOW_IDS = bindparam("windows", type_=ARRAY(Uuid()))
# Windows and check-ins name each other: a full lock on one would wait for the other's key.
_LOCKED = (
    select(WindowRow)
    .where(WindowRow.id == any_(_WINDOW_IDS))
    .order_by(WindowRow.id)
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_CHECKINS = select(
    CheckIn.window_id,
    CheckIn.id,
    CheckIn.state,
    CheckIn.received_at,
    CheckIn.proven_at,
    CheckIn.claimed_at,
).where(CheckIn.window_id == any_(_WINDOW_IDS))
_FINDINGS = select(Excusal.window_id, Excusal.outcome).where(Excusal.window_id == any_(_WINDOW_IDS))


def settle(session: Session, window_ids: Sequence[UUID], now: datetime) -> int:
    """Brings windows to the outcome that all known facts give; returns how many changed.

    Joins the caller's transaction, locks the windows in id order; a second call changes nothing.
    """
    rows = session.scalars(_LOCKED, {"windows": list(window_ids)}).all()
    facts = _facts(session, rows, now)
    changes = {row: change for row in rows if (change := _write(row, facts[row.id], now))}
    audit.record_all(session, now, list(changes.values()))
    _hand_over(session, list(changes), now)
    return len(changes)


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
    findings = dict(session.execute(_FINDINGS, {"windows": ids}).all())
    attempts, outages = _attempts(session, rows), outages_over(session, rows)
    people = {row.offender_id for row in rows}
    gaps, supervision = phone_gaps(session, people), supervision_of(session, people)
    rules = rules_of(session, [(person, now) for person in people])
    return {
        row.id: WindowFacts(
            window=window_value(row),
            outage_limits=OutageLimits.of(rules[row.offender_id, now]),
            checkins=tuple(checkins[row.id]),
            technical_attempts=tuple(attempts[row.offender_id]),
            findings=(findings[row.id],) if row.id in findings else (),
            outages=outages[row.id],
            phone_gaps=tuple(gaps[row.offender_id]),
            supervised=_is_due(row, supervision[row.offender_id], now),
        )
        for row in rows
    }


def _checkins(session: Session, window_ids: Sequence[UUID]) -> dict[UUID, list[CheckInFact]]:
    found: dict[UUID, list[CheckInFact]] = defaultdict(list)
    rows = session.execute(_CHECKINS, {"windows": list(window_ids)})
    for window_id, id_, state, received_at, proven_at, claimed_at in rows:
        if window_id is not None:
            fact = CheckInFact(id_, state, received_at, proven_at, claimed_at)
            found[window_id].append(fact)
    return found


_PEOPLE = any_(bindparam("people", type_=ARRAY(Uuid())))
_RECEIPTS = select(ReceiptRow.offender_id, ReceiptRow.server_time).where(
    ReceiptRow.offender_id == _PEOPLE,
    ReceiptRow.code == any_(bindparam("codes", type_=ARRAY(String()))),
    ReceiptRow.server_time >= bindparam("since"),
    ReceiptRow.server_time <= bindparam("until"),
)


def _attempts(session: Session, rows: Sequence[WindowRow]) -> dict[UUID, list[datetime]]:
    found: dict[UUID, list[datetime]] = defaultdict(list)
    if not rows:
        return found
    asked = {
        "people": list({row.offender_id for row in rows}),
        "codes": [str(code) for code in ATTEMPTS],
        "since": min(row.opens_at for row in rows),
        "until": max(row.grace_ends_at for row in rows),
    }
    for person, at in session.execute(_RECEIPTS, asked):
        found[person].append(at)
    return found


_lost, _later = aliased(Device), aliased(Device)
_LOSSES = select(
    _lost.offender_id,
    _lost.lost_at,
    select(func.min(_later.activated_at))
    .where(_later.offender_id == _lost.offender_id, _later.activated_at >= _lost.lost_at)
    .scalar_subquery(),
).where(_lost.offender_id == _PEOPLE, _lost.lost_at.is_not(None))


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


def _write(row: WindowRow, facts: WindowFacts, now: datetime) -> audit.Entry | None:
    """Writes what the facts give; returns the change, if it is one."""
    settled_by = settling_checkin(facts)
    reached = outcome(facts, now)
    row.checkin_id = settled_by.id if settled_by else None
    if reached is row.outcome:
        return None
    before, row.outcome, row.outcome_since = row.outcome, reached, now
    detail = {"before": str(before), "outcome": str(reached)}
    return audit.Entry("window_settled", row.offender_id, row.id, detail)


def _hand_over(session: Session, changed: Sequence[WindowRow], now: datetime) -> None:
    """Tells people, and lets windows wait for an officer or ends their waiting."""
    settle_matters(
        session, [_matter(row) for row in changed if row.outcome not in FOR_AN_OFFICER], now
    )
    for row in changed:
        if row.outcome in FOR_AN_OFFICER:
            open_matter(session, _matter(row), Cause.WINDOW, now)
        if row.outcome in TOLD:
            tell(session, _matter(row), TOLD[row.outcome], now)


def _matter(row: WindowRow) -> Matter:
    return Matter(row.offender_id, window_id=row.id)
