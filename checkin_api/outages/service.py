"""Declaring that people of a district could not report, and withdrawing it: never backwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import places_in_reach
from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import database_time, transaction
from storage.parts import Parts
from storage.records import District, Officer, Outage

DECLARED = "declared"
LONGEST_REASON = 500
LONGEST = timedelta(days=14)
FURTHEST_BACK = timedelta(days=31)
FURTHEST_AHEAD = timedelta(days=7)
MOST_SHOWN = 200


@dataclass(frozen=True)
class Declaration:
    """A time in which people of a district could not report; the id is made with the form."""

    id: UUID
    district_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True)
class Known:
    """One outage as the page shows it; our own has no district and no reason."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    district: str | None
    reason: str | None
    declared_by: str | None
    declared_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_why: str | None
    may_withdraw: bool  # the reader


@dataclass(frozen=True)
class Place:
    """A district that the caller declares for."""

    id: UUID
    name: str


@dataclass(frozen=True)
class Overview:
    """What the page shows."""

    places: tuple[Place, ...]  # those that the reader declares for
    outages: tuple[Known, ...]


@dataclass(frozen=True)
class Names:
    """How what the rows name by id is called."""

    districts: Mapping[UUID, str]
    officers: Mapping[UUID, str]


def read_outages(parts: Parts, caller: OfficerCaller) -> Overview:
    """Give the outages of the caller's districts and our own, the latest first."""
    _, districts = places_in_reach(caller, Action.SEE_OUTAGES)
    _, own = places_in_reach(caller, Action.DECLARE_OUTAGE)
    with transaction(parts.sessions, caller.scope) as session:
        places = session.execute(
            select(District.id, District.name).where(District.id.in_(districts))
        )
        rows = session.scalars(
            select(Outage)
            .where(or_(Outage.district_id.is_(None), Outage.district_id.in_(districts)))
            .order_by(Outage.starts_at.desc(), Outage.id)
            .limit(MOST_SHOWN)
        ).all()
        names = Names(dict(places.all()), _names(session, rows))
    return Overview(
        tuple(Place(one, name) for one, name in names.districts.items() if one in own),
        tuple(_known(row, names, may_withdraw=row.district_id in own) for row in rows),
    )


def declare_outage(parts: Parts, caller: OfficerCaller, declaration: Declaration) -> None:
    """Write an outage down; the same form again changes nothing. The clock settles what is over.

    Raises RefusedError: not_found for another district, invalid_content without a reason or for
    times that make no sense.
    """
    _require_district(caller, declaration.district_id)
    reason = _words(declaration.reason)
    with transaction(parts.sessions, caller.scope) as session:
        now = database_time(session)
        _require_sense(declaration, now)
        row = insert(Outage).values(
            id=declaration.id,
            starts_at=declaration.starts_at,
            ends_at=declaration.ends_at,
            source=DECLARED,
            district_id=declaration.district_id,
            reason=reason,
            declared_by=caller.officer_id,
            declared_at=now,
        )
        added = session.execute(row.on_conflict_do_nothing(index_elements=["id"]))
        if added.rowcount:  # type: ignore[attr-defined]
            audit.record(session, "outage_declared", now, subject=declaration.id)


def withdraw_outage(parts: Parts, caller: OfficerCaller, outage_id: UUID, reason: str) -> None:
    """Let an outage excuse no window that is not over yet; those that are over stay excused.

    Again, and nothing changes. Raises RefusedError: not_found, invalid_content without a reason.
    """
    _, districts = places_in_reach(caller, Action.DECLARE_OUTAGE)
    with transaction(parts.sessions, caller.scope) as session:
        row = session.scalars(
            select(Outage)
            .where(Outage.id == outage_id, Outage.district_id.in_(districts))
            .with_for_update()
        ).first()
        if row is None:
            raise RefusedError(ProblemCode.NOT_FOUND)
        words = _words(reason)
        if row.withdrawn_at is not None:
            return
        now = database_time(session)
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_why = now, caller.officer_id, words
        audit.record(session, "outage_withdrawn", now, subject=outage_id)


def _require_district(caller: OfficerCaller, district_id: UUID) -> None:
    _, districts = places_in_reach(caller, Action.DECLARE_OUTAGE)
    if district_id not in districts:
        raise RefusedError(ProblemCode.NOT_FOUND)


def _require_sense(declaration: Declaration, now: datetime) -> None:
    starts, ends = declaration.starts_at, declaration.ends_at
    in_reach = now - FURTHEST_BACK <= starts and ends <= now + FURTHEST_AHEAD
    if not (starts < ends and ends - starts <= LONGEST and in_reach):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/outage", "times"))


def _words(reason: str) -> str:
    words = reason.strip()
    if not 0 < len(words) <= LONGEST_REASON:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/reason", "missing"))
    return words


def _names(session: Session, rows: Sequence[Outage]) -> dict[UUID, str]:
    wanted = {one for row in rows for one in (row.declared_by, row.withdrawn_by) if one}
    found = session.execute(select(Officer.id, Officer.name).where(Officer.id.in_(wanted)))
    return dict(found.all())


def _known(row: Outage, names: Names, *, may_withdraw: bool) -> Known:
    return Known(
        id=row.id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        district=names.districts.get(row.district_id) if row.district_id else None,
        reason=row.reason,
        declared_by=names.officers.get(row.declared_by, "") if row.declared_by else None,
        declared_at=row.declared_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=names.officers.get(row.withdrawn_by, "") if row.withdrawn_by else None,
        withdrawn_why=row.withdrawn_why,
        may_withdraw=may_withdraw and row.withdrawn_at is None,
    )
