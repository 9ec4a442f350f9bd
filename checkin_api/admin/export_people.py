"""A city as a file of the shape that an import reads; and that shape empty, to be filled in."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from checkin_api.admin.acts import Kind
from checkin_api.admin.layout import Plan
from checkin_api.admin.people_columns import (
    COLUMNS,
    KIND_COLUMN,
    KINDS,
    WORDS,
    Column,
    Reading,
    all_fields,
    in_words,
)
from checkin_api.admin.people_held import Held, HeldAccount, HeldPerson
from checkin_api.admin.people_writing import OutTable, Written
from mobile_contract.messages import Language, message
from storage.records import Role
from storage.records.authority import OFFICE_ROLES

CityRows = Mapping[Kind, Sequence[dict[str, Any]]]
BETWEEN = ";"


def rows_of(held: Held) -> CityRows:
    """Give the rows of everything that a file can say; ended accounts are left out."""
    codes = {place.id: code for code, place in (*held.districts.items(), *held.offices.items())}
    return {
        Kind.DISTRICT: [{"code": c, "name": place.name} for c, place in held.districts.items()],
        Kind.OFFICE: [
            {"code": c, "name": place.name, "district": codes[place.district_id]}
            for c, place in held.offices.items()
            if place.district_id is not None
        ],
        Kind.OFFICER: [
            row
            for login, account in held.accounts.items()
            for row in _of_account(login, account, codes)
        ],
        Kind.PERSON: [_of_person(n, person, codes) for n, person in held.people.items()],
    }


def city_tables(file: Path, rows: CityRows, language: Language) -> list[OutTable]:
    """Give the tables of a file: a sheet a kind, or for a .csv one table of all kinds."""
    if file.suffix.lower() == ".csv":
        return [_one_table(rows, language)]
    return [_sheet(kind, rows.get(kind, ()), language) for kind in KINDS]


def template_tables(file: Path, language: Language) -> list[OutTable]:
    """Give an empty file, an .xlsx with a sheet that says how to fill it in."""
    empty = city_tables(file, {}, language)
    return empty if file.suffix.lower() == ".csv" else [*empty, _how_to_fill_in(language)]


def _of_account(
    login: str, account: HeldAccount, codes: dict[UUID, str]
) -> Iterator[dict[str, Any]]:
    if account.ended:
        return
    places: dict[Role, list[str]] = {}
    for role, place in account.posts:
        found = places.setdefault(role, [])
        if place is not None and codes[place] not in found:
            found.append(codes[place])
    for role, at in places.items():
        field = "office" if role in OFFICE_ROLES else "district"
        yield {"login": login, "name": account.name, "role": role.value, field: BETWEEN.join(at)}


def _of_person(number: str, person: HeldPerson, codes: dict[UUID, str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "number": number,
        "name": person.name,
        "office": codes[person.office_id],
        "starts": person.starts,
        "ends": person.ends,
        "adult_on": person.adult_on,
        "plan": (Plan.DAILY if person.times else Plan.NONE).value,
    }
    if person.times:
        times = person.times
        row |= {"opens": times.opens, "due": times.due, "grace_ends": times.grace_ends}
    if person.circle:
        circle = person.circle
        row |= {"latitude": circle.lat, "longitude": circle.lon}
        row |= {"datum": circle.datum.value, "radius_m": circle.radius_m}
    return row


def _sheet(kind: Kind, rows: Sequence[dict[str, Any]], language: Language) -> OutTable:
    columns = COLUMNS[kind]
    return OutTable(
        title=message(f"import.sheet.{kind}", language),
        headings=[message(column.words, language) for column in columns],
        rows=[[_written(column.field, row, language) for column in columns] for row in rows],
        needed=frozenset(at for at, column in enumerate(columns) if column.required),
        choices={
            at: [in_words(column.field, code, language) for code in WORDS[column.field]]
            for at, column in enumerate(columns)
            if column.reading is Reading.WORD
        },
    )


def _one_table(rows: CityRows, language: Language) -> OutTable:
    headings = [
        "import.heading.any_name" if field == "name" else f"import.heading.{field}"
        for field in (KIND_COLUMN, *all_fields())
    ]
    return OutTable(
        title="",
        headings=[message(heading, language) for heading in headings],
        rows=[
            [
                message(f"import.sheet.{kind}", language),
                *(_written(field, row, language) for field in all_fields()),
            ]
            for kind in KINDS
            for row in rows.get(kind, ())
        ],
    )


def _written(field: str, row: Mapping[str, Any], language: Language) -> Written:
    value: Written = row.get(field)
    if field in WORDS and isinstance(value, str):
        return in_words(field, value, language)
    return value


def _how_to_fill_in(language: Language) -> OutTable:
    headings = ("sheet", "column", "need", "help")
    return OutTable(
        title=message("import.sheet_of_help", language),
        headings=[message(f"import.heading.{heading}", language) for heading in headings],
        rows=[_explained(kind, column, language) for kind in KINDS for column in COLUMNS[kind]],
        is_prose=True,
    )


def _explained(kind: Kind, column: Column, language: Language) -> list[Written]:
    roles = "、".join(in_words("role", code, language) for code in WORDS["role"])
    return [
        message(f"import.sheet.{kind}", language),
        message(column.words, language),
        message("import.need.yes" if column.required else "import.need.no", language),
        message(f"import.help.{column.heading or column.field}", language, roles=roles),
    ]
