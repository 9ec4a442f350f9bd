"""How the value of a rule is read from JSON; each reader raises ValueError in plain words."""

from collections.abc import Callable, Mapping
from datetime import date, time
from types import MappingProxyType
from typing import cast

from storage.records.checkins import FlagKind
from verifier.rules.searching import LEAST_GROUND, SearchLimit, SearchReach, SearchWithin
from verifier.rules.working_days import WorkingCalendar, YearTable
from verifier.verdicts.flags import FlagCode, code_named

SHA256_DIGITS = 64
Reader = Callable[[object], object]


def whole_number(least: int, most: int) -> Reader:
    """Returns a reader of whole numbers between two limits, both allowed."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            msg = f"a whole number is needed, not {value!r}"
            raise ValueError(msg)  # noqa: TRY004 - one error for every value that is refused
        _require_within(value, least, most)
        return value

    return read


def number(least: float, most: float) -> Reader:
    """Returns a reader of numbers between two limits, both allowed."""

    def read(value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            msg = f"a number is needed, not {value!r}"
            raise ValueError(msg)  # noqa: TRY004 - one error for every value that is refused
        _require_within(value, least, most)
        return float(value)

    return read


def text(value: object) -> str:
    """Reads a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        msg = f"a text is needed, not {value!r}"
        raise ValueError(msg)
    return value


def version(value: object) -> str:
    """Reads an app version: numbers between dots."""
    read = text(value)
    if not all(part.isascii() and part.isdigit() for part in read.split(".")):
        msg = f"a version like 1.4.0 is needed, not {value!r}"
        raise ValueError(msg)
    return read


def time_of_day(value: object) -> time:
    """Reads a time of day in Asia/Shanghai, like 08:00."""
    try:
        read = time.fromisoformat(text(value))
    except ValueError:
        msg = f"a time of day like 08:00 is needed, not {value!r}"
        raise ValueError(msg) from None
    if read.tzinfo is not None:
        msg = f"a time of day carries no zone, it is Asia/Shanghai's: {value!r}"
        raise ValueError(msg)
    return read


def flag_kinds(value: object) -> Mapping[FlagCode, FlagKind]:
    """Reads which code is a flag and which a note, like {"possible_replay": "note"}."""
    try:
        kinds = {code_named(name): FlagKind(text(kind)) for name, kind in _table(value).items()}
    except ValueError as error:
        msg = f"codes with flag or note are needed: {error}"
        raise ValueError(msg) from None
    return MappingProxyType(kinds)


def search_reach(value: object) -> SearchReach:
    """Reads how far faces are searched, like {"within": "city", "ground": "..."}."""
    table = _table(value)
    if not set(table) <= {"within", "ground"}:
        msg = f"`within` and `ground` are needed, not {', '.join(sorted(table))}"
        raise ValueError(msg)
    within = SearchWithin(text(table.get("within")))
    if within is SearchWithin.DISTRICT:
        return SearchReach(within)
    ground = text(table.get("ground")).strip()
    if len(ground) < LEAST_GROUND:
        msg = f"the legal ground of searching the city takes {LEAST_GROUND} characters or more"
        raise ValueError(msg)
    return SearchReach(within, ground)


def search_limit(value: object) -> SearchLimit:
    """Reads a limit, like {"distance": 0.31, "people": 500, "model": "0ba9..."}, as measured."""
    table = _table(value)
    if set(table) != {"distance", "people", "model"}:
        msg = "`distance`, `people` and `model` are needed, as verifier.calibrate.searching prints"
        raise ValueError(msg)
    distance, people = number(0, 1)(table["distance"]), whole_number(2, 2_000_000)(table["people"])
    model = text(table["model"])
    if len(model) != SHA256_DIGITS or set(model) - set("0123456789abcdef"):
        msg = "the model is named by its sha256"
        raise ValueError(msg)
    return SearchLimit(cast("float", distance), cast("int", people), model)


def working_calendar(value: object) -> WorkingCalendar:
    """Reads yearly tables, like {"2027": {"off": ["2027-10-01"], "worked": ["2027-10-09"]}}."""
    years = {_year(name): _year_table(_year(name), table) for name, table in _table(value).items()}
    return WorkingCalendar(MappingProxyType(years))


def _year(name: str) -> int:
    if len(name) != len("2027") or not (name.isascii() and name.isdigit()):
        msg = f"a year like 2027 is needed, not {name!r}"
        raise ValueError(msg)
    return int(name)


def _year_table(year: int, value: object) -> YearTable:
    table = _table(value)
    if not set(table) <= {"off", "worked"}:
        msg = f"a year has days `off` and `worked`, not {', '.join(sorted(table))}"
        raise ValueError(msg)
    off, worked = (_days(year, table.get(name, [])) for name in ("off", "worked"))
    if off & worked:
        msg = f"days both off and worked: {', '.join(sorted(map(str, off & worked)))}"
        raise ValueError(msg)
    return YearTable(off=off, worked=worked)


def _days(year: int, value: object) -> frozenset[date]:
    if not isinstance(value, list):
        msg = f"a list of days is needed, not {value!r}"
        raise ValueError(msg)  # noqa: TRY004 - one error for every value that is refused
    days = frozenset(date.fromisoformat(text(day)) for day in value)
    if any(day.year != year for day in days):
        msg = f"every day in the table of {year} lies in {year}"
        raise ValueError(msg)
    return days


def _table(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        msg = f"a table is needed, not {value!r}"
        raise ValueError(msg)  # noqa: TRY004 - one error for every value that is refused
    return value


def _require_within(value: float, least: float, most: float) -> None:
    # Written so that NaN, which compares as false with everything, is refused.
    if not least <= value <= most:
        msg = f"a number from {least} to {most} is needed, not {value!r}"
        raise ValueError(msg)
