"""Whose people an officer reaches: the one condition that every query of the console carries."""

from uuid import UUID

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import STAFF, WHO_OF_ROLE, Whose
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from storage.records import Offender, Office


def in_reach(caller: OfficerCaller) -> ColumnElement[bool]:
    """Give the condition on offenders that holds for the people an officer reaches."""
    match STAFF.get(WHO_OF_ROLE[caller.role]):
        case Whose.OFFICE:
            return Offender.office_id == caller.office_id
        case Whose.DISTRICT:
            offices = select(Office.id).where(Office.district_id == caller.district_id)
            return Offender.office_id.in_(offices)
        case _:
            return false()


def offender_in_reach(session: Session, caller: OfficerCaller, offender_id: UUID) -> Offender:
    """Give a person; raises RefusedError(not_found) for one of another office, as for none."""
    found = session.scalars(
        select(Offender).where(Offender.id == offender_id, in_reach(caller))
    ).first()
    if found is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return found
