"""The shape of a file of a whole city: which sheets it has, and which columns each of them.

Headings and words stand in the messages (`import.toml`); a file may use either language, or the
names of the fields.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from checkin_api.admin.acts import Kind
from checkin_api.admin.layout import Plan
from mobile_contract.codes import Datum
from mobile_contract.messages import Language, message
from storage.records import Role

KINDS = (Kind.DISTRICT, Kind.OFFICE, Kind.OFFICER, Kind.PERSON)
KIND_COLUMN = "kind"  # of a .csv, which has all kinds in one table


class Reading(StrEnum):
    """How the cells of a column are read."""

    NAME = "name"
    CODE = "code"
    CODES = "codes"  # several, separated by semicolons
    WORD = "word"
    DATE = "date"
    TIME = "time"
    DECIMAL = "decimal"


@dataclass(frozen=True)
class Column:
    """A column: the field it fills, how it is read, and whether a row can do without it."""

    field: str
    reading: Reading
    required: bool = False
    heading: str = ""  # where the words differ from the field's own

    @property
    def words(self) -> str:
        """The code of its heading."""
        return f"import.heading.{self.heading or self.field}"


CODE = Column("code", Reading.CODE, required=True)
PLACE_NAME = Column("name", Reading.NAME, required=True, heading="place_name")
NAME = Column("name", Reading.NAME, required=True)

COLUMNS: dict[Kind, tuple[Column, ...]] = {
    Kind.DISTRICT: (CODE, PLACE_NAME),
    Kind.OFFICE: (CODE, PLACE_NAME, Column("district", Reading.CODE, required=True)),
    Kind.OFFICER: (
        Column("login", Reading.CODE, required=True),
        NAME,
        Column("role", Reading.WORD, required=True),
        Column("office", Reading.CODES),
        Column("district", Reading.CODES),
    ),
    Kind.PERSON: (
        Column("number", Reading.CODE, required=True),
        NAME,
        Column("office", Reading.CODE, required=True),
        Column("starts", Reading.DATE),
        Column("ends", Reading.DATE),
        Column("adult_on", Reading.DATE),
        Column("plan", Reading.WORD),
        Column("opens", Reading.TIME),
        Column("due", Reading.TIME),
        Column("grace_ends", Reading.TIME),
        Column("latitude", Reading.DECIMAL),
        Column("longitude", Reading.DECIMAL),
        Column("datum", Reading.WORD),
        Column("radius_m", Reading.DECIMAL),
    ),
}
WORDS: dict[str, dict[str, str]] = {
    "role": {role.value: f"console.role.{role}" for role in Role},
    "plan": {plan.value: f"import.plan.{plan}" for plan in Plan},
    "datum": {datum.value: "" for datum in Datum},
}


def column_of(kind: Kind, field: str) -> Column | None:
    """Give the column of a kind that fills a field."""
    return next((column for column in COLUMNS[kind] if column.field == field), None)


def all_fields() -> tuple[str, ...]:
    """Give every field that some kind has, in the order of the sheets."""
    return tuple(dict.fromkeys(column.field for kind in KINDS for column in COLUMNS[kind]))


def in_words(field: str, code: str, language: Language) -> str:
    """Give the word of a closed set as people read it."""
    words = WORDS[field][code]
    return message(words, language) if words else code


def plain(text: str) -> str:
    """Give a heading, title or word as it is compared: width, case and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


@cache
def kinds_by_word() -> dict[str, Kind]:
    """Give the kinds by everything that a sheet or a cell may call them."""
    return {
        plain(word): kind
        for kind in KINDS
        for word in _named(f"import.sheet.{kind}", kind, f"{kind}s")
    } | {"people": Kind.PERSON}


@cache
def fields_by_heading() -> dict[str, str]:
    """Give the fields by everything that a heading may call them."""
    found = {plain(word): KIND_COLUMN for word in _named("import.heading.kind", KIND_COLUMN)}
    for kind in KINDS:
        for column in COLUMNS[kind]:
            found |= {plain(word): column.field for word in _named(column.words, column.field)}
    return found | {plain(word): "name" for word in _named("import.heading.any_name")}


@cache
def codes_by_word(field: str) -> dict[str, str]:
    """Give the codes of a closed set by everything that a cell may call them."""
    return {
        plain(word): code
        for code, words in WORDS[field].items()
        for word in (_named(words, code) if words else [code])
    }


def _named(words: str, *more: str) -> Iterable[str]:
    return (*(message(words, language) for language in Language), *more)
