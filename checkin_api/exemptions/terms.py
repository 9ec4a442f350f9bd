"""What every exemption has: a last day or none, and the person it is for."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage.records import Offender

LONGEST = timedelta(days=366)


def require_end(ends_on: date | None, today: date, *, permanent: bool) -> None:
    """Raises RefusedError(invalid_content) unless there is a last day in reach, or permanence."""
    if permanent == (ends_on is not None):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/exempt_until", "one_of_two"))
    if ends_on is not None and not today <= ends_on <= today + LONGEST:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/exempt_until", "range"))


def locked(session: Session, caller: OfficerCaller, offender_id: UUID) -> Offender:
    """Gives the person, to be exempted or no longer; raises RefusedError(not_found)."""
    offender_in_reach(session, caller, offender_id, Action.EXEMPT)
    return session.scalars(
        select(Offender).where(Offender.id == offender_id).with_for_update(key_share=True)
    ).one()


def as_told(ends_on: date | None) -> str | None:
    """Gives a last day as a notice has it: None is read as "until further notice"."""
    return ends_on.isoformat() if ends_on else None


def as_kept(ends_on: date | None) -> str:
    """Gives a last day as the trail has it."""
    return as_told(ends_on) or "—"
