"""Mistakes in a module's folder, each with its file and line."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Mistake(StrEnum):
    """Everything that can be wrong with a folder; each is the code of its text."""

    NO_FOLDER = "content.fault.no_folder"
    NO_FILE = "content.fault.no_file"
    NOT_READABLE = "content.fault.not_readable"
    NOT_YAML = "content.fault.not_yaml"
    NOT_UTF8 = "content.fault.not_utf8"
    MISSING = "content.fault.missing"
    UNKNOWN = "content.fault.unknown"
    TWICE = "content.fault.twice"
    CHOICE_TWICE = "content.fault.choice_twice"
    THEME = "content.fault.theme"
    SLUG = "content.fault.slug"
    LINE = "content.fault.line"
    LENGTH = "content.fault.length"
    NUMBER = "content.fault.number"
    TOO_SMALL = "content.fault.too_small"
    TOO_GREAT = "content.fault.too_great"
    TOO_FEW = "content.fault.too_few"
    TOO_MANY = "content.fault.too_many"
    RIGHT_UNKNOWN = "content.fault.right_unknown"
    FORM = "content.fault.form"
    FILE_NAME = "content.fault.file_name"
    FILE_TYPE = "content.fault.file_type"
    FILE_EMPTY = "content.fault.file_empty"
    FILE_TOO_LARGE = "content.fault.file_too_large"
    FILE_LINK = "content.fault.file_link"
    NO_TEXT = "content.fault.no_text"
    NOT_IN_FOLDER = "content.fault.not_in_folder"
    ON_THE_NET = "content.fault.on_the_net"


@dataclass(frozen=True)
class Fault:
    """One mistake: where it is and what the sentence about it needs."""

    mistake: Mistake
    file: str
    line: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class ModuleFaultsError(Exception):
    """A folder that is no module yet, with everything that has to be put right."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(*(fault.mistake for fault in faults))
        self.faults = faults
