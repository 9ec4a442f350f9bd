"""What a row of a file has to be; the first half of these models is what `lay-out` reads too."""

from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Annotated, Any

from pydantic import Field, ValidationError

from checkin_api.admin.acts import Kind
from checkin_api.admin.faults import Mistake
from checkin_api.admin.id_cards import is_id_card
from checkin_api.admin.layout import (
    MISTAKE_OF,
    Code,
    DistrictEntry,
    Entry,
    Login,
    OfficeEntry,
    PersonEntry,
    Plan,
)
from checkin_api.admin.people_faults import Faults, FileMistake
from checkin_api.admin.people_table import Row
from mobile_contract.codes import Datum
from mobile_contract.shapes import Line
from storage.records import Role
from storage.records.authority import DISTRICT_ROLES, OFFICE_ROLES
from verifier.attendance.plans import DailyPlan
from verifier.place.datum import to_wgs84
from verifier.place.fences import LARGEST_RADIUS_M, SMALLEST_RADIUS_M, CircularFence

A_DAY, SOME_HOURS = date(2027, 1, 1), 72  # the order of times is the same on any day

Contradiction = tuple[FileMistake | Mistake, str]  # and the field that it is found at


class OfficerRow(Entry):
    """An account's role, at one or several places."""

    login: Login
    name: Line
    role: Role
    office: tuple[Code, ...] = ()
    district: tuple[Code, ...] = ()


class PersonRow(PersonEntry):
    """A supervised person, with from where and when this person is to report."""

    ends: date | None = None
    adult_on: date | None = None
    opens: time | None = None
    due: time | None = None
    grace_ends: time | None = None
    latitude: float | None = None
    longitude: float | None = None
    datum: Datum | None = None
    radius_m: Annotated[float, Field(gt=0)] | None = None

    @property
    def times(self) -> DailyPlan | None:
        """The times of day that the row gives, None where the rules decide."""
        if self.opens is None or self.due is None or self.grace_ends is None:
            return None
        return DailyPlan(self.opens, self.due, self.grace_ends)

    @property
    def circle(self) -> CircularFence | None:
        """The fence that the row gives."""
        if self.latitude is None or self.longitude is None or not self.datum or not self.radius_m:
            return None
        return CircularFence(self.latitude, self.longitude, self.datum, self.radius_m)


MODELS: dict[Kind, type[Entry]] = {
    Kind.DISTRICT: DistrictEntry,
    Kind.OFFICE: OfficeEntry,
    Kind.OFFICER: OfficerRow,
    Kind.PERSON: PersonRow,
}


def entry_of(row: Row, faults: Faults) -> Entry | None:
    """Give what a row says; None where something of it cannot be."""
    before = faults.total
    try:
        entry = MODELS[row.kind].model_validate(dict(row.values))
    except ValidationError as fault:
        for error in fault.errors():
            field = str(error["loc"][0])
            if field not in row.unread:  # else said already
                faults.add(MISTAKE_OF.get(error["type"], Mistake.ENTRY_FORM), row.cell(field))
        return None
    if row.unread:
        return None
    for mistake, field in CONTRADICTIONS.get(type(entry), _none)(entry):
        faults.add(mistake, row.cell(field))
    return entry if faults.total == before else None


def _none(_entry: Any) -> Iterator[Contradiction]:
    return iter(())


def _of_officer(entry: OfficerRow) -> Iterator[Contradiction]:
    in_office, in_district = entry.role in OFFICE_ROLES, entry.role in DISTRICT_ROLES
    if (bool(entry.office), bool(entry.district)) == (in_office, in_district):
        return
    if in_office:
        yield Mistake.ENTRY_NEEDS_OFFICE, "office"
    elif in_district:
        yield Mistake.ENTRY_NEEDS_DISTRICT, "district"
    else:
        yield Mistake.ENTRY_NEEDS_NO_PLACE, "role"


def _of_person(entry: PersonRow) -> Iterator[Contradiction]:
    if is_id_card(entry.number):
        yield FileMistake.ID_CARD, "number"
    if entry.starts and entry.ends and entry.ends < entry.starts:
        yield FileMistake.ENDS, "ends"
    yield from _of_times(entry)
    yield from _of_fence(entry)


def _of_times(entry: PersonRow) -> Iterator[Contradiction]:
    given = [at is not None for at in (entry.opens, entry.due, entry.grace_ends)]
    if any(given) and entry.plan is Plan.NONE:
        yield FileMistake.NO_PLAN, "plan"
    elif any(given) != all(given) or (entry.times and not _follow(entry.times)):
        yield FileMistake.TIMES, "opens"


def _follow(times: DailyPlan) -> bool:
    try:
        times.on(A_DAY, SOME_HOURS)
    except ValueError:
        return False
    return True


def _of_fence(entry: PersonRow) -> Iterator[Contradiction]:
    parts = (entry.latitude, entry.longitude, entry.datum, entry.radius_m)
    given = [part is not None for part in parts]
    if any(given) != all(given):
        yield FileMistake.FENCE, "latitude"
    if entry.circle is None:
        return
    if not SMALLEST_RADIUS_M <= entry.circle.radius_m <= LARGEST_RADIUS_M:
        yield FileMistake.RADIUS, "radius_m"
    try:
        to_wgs84(entry.circle.lat, entry.circle.lon, entry.circle.datum)
    except ValueError:
        yield FileMistake.POSITION, "latitude"


CONTRADICTIONS: dict[type[Entry], Callable[[Any], Iterator[Contradiction]]] = {
    OfficerRow: _of_officer,
    PersonRow: _of_person,
}
