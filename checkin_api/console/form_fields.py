"""Reading the fields of a form: texts to values, None for what is absent or makes no sense."""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from math import isfinite
from typing import TypeVar
from uuid import UUID

from flask import request

from verifier.local_time import SHANGHAI

S = TypeVar("S", bound=StrEnum)


def text(name: str, most: int = 2000) -> str:
    """Read a text without blanks around it; one longer than `most` is read as none."""
    found = request.form.get(name, "").replace("\r\n", "\n").strip()
    return found if len(found) <= most else ""


def code(name: str, codes: type[S]) -> S | None:
    """Read a member of a closed set."""
    found = request.form.get(name, "")
    return codes(found) if found in set(codes) else None


def yes_no(name: str) -> bool | None:
    """Read an answer of two radio buttons."""
    return {"yes": True, "no": False}.get(request.form.get(name, ""))


def ticked(name: str) -> bool:
    """Read a box that is ticked or not."""
    return request.form.get(name) == "yes"


def number(name: str) -> float | None:
    """Read a number."""
    try:
        found = float(request.form.get(name, ""))
    except ValueError:
        return None
    return found if isfinite(found) else None


def identifier(name: str) -> UUID | None:
    """Read an id that the page itself had made or shown."""
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        return None


def instant(name: str) -> datetime | None:
    """Read a date and time as the clocks in Chongqing show it; to the second and finer."""
    try:
        found = datetime.fromisoformat(request.form.get(name, ""))
        return (found if found.tzinfo else found.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError):  # the year 1 has no earlier zone
        return None


def time_of_day(name: str) -> time | None:
    """Read a time of day as the clocks in Chongqing show it."""
    try:
        found = time.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
    return found if found.tzinfo is None else None


def day(name: str) -> date | None:
    """Read a day."""
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
