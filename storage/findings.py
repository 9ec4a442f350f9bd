"""What the doctor says of one thing."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How bad it is; only a fault makes the doctor's exit status 1."""

    OK = "ok"
    WARN = "warn"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """One line: what it is about, and what is to be said of it."""

    grade: Grade
    about: str
    said: str
