"""Whose people an officer reaches with an action: the one condition that every query carries."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller, Post
from checkin_api.access.permissions import Action, Who, Whose, allowed
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from storage.records import CaseOpening, NamedOfficer, Offender, Office, Recusal, Role
from verifier.local_time import local_date


def in_reach(caller: OfficerCaller, action: Action) -> ColumnElement[bool]:
    """Give the condition on offenders that holds for the people an action reaches."""
    ways = [_within(caller, post, action) for post in caller.posts]
    return and_(or_(false(), *ways), ~_recused(caller))


def offender_in_reach(
    session: Session, caller: OfficerCaller, offender_id: UUID, action: Action
) -> Offender:
    """Give a person; raises RefusedError(not_found) for one out of reach, as for none."""
    found = session.scalars(
        select(Offender).where(Offender.id == offender_id, in_reach(caller, action))
    ).first()
    if found is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return found


def role_over(session: Session, caller: OfficerCaller, offender: Offender) -> Role | None:
    """Give the weightiest role that the caller has over a person's office."""
    return caller.role_over(
        offender.office_id, session.get_one(Office, offender.office_id).district_id
    )


def _within(caller: OfficerCaller, post: Post, action: Action) -> ColumnElement[bool]:
    match allowed(Who(post.role.value), action):
        case Whose.OFFICE:
            return and_(Offender.office_id == post.office_id, _adult_or_named(caller))
        case Whose.DISTRICT:
            offices = select(Office.id).where(Office.district_id == post.district_id)
            inspects = post.role is Role.PROCURATOR  # reads everything of a district
            of_age = true() if inspects else _adult_or_named(caller)
            return and_(Offender.office_id.in_(offices), of_age)
        case Whose.OPENED:
            return _opened(caller)
        case _:
            return false()


def _recused(caller: OfficerCaller) -> ColumnElement[bool]:
    return Offender.id.in_(
        select(Recusal.offender_id).where(
            Recusal.officer_id == caller.officer_id, Recusal.ended_at.is_(None)
        )
    )


def _adult_or_named(caller: OfficerCaller) -> ColumnElement[bool]:
    """Leave the cases of people under 18 to those who are named for them."""
    named = select(NamedOfficer.offender_id).where(
        NamedOfficer.officer_id == caller.officer_id, NamedOfficer.ended_at.is_(None)
    )
    return or_(
        Offender.adult_on.is_(None),
        Offender.adult_on <= local_date(caller.asked_at),
        Offender.id.in_(named),
    )


def _opened(caller: OfficerCaller) -> ColumnElement[bool]:
    return Offender.id.in_(
        select(CaseOpening.offender_id).where(
            CaseOpening.officer_id == caller.officer_id,
            CaseOpening.expires_at > caller.asked_at,
        )
    )
