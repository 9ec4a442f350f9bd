"""Postings as the page shows them: what waits, what holds, who could stand in."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.confirming import CONFIRMED_BY, COVERED_BY
from checkin_api.access.officers import posting_in_force
from checkin_api.postings.reach import (
    confirmable,
    coverable,
    endable,
    holds,
    is_last,
    visible,
    waits,
)
from storage.records import District, Office, Officer, Posting, Role
from verifier.local_time import local_date

MOST_SHOWN = 500


@dataclass(frozen=True)
class PostingSeen:
    """One posting in words, and what the caller may do with it."""

    id: UUID
    officer_id: UUID
    login: str
    name: str
    role: Role
    place: str  # office or district; empty for the city's
    starts_on: date
    ends_on: date | None
    covers: str  # the name of who is stood in for
    set_up: bool
    confirmable: bool
    coverable: bool
    endable: bool
    last: bool  # nobody would be left to confirm the next one

    @property
    def confirmed_by(self) -> list[Role]:
        """Which roles confirm such a posting."""
        return sorted(CONFIRMED_BY[self.role])


@dataclass(frozen=True)
class Board:
    """What the page of postings shows."""

    waiting: tuple[PostingSeen, ...]  # the caller may confirm them now
    elsewhere: tuple[PostingSeen, ...]  # they wait for something or somebody else
    posted: tuple[PostingSeen, ...]
    more: bool  # than are shown


@dataclass(frozen=True)
class StandIn:
    """Somebody who could stand in for a posting."""

    officer_id: UUID
    name: str
    login: str
    role: Role
    place: str


Covered = aliased(Officer)


def board(session: Session, caller: OfficerCaller, words: str) -> Board:
    """Give the postings that the caller answers for or inspects; with words by name or login."""
    today = local_date(caller.asked_at)
    mine = and_(visible(caller), _matching(words))
    waiting = _seen(session, caller, and_(mine, waits()))
    posted = _seen(session, caller, and_(mine, holds(today)))
    return Board(
        waiting=tuple(one for one in waiting if one.confirmable),
        elsewhere=tuple(one for one in waiting if not one.confirmable),
        posted=tuple(posted),
        more=max(len(waiting), len(posted)) == MOST_SHOWN,
    )


def posting_to_end(session: Session, caller: OfficerCaller, posting_id: UUID) -> PostingSeen | None:
    """Give a posting that the caller may end and that has not ended."""
    open_ones = and_(Posting.id == posting_id, Posting.ended_at.is_(None), endable(caller))
    return next(iter(_seen(session, caller, open_ones)), None)


def posting_to_cover(
    session: Session, caller: OfficerCaller, posting_id: UUID
) -> PostingSeen | None:
    """Give a posting that the caller may set a cover for."""
    wanted = and_(Posting.id == posting_id, coverable(caller))
    return next(iter(_seen(session, caller, wanted)), None)


def stand_ins(session: Session, caller: OfficerCaller, posting: Posting) -> list[StandIn]:
    """Give who could stand in: posted in the same district, with a role that weighs enough."""
    district = district_of(session, posting)
    rows = session.execute(
        select(Officer, Posting.role, Office.name, District.name)
        .join(Posting, Posting.officer_id == Officer.id)
        .outerjoin(Office, Office.id == Posting.office_id)
        .join(District, District.id == func.coalesce(Posting.district_id, Office.district_id))
        .where(
            District.id == district,
            Posting.role.in_(COVERED_BY[posting.role]),
            Posting.covers_id.is_(None),
            posting_in_force(caller.asked_at),
            Officer.disabled_at.is_(None),
            Officer.id.not_in([caller.officer_id, posting.officer_id]),
        )
        .order_by(Office.name, Officer.name, Officer.login)
    )
    found = {
        person.id: StandIn(person.id, person.name, person.login, role, office or within)
        for person, role, office, within in rows
    }
    return list(found.values())


def district_of(session: Session, posting: Posting) -> UUID | None:
    """Give the district that a posting lies in; None for the city's."""
    if posting.office_id is not None:
        return session.get_one(Office, posting.office_id).district_id
    return posting.district_id


def _seen(
    session: Session, caller: OfficerCaller, wanted: ColumnElement[bool]
) -> list[PostingSeen]:
    rows = session.execute(_asked(caller).where(wanted)).all()
    return [
        PostingSeen(
            id=posting.id,
            officer_id=person.id,
            login=person.login,
            name=person.name,
            role=posting.role,
            place=place or "",
            starts_on=posting.starts_on,
            ends_on=posting.ends_on,
            covers=covers or "",
            set_up=person.password_hash is not None,
            confirmable=may_confirm,
            coverable=may_cover,
            endable=may_end,
            last=last,
        )
        for posting, person, place, covers, may_confirm, may_cover, may_end, last in rows
    ]


Asked = Select[Posting, Officer, str, str, bool, bool, bool, bool]


def _asked(caller: OfficerCaller) -> Asked:
    return (
        select(
            Posting,
            Officer,
            func.coalesce(Office.name, District.name),
            Covered.name,
            confirmable(caller),
            coverable(caller),
            endable(caller),
            is_last(local_date(caller.asked_at)),
        )
        .join(Officer, Officer.id == Posting.officer_id)
        .outerjoin(Office, Office.id == Posting.office_id)
        .outerjoin(District, District.id == Posting.district_id)
        .outerjoin(Covered, Covered.id == Posting.covers_id)
        .order_by(District.name, Office.name, Posting.role, Officer.name, Posting.id)
        .limit(MOST_SHOWN)
    )


def _matching(words: str) -> ColumnElement[bool]:
    return or_(
        Officer.name.contains(words, autoescape=True),
        Officer.login.contains(words.lower(), autoescape=True),
    )
