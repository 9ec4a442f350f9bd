"""Who is posted where a person is supervised: those who can be named, recused, or left to act."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from checkin_api.access.officers import posting_in_force
from storage.records import NamedOfficer, Offender, Office, Officer, Posting, Recusal, Role
from verifier.local_time import local_date

DECIDES_IN_OFFICE = (Role.OFFICER, Role.HEAD)


@dataclass(frozen=True)
class Colleague:
    """Somebody with a posting over a person, and as what."""

    id: UUID
    name: str
    roles: frozenset[Role]


def colleagues_over(session: Session, offender: Offender, now: datetime) -> list[Colleague]:
    """Give everybody posted to a person's office or to its district, by name."""
    district_id = session.get_one(Office, offender.office_id).district_id
    rows = session.execute(
        select(Officer.id, Officer.name, Posting.role)
        .join(Posting, Posting.officer_id == Officer.id)
        .where(
            posting_in_force(now),
            Officer.disabled_at.is_(None),
            or_(Posting.office_id == offender.office_id, Posting.district_id == district_id),
        )
        .order_by(Officer.name, Officer.login)
    ).all()
    roles: dict[UUID, set[Role]] = {}
    for officer_id, _, role in rows:
        roles.setdefault(officer_id, set()).add(role)
    names = {officer_id: name for officer_id, name, _ in rows}
    return [Colleague(one, names[one], frozenset(held)) for one, held in roles.items()]


def nobody_in_office(now: datetime) -> ColumnElement[bool]:
    """Give the condition on offenders for whom nobody in their office may decide anything."""
    recused = exists().where(
        Recusal.offender_id == Offender.id,
        Recusal.officer_id == Posting.officer_id,
        Recusal.ended_at.is_(None),
    )
    named = exists().where(
        NamedOfficer.offender_id == Offender.id,
        NamedOfficer.officer_id == Posting.officer_id,
        NamedOfficer.ended_at.is_(None),
    )
    of_age = or_(Offender.adult_on.is_(None), Offender.adult_on <= local_date(now))
    left = (
        select(Posting.id)
        .join(Officer, and_(Officer.id == Posting.officer_id, Officer.disabled_at.is_(None)))
        .where(
            Posting.office_id == Offender.office_id,
            Posting.role.in_(DECIDES_IN_OFFICE),
            posting_in_force(now),
            ~recused,
            or_(of_age, named),
        )
        .correlate(Offender)
    )
    return ~left.exists()
