"""The server picks the window that a check-in counts for."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from tests.verifier.attendance.examples import (
    GRACE_ENDS,
    INSTANTS,
    OPENS,
    SECOND,
    UPLOAD_UNTIL,
    window,
)
from verifier.attendance.windows import choose, choose_for_capture
from verifier.capture import CaptureTime

TODAY = window(1)
TOMORROW = window(2, OPENS + timedelta(days=1))
ORDERED = window(3, OPENS + timedelta(hours=2), hours=2)  # ordered on top of the daily one
DAYS = [TOMORROW, TODAY]


def captured(received_at: datetime, **values: datetime | None) -> CaptureTime:
    """Returns a capture without any time but its reception, or with those named."""
    nothing = CaptureTime(received_at, None, None, None, captured_offline=False)
    return replace(nothing, **values)  # type: ignore[arg-type] # only instants are named


@pytest.mark.parametrize(
    ("instant", "chosen"),
    [
        (OPENS - SECOND, None),
        (OPENS, TODAY),
        (GRACE_ENDS, TODAY),
        (GRACE_ENDS + SECOND, None),
        (TOMORROW.opens, TOMORROW),
    ],
)
def test_a_window_takes_what_was_captured_between_opening_and_the_end_of_grace(
    instant: datetime, chosen: object
) -> None:
    assert choose(DAYS, instant) == chosen


def test_of_two_open_windows_the_one_that_ends_first_is_served_first() -> None:
    assert choose([TODAY, ORDERED], ORDERED.opens) == ORDERED
    assert choose([TODAY, ORDERED], ORDERED.grace_ends + SECOND) == TODAY


def test_without_windows_a_check_in_settles_none() -> None:
    assert choose([], OPENS) is None
    assert choose_for_capture([], captured(OPENS)) is None


def test_a_proven_capture_of_yesterday_counts_for_yesterday() -> None:
    sent_today = captured(TOMORROW.opens + SECOND, proven_at=GRACE_ENDS)
    assert choose_for_capture(DAYS, sent_today) == TODAY


def test_a_proven_capture_before_opening_settles_none_though_received_inside() -> None:
    early = captured(OPENS + SECOND, proven_at=OPENS - SECOND)
    assert choose_for_capture(DAYS, early) is None


def test_an_unproven_capture_of_yesterday_does_not_take_todays_place() -> None:
    sent_today = captured(TOMORROW.opens + SECOND, claimed_at=GRACE_ENDS)
    assert choose_for_capture(DAYS, sent_today) == TODAY


def test_an_unproven_capture_received_in_time_counts_though_it_claims_another_hour() -> None:
    assert choose_for_capture(DAYS, captured(OPENS, claimed_at=OPENS - SECOND)) == TODAY
    assert choose_for_capture(DAYS, captured(GRACE_ENDS)) == TODAY


def test_an_extra_check_in_at_night_settles_none() -> None:
    at_night = GRACE_ENDS + timedelta(hours=2)
    assert choose_for_capture(DAYS, captured(at_night, claimed_at=at_night)) is None


@pytest.mark.parametrize(
    ("received", "chosen"), [(UPLOAD_UNTIL, TODAY), (UPLOAD_UNTIL + SECOND, None)]
)
def test_a_report_without_any_believable_time_is_looked_at_for_the_window_it_may_be_for(
    received: datetime, chosen: object
) -> None:
    assert choose_for_capture([TODAY], captured(received)) == chosen


@pytest.mark.parametrize(
    ("nonce_time", "chosen"), [(GRACE_ENDS, TODAY), (GRACE_ENDS + SECOND, None)]
)
def test_a_report_made_after_a_window_by_its_nonce_is_not_for_that_window(
    nonce_time: datetime, chosen: object
) -> None:
    late = captured(GRACE_ENDS + timedelta(hours=2), not_before=nonce_time)
    assert choose_for_capture([TODAY], late) == chosen


def test_of_two_ended_windows_the_last_is_taken() -> None:
    assert choose_for_capture(DAYS, captured(TOMORROW.grace_ends + SECOND)) == TOMORROW


@given(instant=INSTANTS)
def test_the_order_in_which_windows_are_given_changes_nothing(instant: datetime) -> None:
    windows = [TODAY, TOMORROW, ORDERED]
    assert choose(windows, instant) == choose(reversed(windows), instant)
