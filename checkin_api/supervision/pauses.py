"""Pausing the check-ins of a person, and resuming them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.refusals import RefusedError, at
from checkin_api.supervision.limits import (
    FURTHEST,
    LAST_YEAR,
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
from storage.records import PauseReason, SupervisionPause, SupervisionPeriod
from verifier.attendance.supervised import Days
from verifier.attendance.withdrawn import put_right_from
from verifier.local_time import local_date
from verifier.notices import tell_of_act


@dataclass(frozen=True)
class Pause:
    """Days without check-ins, both inclusive; no last one means until somebody says so."""

    offender_id: UUID
    starts_on: date
    ends_on: date | None
    reason: PauseReason
    words: str = ""


def pause_supervision(parts: Parts, caller: OfficerCaller, wanted: Pause) -> None:
    """Pause check-ins and take back the windows announced; the same again changes nothing.

    Raises RefusedError: not_found, not_open after an end, invalid_content for days that lie out
    of range, outside the period, before the last confirmed check-in or in another pause.
    """
    now = parts.now()
    today = local_date(now)
    words = whole_words(wanted.words, "/words", needed=wanted.reason is PauseReason.OTHER)
    with transaction(parts.sessions, caller.scope) as session:
        person_in_turn(session, caller, wanted.offender_id)
        period = open_period(session, wanted.offender_id, today)
        standing = standing_pauses(session, period)
        if any(_is_same(one, wanted) for one in standing):
            return
        _require_days(period, wanted, today)
        require_after_contact(session, wanted.offender_id, wanted.starts_on, "/starts_on")
        _require_apart(Days(wanted.starts_on, wanted.ends_on), standing)
        row = SupervisionPause(
            period_id=period.id,
            offender_id=wanted.offender_id,
            starts_on=wanted.starts_on,
            ends_on=wanted.ends_on,
            reason=wanted.reason,
            words=words,
            created_by=caller.scope.actor,
            created_at=now,
        )
        session.add(row)
        session.flush()
        _make_known(session, row, "supervision_paused", NoticeKind.SUPERVISION_PAUSED, now)


def resume_supervision(
    parts: Parts, caller: OfficerCaller, offender_id: UUID, pause_id: UUID, ends_on: date
) -> None:
    """Set the last day of a pause, today at the earliest; windows are laid again after it.

    The same day again changes nothing. Raises RefusedError: not_found, not_open when it is over,
    invalid_content for a day out of range.
    """
    now = parts.now()
    today = local_date(now)
    with transaction(parts.sessions, caller.scope) as session:
        period, standing, pause = _pause(session, caller, (offender_id, pause_id), today)
        if pause.ends_on == ends_on:
            return
        if pause.ends_on is not None and pause.ends_on < today:
            raise RefusedError(ProblemCode.NOT_OPEN)
        earliest = max(today, pause.starts_on)
        require_range("/ends_on", holds=earliest <= ends_on and ends_on.year <= LAST_YEAR)
        _require_within(period, "/ends_on", ends_on)
        others = [one for one in standing if one.id != pause.id]
        _require_apart(Days(pause.starts_on, ends_on), others)
        pause.ends_on, pause.resumed_by, pause.resumed_at = ends_on, caller.scope.actor, now
        session.flush()
        _make_known(session, pause, "supervision_resumed", NoticeKind.SUPERVISION_RESUMED, now)


def call_off_pause(parts: Parts, caller: OfficerCaller, offender_id: UUID, pause_id: UUID) -> None:
    """Call off a pause that has not begun; again changes nothing.

    Raises RefusedError: not_found, not_open for one that has begun.
    """
    now = parts.now()
    today = local_date(now)
    with transaction(parts.sessions, caller.scope) as session:
        *_, pause = _pause(session, caller, (offender_id, pause_id), today)
        if pause.called_off_at is not None:
            return
        if pause.starts_on <= today:
            raise RefusedError(ProblemCode.NOT_OPEN)
        pause.called_off_by, pause.called_off_at = caller.scope.actor, now
        session.flush()
        _make_known(session, pause, "pause_called_off", NoticeKind.PAUSE_CALLED_OFF, now)


def _pause(
    session: Session, caller: OfficerCaller, which: tuple[UUID, UUID], today: date
) -> tuple[SupervisionPeriod, list[SupervisionPause], SupervisionPause]:
    """Give the running period of a person, its pauses, and the one that is asked for."""
    offender_id, pause_id = which
    person_in_turn(session, caller, offender_id)
    pause = session.get(SupervisionPause, pause_id, populate_existing=True)
    if pause is None or pause.offender_id != offender_id:
        raise RefusedError(ProblemCode.NOT_FOUND)
    period = open_period(session, offender_id, today)
    if pause.period_id != period.id:
        raise RefusedError(ProblemCode.NOT_OPEN)
    return period, standing_pauses(session, period), pause


def _make_known(
    session: Session, pause: SupervisionPause, act: str, kind: NoticeKind, now: datetime
) -> None:
    """Record the act, put the person's windows right, and tell the person."""
    resumed = kind is NoticeKind.SUPERVISION_RESUMED
    told = pause.ends_on if resumed and pause.ends_on else pause.starts_on
    audit.record(
        session,
        act,
        now,
        offender_id=pause.offender_id,
        subject=pause.id,
        reason=str(pause.reason),
        starts_on=pause.starts_on.isoformat(),
        ends_on=pause.ends_on.isoformat() if pause.ends_on else None,
    )
    put_right_from(session, pause.offender_id, min(pause.starts_on, local_date(now)), now)
    tell_of_act(session, pause.offender_id, kind, now, day=told.isoformat())


def _is_same(row: SupervisionPause, wanted: Pause) -> bool:
    return (row.starts_on, row.ends_on, row.reason) == (
        wanted.starts_on,
        wanted.ends_on,
        wanted.reason,
    )


def _require_days(period: SupervisionPeriod, wanted: Pause, today: date) -> None:
    require_range("/starts_on", holds=wanted.starts_on <= today + FURTHEST)
    _require_within(period, "/starts_on", wanted.starts_on)
    if wanted.ends_on is not None:
        holds = wanted.starts_on <= wanted.ends_on and wanted.ends_on.year <= LAST_YEAR
        require_range("/ends_on", holds=holds)
        _require_within(period, "/ends_on", wanted.ends_on)


def _require_within(period: SupervisionPeriod, pointer: str, day: date) -> None:
    if not Days(period.starts_on, period.ends_on).hold(day):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at(pointer, "outside"))


def _require_apart(days: Days, others: list[SupervisionPause]) -> None:
    if any(days.meet(Days(one.starts_on, one.ends_on)) for one in others):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/starts_on", "overlap"))
