"""A file beside what the system holds: what is new, what is there, and what contradicts it.

What is there is never changed. A name, a place or a posting that differs is refused, with the way
to change it; duties and dates that differ stay as they are, and the report says where.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isclose

from checkin_api.admin.acts import Kind
from checkin_api.admin.faults import Cell, Mistake
from checkin_api.admin.layout import DistrictEntry, Entry, OfficeEntry, Plan
from checkin_api.admin.people_cells import trimmed
from checkin_api.admin.people_faults import Faults, FileMistake
from checkin_api.admin.people_held import Held, HeldPerson, Post
from checkin_api.admin.people_rows import OfficerRow, PersonRow, entry_of
from checkin_api.admin.people_table import Row
from storage.records.authority import OFFICE_ROLES
from verifier.place.fences import CircularFence

KEY = {
    Kind.DISTRICT: "code",
    Kind.OFFICE: "code",
    Kind.OFFICER: "login",
    Kind.PERSON: "number",
}


@dataclass
class Changes:
    """What a file adds, and how many of its rows are there already."""

    districts: list[DistrictEntry] = field(default_factory=list)
    offices: list[OfficeEntry] = field(default_factory=list)
    accounts: dict[str, list[OfficerRow]] = field(default_factory=dict)
    people: list[PersonRow] = field(default_factory=list)
    added: Counter[Kind] = field(default_factory=Counter)
    unchanged: Counter[Kind] = field(default_factory=Counter)
    kept: list[Cell] = field(default_factory=list)


class Comparison:
    """Goes through the rows of a file once and notes what becomes of each."""

    def __init__(self, held: Held, rows: list[Row], faults: Faults) -> None:
        self.held, self.rows, self.faults = held, rows, faults
        self.changes = Changes()
        self._seen: dict[tuple[object, ...], Row] = {}
        self._names: dict[str, tuple[str, Row]] = {}
        self._codes_of_held = {place.id: code for code, place in held.districts.items()}
        self._codes_of_held |= {place.id: code for code, place in held.offices.items()}
        # Of a row that is refused the code still counts, or all that belongs there were refused.
        self._districts = set(held.districts) | self._keys(Kind.DISTRICT)
        self._offices = set(held.offices) | self._keys(Kind.OFFICE)

    def run(self, rows: Iterable[Row]) -> Changes:
        """Compare every row, whatever its order; all faults are noted."""
        for row in rows:
            entry = entry_of(row, self.faults)
            if entry is not None and self._is_first(row, entry):
                self._compare(row, entry)
        return self.changes

    def _keys(self, kind: Kind) -> set[str]:
        return {row.values.get(KEY[kind], "") for row in self.rows if row.kind is kind}

    def _is_first(self, row: Row, entry: Entry) -> bool:
        key = row.values[KEY[row.kind]]
        role = entry.role if isinstance(entry, OfficerRow) else None
        before = self._seen.setdefault((row.kind, key, role), row)
        if before is not row:
            self.faults.add(FileMistake.TWICE, row.cell(KEY[row.kind]), key=key, row=before.number)
        return before is row

    def _compare(self, row: Row, entry: Entry) -> None:
        match entry:
            case DistrictEntry():
                self._district(row, entry)
            case OfficeEntry():
                self._office(row, entry)
            case OfficerRow():
                self._officer(row, entry)
            case PersonRow():
                self._person(row, entry)

    def _district(self, row: Row, entry: DistrictEntry) -> None:
        held = self.held.districts.get(entry.code)
        if held is None:
            self._add(Kind.DISTRICT)
            self.changes.districts.append(entry)
        elif self._same_name(row, entry.code, held.name, entry.name):
            self.changes.unchanged[Kind.DISTRICT] += 1

    def _office(self, row: Row, entry: OfficeEntry) -> None:
        known = self._known(row, "district", (entry.district,))
        held = self.held.offices.get(entry.code)
        if held is None:
            self._add(Kind.OFFICE)
            self.changes.offices.append(entry)
            return
        same = self._same_name(row, entry.code, held.name, entry.name)
        district = self._codes_of_held[held.district_id]  # type: ignore[index]
        if known and district != entry.district:
            cell = row.cell("district")
            self.faults.add(FileMistake.OFFICE_MOVED, cell, key=entry.code, held=district)
        elif same:
            self.changes.unchanged[Kind.OFFICE] += 1

    def _officer(self, row: Row, entry: OfficerRow) -> None:
        known = self._known(row, "office", entry.office)
        known &= self._known(row, "district", entry.district)
        name, first = self._names.setdefault(entry.login, (entry.name, row))
        if name != entry.name:
            facts = {"key": entry.login, "row": first.number}
            self.faults.add(FileMistake.NAMES_DIFFER, row.cell("name"), **facts)
        held = self.held.accounts.get(entry.login)
        if held is None:
            self._add(Kind.OFFICER)
            self.changes.accounts.setdefault(entry.login, []).append(entry)
        elif held.ended:
            self.faults.add(FileMistake.ACCOUNT_ENDED, row.cell("login"), key=entry.login)
        elif self._same_name(row, entry.login, held.name, entry.name) and known:
            if set(self._posts(entry)) <= set(held.posts):
                self.changes.unchanged[Kind.OFFICER] += 1
            else:
                self.faults.add(FileMistake.POSTED, row.cell("role"), key=entry.login)

    def _posts(self, entry: OfficerRow) -> list[Post | None]:
        """Give the postings of a row; None for one at a place that is new itself."""
        places = self.held.offices if entry.role in OFFICE_ROLES else self.held.districts
        codes = entry.office or entry.district
        if not codes:
            return [(entry.role, None)]
        return [(entry.role, places[code].id) if code in places else None for code in codes]

    def _person(self, row: Row, entry: PersonRow) -> None:
        known = self._known(row, "office", (entry.office,))
        held = self.held.people.get(entry.number)
        if held is None:
            self._add(Kind.PERSON)
            self.changes.people.append(entry)
            return
        same = self._same_name(row, entry.number, held.name, entry.name)
        office = self._codes_of_held[held.office_id]
        if known and office != entry.office:
            cell = row.cell("office")
            self.faults.add(FileMistake.MOVED, cell, key=entry.number, held=office)
        elif same:
            self.changes.unchanged[Kind.PERSON] += 1
            self.changes.kept += [row.cell(field) for field in _differing(row, entry, held)]

    def _add(self, kind: Kind) -> None:
        self.changes.added[kind] += 1

    def _same_name(self, row: Row, key: str, held: str, wanted: str) -> bool:
        same = trimmed(held) == wanted  # as a name comes back from a file
        if not same:
            self.faults.add(FileMistake.NAME, row.cell("name"), key=key)
        return same

    def _known(self, row: Row, field: str, codes: Iterable[str]) -> bool:
        """Note every code that is neither in the system nor in the file."""
        places, mistake = {
            "office": (self._offices, Mistake.UNKNOWN_OFFICE),
            "district": (self._districts, Mistake.UNKNOWN_DISTRICT),
        }[field]
        unknown = [code for code in codes if code not in places]
        for code in unknown:
            self.faults.add(mistake, row.cell(field), key=code)
        return not unknown


def _differing(row: Row, entry: PersonRow, held: HeldPerson) -> Iterable[str]:
    """Give the fields that somebody filled in, and that the system has otherwise."""
    for name in ("starts", "ends", "adult_on"):
        if name in row.values and row.values[name] != getattr(held, name):
            yield name
    if "plan" in row.values and (entry.plan is Plan.NONE) != (held.times is None):
        yield "plan"
    elif entry.times is not None and entry.times != held.times:
        yield "opens"
    if entry.circle is not None and not _is_same_circle(entry.circle, held.circle):
        yield "latitude"


def _is_same_circle(wanted: CircularFence, held: CircularFence | None) -> bool:
    """Compare two fences to a hair: a workbook keeps 16 digits of a number, PostgreSQL 17."""
    if held is None or wanted.datum is not held.datum:
        return False
    pairs = ((wanted.lat, held.lat), (wanted.lon, held.lon), (wanted.radius_m, held.radius_m))
    return all(isclose(one, other, rel_tol=1e-12) for one, other in pairs)
