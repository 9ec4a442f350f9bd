"""A daily plan in Asia/Shanghai becomes instants."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.attendance.plans import DailyPlan, WindowTimes
from verifier.local_time import SHANGHAI, local_date, local_instant
from verifier.rules.rules import Rules

DAY = date(2027, 3, 1)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=SHANGHAI)


def test_the_default_plan_opens_at_eight_is_due_at_twenty_and_ends_at_twenty_one() -> None:
    assert DailyPlan.of(Rules()).on(DAY, upload_hours=72) == WindowTimes(
        opens=datetime(2027, 3, 1, 0, 0, tzinfo=UTC),
        due=datetime(2027, 3, 1, 12, 0, tzinfo=UTC),
        grace_ends=datetime(2027, 3, 1, 13, 0, tzinfo=UTC),
        upload_until=datetime(2027, 3, 4, 13, 0, tzinfo=UTC),
    )


def test_instants_are_kept_in_utc() -> None:
    assert DailyPlan.of(Rules()).on(DAY, upload_hours=72).opens.tzinfo is UTC


def test_a_plan_over_midnight_ends_on_the_next_day() -> None:
    times = DailyPlan(time(22), time(0, 30), time(1)).on(DAY, upload_hours=1)
    assert (times.opens, times.due) == (local(1, 22), local(2, 0, 30))
    assert (times.grace_ends, times.upload_until) == (local(2, 1), local(2, 2))


def test_a_plan_due_before_midnight_may_end_its_grace_after() -> None:
    times = DailyPlan(time(20), time(23, 59), time(0, 59)).on(DAY, upload_hours=1)
    assert (times.due, times.grace_ends) == (local(1, 23, 59), local(2, 0, 59))


def test_a_plan_without_grace_ends_when_it_is_due() -> None:
    times = DailyPlan(time(8), time(20), time(20)).on(DAY, upload_hours=1)
    assert times.due == times.grace_ends


@pytest.mark.parametrize(
    "plan",
    [
        DailyPlan(time(8), time(20), time(19, 59)),
        DailyPlan(time(8), time(7), time(21)),
        DailyPlan(time(8), time(8), time(21)),
    ],
)
def test_a_plan_whose_times_do_not_follow_one_another_is_refused(plan: DailyPlan) -> None:
    with pytest.raises(ValueError, match="in this order"):
        plan.on(DAY, upload_hours=72)


@pytest.mark.parametrize(
    ("due", "grace_ends", "upload_until"), [(0, 1, 2), (1, 2, 2), (2, 1, 3), (-1, 1, 2)]
)
def test_a_window_without_time_to_report_or_to_upload_is_refused(
    due: int, grace_ends: int, upload_until: int
) -> None:
    instants = [local(1, 8 + hours) for hours in (due, grace_ends, upload_until)]
    with pytest.raises(ValueError, match="in this order"):
        WindowTimes(local(1, 8), *instants)


@given(
    opens=st.times().map(lambda at: at.replace(tzinfo=None)),
    day=st.dates(date(2020, 1, 1), date(2100, 1, 1)),
)
def test_a_day_opens_on_that_day_in_shanghai_and_a_day_later_the_next(
    opens: time, day: date
) -> None:
    plan = DailyPlan(opens, opens, opens)
    today, tomorrow = (plan.on(one, 72) for one in (day, day + timedelta(days=1)))
    assert local_date(today.opens) == day
    assert tomorrow.opens - today.opens == timedelta(days=1)
    assert today.due == tomorrow.opens


def test_midnight_in_shanghai_is_sixteen_oclock_in_utc() -> None:
    assert local_instant(DAY, time()) == datetime(2027, 2, 28, 16, tzinfo=UTC)
    assert local_date(datetime(2027, 2, 28, 16, tzinfo=UTC)) == DAY
    assert local_date(datetime(2027, 2, 28, 15, 59, tzinfo=UTC)) == date(2027, 2, 28)
