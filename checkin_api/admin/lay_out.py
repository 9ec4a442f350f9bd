"""Lays what is not there yet; what is there is left as it is, and contradictions are refused."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from checkin_api.admin.acts import (
    Act,
    Change,
    Done,
    Kind,
    add_posting,
    hand_out_code,
    wait_for_turn,
)
from checkin_api.admin.faults import Fault, Mistake, RefusedCommandError, refuse
from checkin_api.admin.first_duties import (
    default_times,
    first_period,
    first_plan,
    plan_starts,
)
from checkin_api.admin.layout import (
    DistrictEntry,
    Layout,
    OfficeEntry,
    OfficerEntry,
    PersonEntry,
    Plan,
)
from storage import audit
from storage.records import (
    District,
    Offender,
    Office,
    Officer,
    Posting,
    Role,
)

Row = TypeVar("Row", District, Office, Officer, Offender)
Place = TypeVar("Place", District, Office)


def lay_out(act: Act, layout: Layout) -> list[Done]:
    """Lay everything of a layout; raises RefusedCommandError with all that stands against it."""
    wait_for_turn(act)
    done: list[Done] = []
    faults: list[Fault] = []
    for place, lay in _steps(act, layout):
        try:
            done.append(lay())
        except RefusedCommandError as refused:
            faults += (Fault(fault.mistake, fault.facts, place) for fault in refused.faults)
    if faults:
        raise RefusedCommandError(*faults)
    return done


def _steps(act: Act, layout: Layout) -> Iterator[tuple[str, Callable[[], Done]]]:
    for name, lay in LAYERS.items():
        for number, entry in enumerate(getattr(layout, name), 1):
            yield f"{name}[{number}]", partial(lay, act, entry)


def _lay_district(act: Act, entry: DistrictEntry) -> Done:
    held = _found(act, District, entry.code)
    if held is not None:
        _require_same(entry.code, (held.name, entry.name))
        return Done(Kind.DISTRICT, entry.code, Change.UNCHANGED, str(held.id))
    district = District(code=entry.code, name=entry.name)
    return _added(act, Kind.DISTRICT, entry.code, district)


def _lay_office(act: Act, entry: OfficeEntry) -> Done:
    district = _needed(act, District, entry.district)
    held = _found(act, Office, entry.code)
    if held is not None:
        _require_same(entry.code, (held.name, entry.name), (held.district_id, district.id))
        return Done(Kind.OFFICE, entry.code, Change.UNCHANGED, str(held.id))
    office = Office(code=entry.code, name=entry.name, district_id=district.id)
    return _added(act, Kind.OFFICE, entry.code, office)


def _lay_officer(act: Act, entry: OfficerEntry) -> Done:
    office_id = _needed(act, Office, entry.office).id if entry.office else None
    district_id = _needed(act, District, entry.district).id if entry.district else None
    held = _found(act, Officer, entry.login)
    if held is not None:
        posted = entry.role, office_id, district_id
        _require_same(entry.login, (held.name, entry.name), (True, _is_posted(act, held, posted)))
        return Done(Kind.OFFICER, entry.login, Change.UNCHANGED, str(held.id))
    officer = Officer(
        login=entry.login,
        name=entry.name,
        created_at=act.now,
    )
    code = hand_out_code(act, officer)
    done = _added(act, Kind.OFFICER, entry.login, officer, code)
    add_posting(act, officer, entry.role, office_id or district_id)
    return done


def _is_posted(act: Act, officer: Officer, posted: tuple[Role, UUID | None, UUID | None]) -> bool:
    rows = act.session.execute(
        select(Posting.role, Posting.office_id, Posting.district_id).where(
            Posting.officer_id == officer.id, Posting.ended_at.is_(None)
        )
    )
    return posted in [tuple(row) for row in rows]


def _lay_person(act: Act, entry: PersonEntry) -> Done:
    office = _needed(act, Office, entry.office)
    held = _found(act, Offender, entry.number)
    if held is not None:
        _require_same(entry.number, (held.name, entry.name), (held.office_id, office.id))
        return Done(Kind.PERSON, entry.number, Change.UNCHANGED, str(held.id))
    person = Offender(number=entry.number, name=entry.name, office_id=office.id, created_at=act.now)
    done = _added(act, Kind.PERSON, entry.number, person)
    act.session.add(first_period(act, person.id, entry.starts))
    if entry.plan is Plan.DAILY:
        times = default_times(act, office.district_id)
        starts = entry.plan_starts or plan_starts(act, entry.starts)
        act.session.add(first_plan(act, person.id, times, starts))
    return done


KEY_OF: dict[type, Any] = {
    District: District.code,
    Office: Office.code,
    Officer: Officer.login,
    Offender: Offender.number,
}
UNKNOWN: dict[type, Mistake] = {
    District: Mistake.UNKNOWN_DISTRICT,
    Office: Mistake.UNKNOWN_OFFICE,
}


def _found(act: Act, table: type[Row], key: str) -> Row | None:
    return act.session.scalars(select(table).where(KEY_OF[table] == key)).first()


def _needed(act: Act, table: type[Place], key: str) -> Place:
    found = _found(act, table, key)
    if found is None:
        raise refuse(UNKNOWN[table], key=key)
    return found


def _require_same(key: str, *held_and_wanted: tuple[object, object]) -> None:
    if any(held != wanted for held, wanted in held_and_wanted):
        raise refuse(Mistake.DIFFERS, key=key)


def _added(
    act: Act, kind: Kind, key: str, row: District | Office | Officer | Offender, code: str = ""
) -> Done:
    act.session.add(row)
    act.session.flush()
    person_id = row.id if isinstance(row, Offender) else None
    audit.record(act.session, f"{kind}_added", act.now, offender_id=person_id, subject=row.id)
    expires = row.setup_expires_at if isinstance(row, Officer) else None
    return Done(kind, key, Change.ADDED, str(row.id), code or None, expires)


LAYERS: dict[str, Callable[[Act, Any], Done]] = {
    "districts": _lay_district,
    "offices": _lay_office,
    "officers": _lay_officer,
    "offenders": _lay_person,
}
