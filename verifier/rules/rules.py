"""Every rule with its default, its unit and where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import time
from typing import Annotated, Any, get_type_hints

from storage.records.checkins import FlagKind
from verifier.rules import values
from verifier.rules.searching import SearchLimit, SearchReach
from verifier.rules.working_days import WorkingCalendar
from verifier.verdicts.device import is_older
from verifier.verdicts.flags import FlagCode

DAYS = values.whole_number(1, 3660)
OPENS, DUE, GRACE_ENDS = time(8), time(20), time(21)
DAY = 24 * 60  # minutes
MONDAY_TO_FRIDAY = WorkingCalendar()
OWN_DISTRICT = SearchReach()


class RuleError(ValueError):
    """A rule that does not exist, or a value that it cannot have."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"rule {name}: {problem}")
        self.name = name


@dataclass(frozen=True)
class Reading:
    """How a rule is read, in which unit it is given, and the part of docs/rules.md it is from."""

    reader: values.Reader
    unit: str
    source: str


@dataclass(frozen=True)
class Rules:
    """The rules in force at one instant for one district; sources name parts of docs/rules.md."""

    # A photo that is taken again
    max_retakes: Annotated[
        int, Reading(values.whole_number(0, 20), "invitations per window", "1, rule 2")
    ] = 3
    # Place
    fix_radius_limit_m: Annotated[
        float, Reading(values.number(1, 100_000), "metres", "1, place")
    ] = 500.0
    fence_margin: Annotated[float, Reading(values.number(1, 10), "accuracy radii", "1, place")] = (
        1.1
    )
    missing_place_limit: Annotated[
        int,
        Reading(values.whole_number(1, 7), "check-ins without a place of the last 7", "1, place"),
    ] = 3
    # Time
    upload_hours: Annotated[
        int, Reading(values.whole_number(1, 720), "hours after grace ends", "2")
    ] = 72
    files_hours: Annotated[
        int, Reading(values.whole_number(1, 720), "hours after reception without its files", "3")
    ] = 72
    clock_difference_noted_s: Annotated[
        float, Reading(values.number(1, 86_400), "seconds", "1, notes")
    ] = 300.0
    offline_noted_minutes: Annotated[
        int,
        Reading(
            values.whole_number(1, 10_080), "minutes between capture and reception", "1, notes"
        ),
    ] = 10
    metadata_noted_minutes: Annotated[
        int, Reading(values.whole_number(1, 10_080), "minutes from capture", "1, notes")
    ] = 10
    identical_accuracy_fixes: Annotated[
        int, Reading(values.whole_number(3, 50), "fixes in a row", "1, notes")
    ] = 5
    # Windows; times of day in Asia/Shanghai
    default_opens: Annotated[time, Reading(values.time_of_day, "time of day", "2")] = OPENS
    default_due: Annotated[time, Reading(values.time_of_day, "time of day", "2")] = DUE
    default_grace_ends: Annotated[time, Reading(values.time_of_day, "time of day", "2")] = (
        GRACE_ENDS
    )
    outage_last_minutes: Annotated[
        int, Reading(values.whole_number(0, 1440), "minutes before grace ends", "2, outage")
    ] = 60
    outage_share: Annotated[
        float, Reading(values.number(0, 1), "share of a window", "2, outage")
    ] = 0.5
    lost_contact_days: Annotated[
        int, Reading(DAYS, "days since the last received contact", "2")
    ] = 10
    # Items
    item_working_days: Annotated[
        int, Reading(DAYS, "working days until it moves up", "1, items")
    ] = 3
    overdue_close_working_days: Annotated[
        int, Reading(DAYS, "working days after the deadline until not_decided", "1, items")
    ] = 10
    objection_working_days: Annotated[int, Reading(DAYS, "working days", "1, items")] = 5
    working_days: Annotated[
        WorkingCalendar, Reading(values.working_calendar, "days off and worked by year", "1, items")
    ] = MONDAY_TO_FRIDAY
    flag_kinds: Annotated[
        Mapping[FlagCode, FlagKind], Reading(values.flag_kinds, "flag or note by code", "1, flags")
    ] = field(default_factory=dict)
    # Media and phones
    photo_max_bytes: Annotated[
        int, Reading(values.whole_number(100_000, 16 * 1024 * 1024), "bytes", "3")
    ] = 5 * 1024 * 1024
    app_minimum: Annotated[str, Reading(values.version, "version of the app", "3")] = "1.0.0"
    app_recommended: Annotated[str, Reading(values.version, "version of the app", "3")] = "1.0.0"
    threshold_set: Annotated[
        str | None,
        Reading(values.text, "name of a threshold set; none: the built-in one", "1, face verdicts"),
    ] = None
    # New enrolled photos are proposed
    renewal_days: Annotated[
        int, Reading(DAYS, "days since photos were approved", "1, references")
    ] = 365
    renewal_false_alarms: Annotated[
        int,
        Reading(
            values.whole_number(1, 100), "flags of the face since then, overturned", "1, references"
        ),
    ] = 2
    # Searching others' references
    look_alike_distance: Annotated[
        float, Reading(values.number(0, 2), "1 - cosine of two people's means; 0: off", "1, search")
    ] = 0.0
    look_alike_one_in: Annotated[
        int,
        Reading(values.whole_number(1, 1000), "check-ins to one that is reviewed", "1, search"),
    ] = 10
    # A photo that was sent before
    replay_checkins: Annotated[
        int, Reading(values.whole_number(1, 2000), "the person's last check-ins", "1, replay")
    ] = 400
    replay_office_days: Annotated[
        int, Reading(values.whole_number(0, 400), "days of the office's photos", "1, replay")
    ] = 30
    search_limit: Annotated[
        SearchLimit | None,
        Reading(values.search_limit, "as measured; none: the search is off", "1, search"),
    ] = None
    search_reach: Annotated[
        SearchReach,
        Reading(values.search_reach, "district, or city with its legal ground", "1, search"),
    ] = OWN_DISTRICT
    media_read_days: Annotated[
        int, Reading(DAYS, "days in which the bytes of each object are read once", "4")
    ] = 30
    # What is kept
    keep_confirmed_days: Annotated[int, Reading(DAYS, "days after confirmation", "4")] = 30
    keep_flagged_days: Annotated[int, Reading(DAYS, "days after the decision", "4")] = 180
    keep_replay_hash_days: Annotated[int, Reading(DAYS, "days", "4")] = 400
    keep_exact_fix_days: Annotated[int, Reading(DAYS, "days", "4")] = 180
    keep_references_days: Annotated[int, Reading(DAYS, "days after supervision ends", "4")] = 30
    keep_rows_years: Annotated[
        int, Reading(values.whole_number(1, 100), "years after supervision ends", "4")
    ] = 5


RULE_NAMES: tuple[str, ...] = tuple(rule.name for rule in fields(Rules))

_READINGS: Mapping[str, Reading] = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(Rules, include_extras=True).items()
}


def with_overrides(overrides: Mapping[str, object], base: Rules | None = None) -> Rules:
    """Returns the base rules (the defaults, when none) with JSON values laid over them by name.

    Raises RuleError, naming the rule, for an unknown name or a value the rule cannot have.
    """
    return replace(
        base or Rules(), **{name: read_value(name, value) for name, value in overrides.items()}
    )


def read_value(name: str, value: object) -> Any:
    """Returns the value of one rule as it is used; raises RuleError, naming the rule."""
    if name not in _READINGS:
        raise RuleError(name, "there is no such rule")
    try:
        return _READINGS[name].reader(value)
    except ValueError as error:
        raise RuleError(name, str(error)) from error


def contradictions(rules: Rules) -> tuple[str, ...]:
    """Returns, in plain words, which rules are each possible and together are not."""
    found = []
    due, grace = (
        _minutes_after(rules.default_opens, at)
        for at in (rules.default_due, rules.default_grace_ends)
    )
    if due > grace:
        found.append("default_opens, default_due, default_grace_ends do not follow one another")
    if is_older(rules.app_recommended, rules.app_minimum):
        found.append("app_recommended comes before app_minimum")
    return tuple(found)


def _minutes_after(opens: time, at: time) -> int:
    """Returns minutes from one time of day to the next occurrence of another."""
    return (at.hour * 60 + at.minute - opens.hour * 60 - opens.minute) % DAY or DAY


def unit_of(name: str) -> str:
    """Returns the unit in which a rule is given."""
    return _READINGS[name].unit


def source_of(name: str) -> str:
    """Returns the section of docs/rules.md that a rule comes from."""
    return _READINGS[name].source
