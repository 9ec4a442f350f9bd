"""Districts and justice offices by the hand of an administrator."""

import re
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.new_accounts import CODE_PATTERN
from checkin_api.accounts.queries import PlaceListed, districts, offices
from checkin_api.accounts.service import line
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import District, Office


@dataclass(frozen=True)
class Places:
    """Every district and every office."""

    districts: tuple[PlaceListed, ...]
    offices: tuple[PlaceListed, ...]


@dataclass(frozen=True)
class DistrictWithOffices:
    """One district and its offices."""

    district: PlaceListed
    offices: tuple[PlaceListed, ...]


@dataclass(frozen=True)
class PlaceWanted:
    """A new district, or an office of one."""

    code: str
    name: str
    district_id: UUID | None = None


def read_places(parts: Parts, caller: OfficerCaller) -> Places:
    """Give every district and every office."""
    with transaction(parts.sessions, caller.scope) as session:
        return Places(tuple(districts(session)), tuple(offices(session)))


def read_district(parts: Parts, caller: OfficerCaller, district_id: UUID) -> DistrictWithOffices:
    """Give one district with its offices; raises RefusedError(not_found)."""
    with transaction(parts.sessions, caller.scope) as session:
        found = session.get(District, district_id)
        if found is None:
            raise RefusedError(ProblemCode.NOT_FOUND)
        within = tuple(offices(session, district_id))
        listed = PlaceListed(found.id, found.code, found.name, offices=len(within))
        return DistrictWithOffices(listed, within)


def add_place(parts: Parts, caller: OfficerCaller, wanted: PlaceWanted) -> None:
    """Add a district or an office; raises RefusedError(invalid_content), not_found."""
    if not re.fullmatch(CODE_PATTERN, wanted.code):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("code", "form"))
    name, now = line(wanted.name), parts.now()
    try:
        with transaction(parts.sessions, caller.scope) as session:
            row: District | Office
            if wanted.district_id is None:
                row = District(code=wanted.code, name=name)
            elif session.get(District, wanted.district_id) is None:
                raise RefusedError(ProblemCode.NOT_FOUND)
            else:
                row = Office(code=wanted.code, name=name, district_id=wanted.district_id)
            session.add(row)
            session.flush()
            audit.record(session, f"{_kind(row)}_added", now, subject=row.id)
    except IntegrityError as fault:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("code", "taken")) from fault


def rename_district(parts: Parts, caller: OfficerCaller, district_id: UUID, name: str) -> None:
    """Give a district another name; raises RefusedError."""
    with transaction(parts.sessions, caller.scope) as session:
        _rename(session, session.get(District, district_id, with_for_update=True), name, parts)


def rename_office(parts: Parts, caller: OfficerCaller, office_id: UUID, name: str) -> None:
    """Give an office another name; raises RefusedError."""
    with transaction(parts.sessions, caller.scope) as session:
        found = session.get(Office, office_id, with_for_update=True)
        _rename(session, found, name, parts)


Place = TypeVar("Place", District, Office)


def _rename(session: Session, row: Place | None, name: str, parts: Parts) -> None:
    if row is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    wanted = line(name)
    if row.name != wanted:
        row.name = wanted
        audit.record(session, f"{_kind(row)}_renamed", parts.now(), subject=row.id)


def _kind(row: District | Office) -> str:
    return "district" if isinstance(row, District) else "office"
