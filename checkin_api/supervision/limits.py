"""What every change of somebody's supervision asks first: whose, from when, and in which words."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, false, func, or_, select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import Action, Who, Whose, allowed
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import CheckInState, ProblemCode
from storage.records import CheckIn, Offender, Office, SupervisionPause, SupervisionPeriod
from verifier.local_time import local_date

FURTHEST = timedelta(days=366)
LAST_YEAR = 2199  # that a form shows
LONGEST_WORDS = 2000


def person_in_turn(session: Session, caller: OfficerCaller, offender_id: UUID) -> Offender:
    """Give a person, locked, so that changes follow one another; raises RefusedError(not_found).

    Who was handed over while this waited is out of reach.
    """
    found = session.scalars(
        select(Offender)
        .where(Offender.id == offender_id, in_reach(caller, Action.SUPERVISE))
        .with_for_update(key_share=True, of=Offender)
    ).first()
    if found is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return found


def leads(caller: OfficerCaller, office: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Give the condition that the caller supervises the people of an office."""
    ways: list[ColumnElement[bool]] = [false()]
    for post in caller.posts:
        match allowed(Who(post.role.value), Action.SUPERVISE):
            case Whose.OFFICE:
                ways.append(office == post.office_id)
            case Whose.DISTRICT:
                of_district = select(Office.id).where(Office.district_id == post.district_id)
                ways.append(office.in_(of_district))
    return or_(*ways)


def latest_period(session: Session, offender_id: UUID) -> SupervisionPeriod | None:
    """Give the period that began last, or is to begin."""
    return session.scalars(
        select(SupervisionPeriod)
        .where(SupervisionPeriod.offender_id == offender_id)
        .order_by(SupervisionPeriod.starts_on.desc(), SupervisionPeriod.created_at.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()


def open_period(session: Session, offender_id: UUID, today: date) -> SupervisionPeriod:
    """Give the period that has not ended; raises RefusedError(not_open)."""
    period = latest_period(session, offender_id)
    if period is None or has_ended(period, today):
        raise RefusedError(ProblemCode.NOT_OPEN)
    return period


def has_ended(period: SupervisionPeriod, today: date) -> bool:
    """Tell whether a period's end was decided or is over."""
    if period.end_reason is not None:
        return True
    return period.ends_on is not None and period.ends_on < today


def standing_pauses(session: Session, period: SupervisionPeriod) -> list[SupervisionPause]:
    """Give the pauses of a period that were not called off."""
    rows = session.scalars(
        select(SupervisionPause)
        .where(SupervisionPause.period_id == period.id, SupervisionPause.called_off_at.is_(None))
        .order_by(SupervisionPause.starts_on)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def last_confirmed_day(session: Session, offender_id: UUID) -> date | None:
    """Give the day of the last confirmed check-in: on that day the person was reporting."""
    captured = func.coalesce(CheckIn.proven_at, CheckIn.claimed_at, CheckIn.received_at)
    last = session.scalar(
        select(func.max(captured)).where(
            CheckIn.offender_id == offender_id, CheckIn.state == CheckInState.CONFIRMED
        )
    )
    return None if last is None else local_date(last)


def require_after_contact(session: Session, offender_id: UUID, day: date, pointer: str) -> None:
    """Raise RefusedError for a day before the last confirmed check-in."""
    last = last_confirmed_day(session, offender_id)
    if last is not None and day < last:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at(pointer, "contact"))


def require_range(pointer: str, *, holds: bool) -> None:
    """Raise RefusedError for a day that is out of range."""
    if not holds:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at(pointer, "range"))


def whole_words(words: str, pointer: str, *, needed: bool) -> str | None:
    """Give the words as they are kept; raises RefusedError where needed ones are missing."""
    kept = words.strip()
    if len(kept) > LONGEST_WORDS or (needed and not kept):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at(pointer, "missing"))
    return kept or None
