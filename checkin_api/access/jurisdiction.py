"""Whose people an officer reaches with an action: the one condition that every query carries."""

from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, or_, select, true
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller, Post
from checkin_api.access.officers import posting_in_force
from checkin_api.access.permissions import Action, Who, Whose, allowed
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from storage.records import (
    CaseOpening,
    NamedOfficer,
    Offender,
    Office,
    Officer,
    Posting,
    Recusal,
    Role,
)
from verifier.local_time import local_date


def in_reach(caller: OfficerCaller, action: Action) -> ColumnElement[bool]:
    """Give the condition on offenders that holds for the people an action reaches."""
    ways = [_within(caller, post, action) for post in caller.posts]
    return and_(or_(false(), *ways), not_recused(caller, Offender.id))


def not_recused(caller: OfficerCaller, person: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Give the condition on rows of people from whom the caller is not recused."""
    return person.not_in(
        select(Recusal.offender_id).where(
            Recusal.officer_id == caller.officer_id, Recusal.ended_at.is_(None)
        )
    )


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


def works_in_reach(caller: OfficerCaller, action: Action) -> ColumnElement[bool]:
    """Give the condition on officers that holds for those posted where an action reaches.

    A district's own people are in reach of an action that reaches the whole district only.
    """
    offices, districts = places_in_reach(caller, action)
    of_districts = select(Office.id).where(Office.district_id.in_(districts))
    return Officer.id.in_(
        select(Posting.officer_id).where(
            posting_in_force(caller.asked_at),
            or_(
                Posting.office_id.in_(offices),
                Posting.office_id.in_(of_districts),
                Posting.district_id.in_(districts),
            ),
        )
    )


def places_in_reach(caller: OfficerCaller, action: Action) -> tuple[list[UUID], list[UUID]]:
    """Give the offices and the whole districts that an action reaches."""
    offices, districts = [], []
    for post in caller.posts:
        whose = allowed(Who(post.role.value), action)
        if whose is Whose.OFFICE and post.office_id is not None:
            offices.append(post.office_id)
        if whose is Whose.DISTRICT and post.district_id is not None:
            districts.append(post.district_id)
    return offices, districts


def _within(caller: OfficerCaller, post: Post, action: Action) -> ColumnElement[bool]:
    match allowed(Who(post.role.value), action):
        case Whose.OFFICE:
            return and_(Offender.office_id == post.office_id, _of_age(caller, action))
        case Whose.DISTRICT:
            offices = select(Office.id).where(Office.district_id == post.district_id)
            inspects = post.role is Role.PROCURATOR  # reads everything of a district
            of_age = true() if inspects else _of_age(caller, action)
            return and_(Offender.office_id.in_(offices), of_age)
        case Whose.OPENED:
            return and_(_opened(caller), _of_age(caller, action))
        case _:
            return false()


def _of_age(caller: OfficerCaller, action: Action) -> ColumnElement[bool]:
    """Leave the cases of people under 18 to those who are named for them."""
    if action in {Action.NAME_OFFICER, Action.SEE_NAMED}:  # somebody has to name the first
        return true()
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
