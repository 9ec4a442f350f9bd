"""Starting a period of supervision, planning its end, and ending it by decision."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.refusals import RefusedError
from checkin_api.supervision.limits import (
    FURTHEST,
    LAST_YEAR,
    has_ended,
    latest_period,
    open_period,
    person_in_turn,
    require_after_contact,
    require_range,
    standing_pauses,
    whole_words,
)
from mobile_contract.codes import NoticeKind, ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import EndReason, SupervisionPeriod, Transfer, TransferState
from verifier.attendance.withdrawn import put_right_from
from verifier.local_time import local_date
from verifier.notices import tell_of_act


@dataclass(frozen=True)
class End:
    """An end by decision: the last day of supervision, why, and what is to be said of it."""

    offender_id: UUID
    ends_on: date
    reason: EndReason
    words: str = ""


def start_period(parts: Parts, caller: OfficerCaller, offender_id: UUID, starts_on: date) -> None:
    """Start a period after the end of the one before; the same again changes nothing.

    Raises RefusedError: not_found, not_open while one runs, invalid_content for its first day.
    """
    now = parts.now()
    today = local_date(now)
    with transaction(parts.sessions, caller.scope) as session:
        person_in_turn(session, caller, offender_id)
        before = latest_period(session, offender_id)
        if before is not None and not has_ended(before, today):
            if before.starts_on == starts_on:
                return
            raise RefusedError(ProblemCode.NOT_OPEN)
        after = before is None or before.ends_on is None or starts_on > before.ends_on
        require_range("/starts_on", holds=after and abs(starts_on - today) <= FURTHEST)
        row = SupervisionPeriod(offender_id=offender_id, starts_on=starts_on, created_at=now)
        session.add(row)
        session.flush()
        audit.record(session, "supervision_started", now, offender_id=offender_id, subject=row.id)
        put_right_from(session, offender_id, today, now)
        tell_of_act(
            session,
            offender_id,
            NoticeKind.SUPERVISION_STARTED,
            now,
            day=starts_on.isoformat(),
        )


def plan_end(parts: Parts, caller: OfficerCaller, offender_id: UUID, ends_on: date) -> None:
    """Set the last day of the period that runs, today or later; the same changes nothing.

    Raises RefusedError: not_found, not_open after an end, invalid_content for a day out of range.
    """
    now = parts.now()
    today = local_date(now)
    with transaction(parts.sessions, caller.scope) as session:
        person_in_turn(session, caller, offender_id)
        period = open_period(session, offender_id, today)
        if period.ends_on == ends_on:
            return
        holds = max(today, period.starts_on) <= ends_on and ends_on.year <= LAST_YEAR
        require_range("/ends_on", holds=holds)
        period.ends_on = ends_on
        session.flush()
        audit.record(
            session,
            "supervision_end_set",
            now,
            offender_id=offender_id,
            subject=period.id,
            ends_on=ends_on.isoformat(),
        )
        put_right_from(session, offender_id, today, now)
        tell_of_act(
            session, offender_id, NoticeKind.SUPERVISION_END_SET, now, day=ends_on.isoformat()
        )


def end_supervision(parts: Parts, caller: OfficerCaller, end: End) -> None:
    """End a period, or say why one has ended; the same end again changes nothing.

    What is open of it goes along: pauses end, a transfer that was asked for is withdrawn, windows
    in which nobody is due any more are taken back. Raises RefusedError: not_found, not_open when
    it was ended otherwise, invalid_content for the day or a reason without words.
    """
    now = parts.now()
    words = whole_words(end.words, "/words", needed=end.reason is EndReason.OTHER)
    with transaction(parts.sessions, caller.scope) as session:
        person_in_turn(session, caller, end.offender_id)
        period = _to_end(session, end)
        if period is None:
            return
        _require_last_day(session, period, end, local_date(now))
        period.ends_on, period.end_reason, period.end_words = end.ends_on, end.reason, words
        period.ended_by, period.end_decided_at = caller.scope.actor, now
        _end_pauses(session, period, caller, now)
        _withdraw_transfer(session, caller, end.offender_id, now)
        session.flush()
        audit.record(
            session,
            "supervision_ended",
            now,
            offender_id=end.offender_id,
            subject=period.id,
            reason=str(end.reason),
            ends_on=end.ends_on.isoformat(),
        )
        put_right_from(session, end.offender_id, end.ends_on, now)
        tell_of_act(
            session,
            end.offender_id,
            NoticeKind.SUPERVISION_ENDED,
            now,
            day=end.ends_on.isoformat(),
        )


def _to_end(session: Session, end: End) -> SupervisionPeriod | None:
    """Give the period to end; None where this very end stands already."""
    period = latest_period(session, end.offender_id)
    if period is None:
        raise RefusedError(ProblemCode.NOT_OPEN)
    if period.end_reason is None:
        return period
    if (period.end_reason, period.ends_on) != (end.reason, end.ends_on):
        raise RefusedError(ProblemCode.NOT_OPEN)
    return None


def _require_last_day(session: Session, period: SupervisionPeriod, end: End, today: date) -> None:
    """Raise RefusedError for a last day in the future, before the first, or before a contact.

    What has ended by itself is not made longer: windows would come to be due in the past.
    """
    over = period.ends_on is not None and period.ends_on < today
    latest = period.ends_on if over and period.ends_on is not None else today
    require_range("/ends_on", holds=period.starts_on <= end.ends_on <= latest)
    if end.ends_on != period.ends_on:
        require_after_contact(session, end.offender_id, end.ends_on, "/ends_on")


def _end_pauses(
    session: Session, period: SupervisionPeriod, caller: OfficerCaller, now: datetime
) -> None:
    """End with the period the pauses that would last longer, and call off those to come."""
    for pause in standing_pauses(session, period):
        if period.ends_on is None or (pause.ends_on and pause.ends_on <= period.ends_on):
            continue
        if pause.starts_on > period.ends_on:
            pause.called_off_by, pause.called_off_at = caller.scope.actor, now
        else:
            pause.ends_on = period.ends_on
            pause.resumed_by, pause.resumed_at = caller.scope.actor, now


def _withdraw_transfer(
    session: Session, caller: OfficerCaller, offender_id: UUID, now: datetime
) -> None:
    session.execute(
        update(Transfer)
        .where(Transfer.offender_id == offender_id, Transfer.state == TransferState.ASKED)
        .values(
            state=TransferState.WITHDRAWN,
            decided_by=caller.officer_id,
            decided_at=now,
            name=None,
        )
    )
