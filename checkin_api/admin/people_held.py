"""Everything a city's file can speak of, as the system holds it; read whole, in few statements."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.records import (
    District,
    Fence,
    Offender,
    Office,
    Officer,
    Posting,
    ReportingPlan,
    Role,
    SupervisionPeriod,
)
from verifier.attendance.plans import DailyPlan
from verifier.place.fences import CircularFence

Post = tuple[Role, UUID | None]  # and the office or district it is at


@dataclass(frozen=True)
class HeldPlace:
    """A district, or an office of one."""

    id: UUID
    name: str
    district_id: UUID | None = None


@dataclass(frozen=True)
class HeldAccount:
    """An account with its postings that have not ended; covers are no part of a file."""

    id: UUID
    name: str
    ended: bool
    posts: tuple[Post, ...]


@dataclass(frozen=True)
class HeldPerson:
    """A person with the latest period, the plan and the fence of today."""

    id: UUID
    name: str
    office_id: UUID
    adult_on: date | None
    starts: date | None
    ends: date | None
    times: DailyPlan | None
    circle: CircularFence | None


@dataclass(frozen=True)
class Held:
    """A city, by the codes, logins and numbers that a file uses."""

    districts: dict[str, HeldPlace]
    offices: dict[str, HeldPlace]
    accounts: dict[str, HeldAccount]
    people: dict[str, HeldPerson]


def read_held(session: Session) -> Held:
    """Read it all; the caller holds the lock under which nobody else lays."""
    return Held(_districts(session), _offices(session), _accounts(session), _people(session))


def _districts(session: Session) -> dict[str, HeldPlace]:
    rows = session.execute(select(District.code, District.id, District.name).order_by("code"))
    return {code: HeldPlace(place, name) for code, place, name in rows}


def _offices(session: Session) -> dict[str, HeldPlace]:
    rows = session.execute(
        select(Office.code, Office.id, Office.name, Office.district_id).order_by("code")
    )
    return {code: HeldPlace(place, name, district) for code, place, name, district in rows}


def _accounts(session: Session) -> dict[str, HeldAccount]:
    posts: dict[UUID, list[Post]] = {}
    for officer, role, place in session.execute(
        select(
            Posting.officer_id,
            Posting.role,
            func.coalesce(Posting.office_id, Posting.district_id),
        )
        .where(Posting.ended_at.is_(None), Posting.covers_id.is_(None))
        .order_by(Posting.created_at, Posting.id)
    ):
        posts.setdefault(officer, []).append((role, place))
    rows = session.execute(
        select(Officer.login, Officer.id, Officer.name, Officer.disabled_at).order_by("login")
    )
    return {
        login: HeldAccount(account, name, ended is not None, tuple(posts.get(account, ())))
        for login, account, name, ended in rows
    }


def _people(session: Session) -> dict[str, HeldPerson]:
    periods, plans, fences = _periods(session), _plans(session), _fences(session)
    rows = session.execute(
        select(
            Offender.number, Offender.id, Offender.name, Offender.office_id, Offender.adult_on
        ).order_by("number")
    )
    found = {}
    for number, person, name, office, adult_on in rows:
        starts, ends = periods.get(person, (None, None))
        times, circle = plans.get(person), fences.get(person)
        found[number] = HeldPerson(person, name, office, adult_on, starts, ends, times, circle)
    return found


def _periods(session: Session) -> dict[UUID, tuple[date, date | None]]:
    """Give each person's latest period: a later row replaces an earlier one."""
    rows = session.execute(
        select(
            SupervisionPeriod.offender_id, SupervisionPeriod.starts_on, SupervisionPeriod.ends_on
        ).order_by(SupervisionPeriod.starts_on, SupervisionPeriod.created_at)
    )
    return {person: (starts, ends) for person, starts, ends in rows}


def _plans(session: Session) -> dict[UUID, DailyPlan]:
    rows = session.execute(
        select(
            ReportingPlan.offender_id,
            ReportingPlan.opens,
            ReportingPlan.due,
            ReportingPlan.grace_ends,
        ).where(ReportingPlan.ended_on.is_(None))
    )
    return {row.offender_id: DailyPlan(*row[1:]) for row in rows}


def _fences(session: Session) -> dict[UUID, CircularFence]:
    rows = session.execute(
        select(
            Fence.offender_id, Fence.latitude, Fence.longitude, Fence.datum, Fence.radius_m
        ).where(Fence.ended_at.is_(None))
    )
    return {row.offender_id: CircularFence(*row[1:]) for row in rows}
