"""Why a command was refused; nothing of it was done."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Mistake(StrEnum):
    """Everything that can stand against a command; each is the code of its text."""

    FILE = "admin.fault.file"
    YAML = "admin.fault.yaml"
    SETTING = "admin.fault.setting"
    DATABASE_AWAY = "admin.fault.database_away"
    DATABASE_REFUSED = "admin.fault.database_refused"
    UNKNOWN_DISTRICT = "admin.fault.unknown_district"
    UNKNOWN_OFFICE = "admin.fault.unknown_office"
    UNKNOWN_OFFICER = "admin.fault.unknown_officer"
    DIFFERS = "admin.fault.differs"
    DISABLED = "admin.fault.disabled"
    SET_UP = "admin.fault.set_up"
    JSON = "admin.fault.json"
    INSTANT = "admin.fault.instant"
    PAST = "admin.fault.past"
    RULE = "admin.fault.rule"
    LINE = "admin.fault.line"
    TWO_PEOPLE = "admin.fault.two_people"
    THRESHOLDS_FILE = "admin.fault.thresholds_file"
    THRESHOLDS_NAME = "admin.fault.thresholds_name"
    THRESHOLDS_DIFFER = "admin.fault.thresholds_differ"
    KEY_NOT_NEWEST = "admin.fault.key_not_newest"
    ACTING = "admin.fault.acting"
    OTHER_CHANGE = "admin.fault.other_change"
    ENTRY_MISSING = "admin.entry.missing"
    ENTRY_UNKNOWN = "admin.entry.unknown"
    ENTRY_CHARACTERS = "admin.entry.characters"
    ENTRY_WORD = "admin.entry.word"
    ENTRY_NEEDS_OFFICE = "admin.entry.needs_office"
    ENTRY_NEEDS_DISTRICT = "admin.entry.needs_district"
    ENTRY_NEEDS_NO_PLACE = "admin.entry.needs_no_place"
    ENTRY_FORM = "admin.entry.form"
    ENTRY_ID_CARD = "admin.entry.id_card"


@dataclass(frozen=True)
class Words:
    """Texts among the facts of another text, by their codes; written as a list."""

    codes: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """A place in a table, as somebody finds it who has the file open; row 0: all of a sheet."""

    sheet: str
    row: int = 0
    letter: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Fault:
    """One mistake, its facts, and where it is in a file."""

    mistake: StrEnum  # the code of its text
    facts: dict[str, Any] = field(default_factory=dict)
    place: str = ""
    cell: Cell | None = None


class RefusedCommandError(Exception):
    """A command that cannot be carried out, with everything that stands against it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*(fault.mistake for fault in faults))
        self.faults = faults


def refuse(mistake: StrEnum, **facts: Any) -> RefusedCommandError:
    """Make the refusal for one mistake."""
    return RefusedCommandError(Fault(mistake, facts))
