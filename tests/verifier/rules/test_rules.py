"""Rules have defaults, and refuse what they cannot be, by name."""

from contextlib import suppress
from dataclasses import fields
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records.checkins import FlagKind
from verifier.rules.rules import (
    RULE_NAMES,
    RuleError,
    Rules,
    contradictions,
    read_value,
    source_of,
    unit_of,
    with_overrides,
)
from verifier.verdicts.flags import Flag, Note

ACCEPTED: dict[str, object] = {
    "max_retakes": 5,
    "fix_radius_limit_m": 250,
    "fence_margin": 1.5,
    "missing_place_limit": 4,
    "upload_hours": 48,
    "files_hours": 24,
    "clock_difference_noted_s": 60,
    "offline_noted_minutes": 5,
    "default_opens": "06:30",
    "default_due": "18:00",
    "default_grace_ends": "19:15",
    "outage_last_minutes": 30,
    "outage_share": 0.25,
    "lost_contact_days": 7,
    "item_working_days": 2,
    "overdue_close_working_days": 5,
    "objection_working_days": 10,
    "working_days": {"2027": {"off": ["2027-10-01"], "worked": ["2027-10-09"]}},
    "flag_kinds": {"possible_replay": "note", "rooted": "flag"},
    "photo_max_bytes": 3_000_000,
    "app_minimum": "1.2.0",
    "app_recommended": "1.10.0",
    "threshold_set": "chongqing-2027",
    "keep_confirmed_days": 14,
    "keep_flagged_days": 90,
    "keep_replay_hash_days": 200,
    "keep_exact_fix_days": 30,
    "keep_references_days": 10,
    "keep_rows_years": 3,
    "media_read_days": 7,
    "look_alike_distance": 0.45,
    "look_alike_one_in": 5,
    "renewal_days": 180,
    "renewal_false_alarms": 3,
    "metadata_noted_minutes": 60,
    "identical_accuracy_fixes": 10,
    "replay_checkins": 100,
    "replay_office_days": 0,
    "search_limit": {"distance": 0.3, "people": 500, "model": "0" * 64},
    "search_reach": {"within": "city", "ground": "a statute and its article"},
}

REFUSED: dict[str, list[object]] = {
    "look_alike_distance": [-0.1, 2.1, "0.4"],
    "look_alike_one_in": [0, 1001],
    "renewal_days": [0, 3661, "365"],
    "renewal_false_alarms": [0, 101, 1.5],
    "max_retakes": [-1, 21, 2.0, "3", True, None],
    "fix_radius_limit_m": [0, "500", float("nan"), True],
    "fence_margin": [0.9, None],
    "missing_place_limit": [0, 8],
    "upload_hours": [0, 721],
    "files_hours": [0, 721],
    "clock_difference_noted_s": [0, "60"],
    "offline_noted_minutes": [0, 1.5],
    "default_opens": ["8", "24:00", "08:00+08:00", 8, ""],
    "default_due": ["noon"],
    "default_grace_ends": [None],
    "outage_last_minutes": [-1, 1441],
    "outage_share": [-0.1, 1.1],
    "lost_contact_days": [0],
    "item_working_days": [0, "3"],
    "overdue_close_working_days": [0],
    "objection_working_days": [0],
    "working_days": [
        [],
        {"27": {}},
        {"２０２７": {}},
        {"20a7": {}},
        {"2027": []},
        {"2027": {"holidays": []}},
        {"2027": {"off": "2027-10-01"}},
        {"2027": {"off": ["2028-10-01"]}},
        {"2027": {"off": ["1 October"]}},
        {"2027": {"off": ["2027-10-01"], "worked": ["2027-10-01"]}},
    ],
    "flag_kinds": [{"fraud": "flag"}, {"mock": "crime"}, {"mock": 1}, ["mock"]],
    "photo_max_bytes": [0, 17 * 1024 * 1024],
    "app_minimum": ["1.2-beta", "", "1..2", 1.2],
    "app_recommended": ["newest"],
    "threshold_set": ["", 3],
    "keep_confirmed_days": [0],
    "keep_flagged_days": [-1],
    "keep_replay_hash_days": [0],
    "keep_exact_fix_days": [0],
    "keep_references_days": [0],
    "keep_rows_years": [0, 101],
    "media_read_days": [0, 3661, 1.5, "30"],
    "metadata_noted_minutes": [0, 10_081],
    "identical_accuracy_fixes": [2, 51],
    "replay_checkins": [0, 2001, 1.5],
    "replay_office_days": [-1, 401, "30"],
    "search_limit": [
        0.3,
        {"distance": 0.3},
        {"distance": 1.1, "people": 500, "model": "0" * 64},
        {"distance": 0.3, "people": 1, "model": "0" * 64},
        {"distance": 0.3, "people": 500, "model": "sface"},
    ],
    "search_reach": [
        None,
        "city",
        {"within": "country", "ground": "a statute and its article"},
        {"within": "city"},
        {"within": "city", "ground": "because"},
        {"within": "district", "beyond": 1},
    ],
}


def test_the_defaults_are_the_numbers_that_the_field_agreed_on() -> None:
    rules = Rules()
    assert (rules.max_retakes, rules.upload_hours, rules.fix_radius_limit_m) == (3, 72, 500)
    assert (rules.item_working_days, rules.overdue_close_working_days) == (3, 10)
    assert rules.objection_working_days == 5
    assert (rules.default_opens, rules.default_due) == (time(8), time(20))
    assert rules.default_grace_ends == time(21)
    assert rules.photo_max_bytes == 5 * 1024 * 1024
    assert (rules.keep_confirmed_days, rules.keep_flagged_days) == (30, 180)
    assert (rules.keep_replay_hash_days, rules.keep_exact_fix_days) == (400, 180)
    assert (rules.keep_references_days, rules.keep_rows_years) == (30, 5)
    assert not contradictions(rules)


def test_every_rule_has_examples_here_a_unit_and_a_source() -> None:
    assert set(RULE_NAMES) == {rule.name for rule in fields(Rules)} == set(ACCEPTED) == set(REFUSED)
    assert all(unit_of(name) and source_of(name) for name in RULE_NAMES)


@pytest.mark.parametrize("name", RULE_NAMES)
def test_every_rule_can_be_set_and_leaves_the_others_alone(name: str) -> None:
    changed, defaults = with_overrides({name: ACCEPTED[name]}), Rules()
    assert getattr(changed, name) != getattr(defaults, name)
    assert [
        other for other in RULE_NAMES if getattr(changed, other) != getattr(defaults, other)
    ] == [name]


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values]
)
def test_a_value_a_rule_cannot_have_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(RuleError, match=f"^rule {name}: ") as refusal:
        with_overrides({name: value})
    assert refusal.value.name == name


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_retakes", 0), ("max_retakes", 20), ("outage_share", 0), ("outage_share", 1.0)],
)
def test_both_limits_of_a_number_are_allowed(name: str, value: float) -> None:
    assert getattr(with_overrides({name: value}), name) == value


def test_an_unknown_rule_is_refused_by_its_name() -> None:
    with pytest.raises(RuleError, match="rule max_retake: there is no such rule"):
        with_overrides({"max_retake": 3})


def test_a_district_lays_its_rules_over_the_citys() -> None:
    city = with_overrides({"max_retakes": 5, "upload_hours": 48})
    district = with_overrides({"upload_hours": 24}, city)
    assert (district.max_retakes, district.upload_hours) == (5, 24)


def test_values_are_read_as_what_they_are_used_as() -> None:
    rules = with_overrides(ACCEPTED)
    assert rules.default_opens == time(6, 30)
    assert rules.fix_radius_limit_m == 250.0
    assert rules.flag_kinds == {
        Flag.POSSIBLE_REPLAY: FlagKind.NOTE,
        Note.ROOTED: FlagKind.FLAG,
    }
    assert not rules.working_days.is_working_day(date(2027, 10, 1))


@pytest.mark.parametrize(
    ("overrides", "word"),
    [
        ({"default_due": "21:30"}, "default_due"),
        ({"default_opens": "20:30"}, "default_opens"),
        ({"app_minimum": "1.10", "app_recommended": "1.9"}, "app_recommended"),
    ],
)
def test_rules_that_cannot_hold_together_are_named(overrides: dict[str, object], word: str) -> None:
    assert word in " ".join(contradictions(with_overrides(overrides)))


def test_a_plan_without_grace_is_no_contradiction() -> None:
    assert not contradictions(with_overrides({"default_grace_ends": "20:00"}))


def test_a_plan_over_midnight_is_no_contradiction() -> None:
    over_midnight = {
        "default_opens": "22:00",
        "default_due": "00:30",
        "default_grace_ends": "01:00",
    }
    assert not contradictions(with_overrides(over_midnight))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(name=st.sampled_from(RULE_NAMES), value=JSON)
def test_whatever_is_stored_is_read_or_refused_and_nothing_else(name: str, value: object) -> None:
    with suppress(RuleError):
        assert getattr(with_overrides({name: value}), name) == read_value(name, value)
