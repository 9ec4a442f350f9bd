"""Deadlines are counted in working days of Asia/Shanghai, moved by the yearly table (调休)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.local_time import SHANGHAI, local_date
from verifier.rules.working_days import WorkingCalendar, YearTable, add_working_days

PLAIN = WorkingCalendar()
# A golden week with the days worked for it, in the shape the State Council announces.
GOLDEN_WEEK = WorkingCalendar(
    {
        2026: YearTable(
            off=frozenset(date(2026, 10, day) for day in range(1, 8)),
            worked=frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
        )
    }
)


def noon(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=SHANGHAI)


def last_day(instant: datetime) -> date:
    """Returns the day that a deadline at its 24:00 belongs to."""
    return local_date(instant - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (noon(9, 14), 3, date(2026, 9, 17)),  # Monday to Thursday
        (noon(9, 17), 3, date(2026, 9, 22)),  # over a weekend
        (noon(9, 19), 1, date(2026, 9, 21)),  # from a Saturday
        (noon(9, 14), 0, date(2026, 9, 14)),
        (noon(9, 14), 10, date(2026, 9, 28)),
    ],
)
def test_without_a_table_monday_to_friday_are_counted(
    start: datetime, days: int, end: date
) -> None:
    assert last_day(add_working_days(start, days, PLAIN)) == end


def test_the_first_day_is_not_counted_and_the_last_runs_to_its_midnight_in_shanghai() -> None:
    assert add_working_days(noon(9, 14), 3, PLAIN) == datetime(2026, 9, 17, 16, tzinfo=UTC)


def test_the_day_is_shanghais_not_londons() -> None:
    still_sunday, already_monday = (
        datetime(2026, 9, 13, hour, minute, tzinfo=UTC) for hour, minute in ((15, 59), (16, 0))
    )
    assert last_day(add_working_days(still_sunday, 1, PLAIN)) == date(2026, 9, 14)
    assert last_day(add_working_days(already_monday, 1, PLAIN)) == date(2026, 9, 15)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (noon(9, 30), 1, date(2026, 10, 8)),  # over the golden week
        (noon(10, 9), 1, date(2026, 10, 10)),  # a Saturday that is worked
        (noon(9, 18), 1, date(2026, 9, 20)),  # a Sunday that is worked
        (noon(9, 30), 3, date(2026, 10, 10)),
    ],
)
def test_the_table_moves_days_off_and_days_worked(start: datetime, days: int, end: date) -> None:
    assert last_day(add_working_days(start, days, GOLDEN_WEEK)) == end


def test_a_year_without_a_table_is_known_to_lack_one() -> None:
    assert not GOLDEN_WEEK.lacks(2026)
    assert GOLDEN_WEEK.lacks(2027)
    assert GOLDEN_WEEK.is_working_day(date(2027, 10, 1))


def test_days_are_not_counted_backward() -> None:
    with pytest.raises(ValueError, match="forward"):
        add_working_days(noon(9, 14), -1, PLAIN)


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    days=st.integers(1, 30),
)
def test_a_deadline_is_a_working_day_with_as_many_working_days_before_it(
    start: datetime, days: int
) -> None:
    end = last_day(add_working_days(start, days, GOLDEN_WEEK))
    between = (end - local_date(start)).days
    counted = [local_date(start) + timedelta(days=day) for day in range(1, between + 1)]
    assert sum(map(GOLDEN_WEEK.is_working_day, counted)) == days
    assert GOLDEN_WEEK.is_working_day(end)


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    days=st.integers(0, 30),
)
def test_one_day_more_is_never_sooner(start: datetime, days: int) -> None:
    assert add_working_days(start, days, GOLDEN_WEEK) < add_working_days(
        start, days + 1, GOLDEN_WEEK
    )
