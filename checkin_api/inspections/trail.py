"""Reading the record of acts of a district, a day or a person at a time."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Text, and_, cast, false, func, or_, select, true
from sqlalchemy.orm import aliased

from checkin_api.access.callers import OfficerCaller, Post
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import Action, Who, Whose, allowed
from storage.database import transaction
from storage.parts import Parts
from storage.records import AuditEntry, Offender, Office, Officer, Posting, Role
from verifier.local_time import local_date, local_instant

A_PAGE = 100
MOST_PAGES = 1000
A_DAY = timedelta(days=1)

Person = aliased(Offender)
ActingPerson = aliased(Offender)
Actor = aliased(Officer)
Subject = aliased(Officer)
PLACEHOLDER = re.compile(r"<[^<>]*>")  # of an id in the path of a page


@dataclass(frozen=True)
class Asked:
    """What somebody wants to read; without a person, one day at a time."""

    number: str = ""
    actor: str = ""  # login or name of an officer
    day: date | None = None
    page: int = 1


@dataclass(frozen=True)
class Entry:
    """One act as a reader sees it."""

    at: datetime
    actor_kind: str  # officer, offender, clock, ...
    actor: str  # a name or a number where there is one
    action: str
    person_id: UUID | None
    number: str | None
    subject: str | None
    subject_name: str | None  # of an officer
    facts: tuple[tuple[str, str], ...]
    inspection: bool


@dataclass(frozen=True)
class Trail:
    """One page of the record."""

    entries: tuple[Entry, ...]
    day: date | None
    page: int
    has_more: bool


def read_trail(parts: Parts, caller: OfficerCaller, asked: Asked) -> Trail:
    """Give what happened in the caller's district, the latest first.

    Looks of procurators are shown to procurators only. Neither is anything of a person whose case
    the caller does not see.
    """
    # Years of entries are read by the person or by the day, for both there is an index.
    day = asked.day or (None if asked.number else local_date(parts.now()))
    page = min(max(asked.page, 1), MOST_PAGES)
    with transaction(parts.sessions, caller.scope) as session:
        rows = session.execute(
            _columns()
            .where(_in_district(caller), *_wanted(asked, day))
            .order_by(AuditEntry.at.desc(), AuditEntry.number.desc())
            .limit(A_PAGE + 1)
            .offset((page - 1) * A_PAGE)
        ).all()
    entries = tuple(_entry(row) for row in rows[:A_PAGE])
    return Trail(entries, day, page, has_more=len(rows) > A_PAGE and page < MOST_PAGES)


Found = tuple[AuditEntry, UUID | None, str | None, str | None, str | None, str | None]


def _columns() -> Select[*Found]:
    return (
        select(AuditEntry, Person.id, Person.number, Actor.name, ActingPerson.number, Subject.name)
        .outerjoin(Person, Person.id == AuditEntry.offender_id)
        .outerjoin(Actor, AuditEntry.actor == _officer(Actor.id))
        .outerjoin(ActingPerson, AuditEntry.actor == func.concat("offender:", ActingPerson.id))
        .outerjoin(Subject, AuditEntry.subject == cast(Subject.id, Text))
    )


def _in_district(caller: OfficerCaller) -> ColumnElement[bool]:
    """Give the condition on entries of the districts in reach, as each post may read."""
    ways = [_of_post(caller, post) for post in caller.posts if _reads(post)]
    return or_(false(), *ways)


def _reads(post: Post) -> bool:
    return allowed(Who(post.role.value), Action.SEE_AUDIT) is Whose.DISTRICT


def _of_post(caller: OfficerCaller, post: Post) -> ColumnElement[bool]:
    offices = select(Office.id).where(Office.district_id == post.district_id)
    people = select(Offender.id).where(
        Offender.office_id.in_(offices), in_reach(caller, Action.SEE_AUDIT)
    )
    inspects = post.role is Role.PROCURATOR
    # When an inspector signs in tells the inspected that somebody looks.
    known = true() if inspects else Posting.role != Role.PROCURATOR
    works = and_(
        or_(Posting.office_id.in_(offices), Posting.district_id == post.district_id), known
    )
    actors = select(_officer(Posting.officer_id)).where(works)
    officers = select(cast(Posting.officer_id, Text)).where(works)
    of_nobody = and_(
        AuditEntry.offender_id.is_(None),
        or_(AuditEntry.actor.in_(actors), AuditEntry.subject.in_(officers)),
    )
    shown = true() if inspects else AuditEntry.inspection.is_(False)
    return and_(or_(AuditEntry.offender_id.in_(people), of_nobody), shown)


def _wanted(asked: Asked, day: date | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.number:
        person = select(Offender.id).where(Offender.number == asked.number)
        wanted.append(AuditEntry.offender_id.in_(person))
    if asked.actor:
        named = or_(Officer.login == asked.actor, Officer.name == asked.actor)
        wanted.append(AuditEntry.actor.in_(select(_officer(Officer.id)).where(named)))
    if day is not None:
        wanted.append(AuditEntry.at >= local_instant(day, time()))
        wanted.append(AuditEntry.at < local_instant(day + A_DAY, time()))
    return wanted


def _officer(officer_id: Any) -> ColumnElement[str]:
    return func.concat("officer:", officer_id)


def _entry(found: Row[*Found]) -> Entry:
    row, person_id, number, officer, acting, subject_name = found
    kind, _, who = row.actor.partition(":")
    return Entry(
        at=row.at,
        actor_kind=kind,
        actor=officer or acting or who,
        action=row.action,
        person_id=person_id,
        number=number,
        subject=row.subject,
        subject_name=subject_name,
        facts=tuple(
            (name, PLACEHOLDER.sub("…", str(value))) for name, value in sorted(row.detail.items())
        ),
        inspection=row.inspection,
    )
