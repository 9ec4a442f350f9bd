"""Our own outages excuse the windows they made hard to keep."""

from datetime import datetime, timedelta

import pytest

from mobile_contract.codes import CheckInState, WindowOutcome
from tests.verifier.attendance.examples import (
    GRACE_ENDS,
    OPENS,
    OUTAGE_LIMITS,
    SECOND,
    after_grace,
    checkin,
    facts,
    outage,
    window,
)
from verifier.attendance.facts import OutageSpan, WindowFacts
from verifier.attendance.outcome import outcome

EXCUSED, NOT_RECEIVED = WindowOutcome.EXCUSED_SYSTEM, WindowOutcome.NOT_RECEIVED
LAST_HOUR = GRACE_ENDS - timedelta(hours=1)
HALF = (GRACE_ENDS - OPENS) / 2


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "expected"),
    [
        (LAST_HOUR - timedelta(minutes=9), LAST_HOUR - SECOND, NOT_RECEIVED),
        (LAST_HOUR - timedelta(minutes=9), LAST_HOUR, EXCUSED),
        (LAST_HOUR + SECOND, LAST_HOUR + 2 * SECOND, EXCUSED),
        (GRACE_ENDS, GRACE_ENDS + SECOND, EXCUSED),
        (GRACE_ENDS + SECOND, GRACE_ENDS + timedelta(hours=9), NOT_RECEIVED),
        (OPENS, OPENS + HALF, NOT_RECEIVED),
        (OPENS, OPENS + HALF + SECOND, EXCUSED),
        (OPENS - timedelta(days=3), OPENS + HALF, NOT_RECEIVED),
    ],
)
def test_an_outage_excuses_by_its_last_hour_or_by_more_than_half(
    starts_at: datetime, ends_at: datetime, expected: WindowOutcome
) -> None:
    assert after_grace(outage(starts_at, ends_at)) is expected


def test_outages_add_up_and_what_two_cover_counts_once() -> None:
    first = OutageSpan(OPENS, OPENS + timedelta(hours=3))
    inside = OutageSpan(OPENS + timedelta(hours=1), OPENS + timedelta(hours=2))
    second = OutageSpan(OPENS + timedelta(hours=2), OPENS + timedelta(hours=6, minutes=30))
    more = OutageSpan(OPENS + timedelta(hours=8), OPENS + timedelta(hours=8, seconds=1))
    assert after_grace(facts(outages=(second, inside, first))) is NOT_RECEIVED
    assert after_grace(facts(outages=(second, inside, more, first))) is EXCUSED


def test_a_short_window_is_not_excused_by_an_outage_before_it_opened() -> None:
    short = window(opens=OPENS, hours=0.1)
    before = OutageSpan(OPENS - timedelta(minutes=30), OPENS - SECOND)
    known = WindowFacts(short, OUTAGE_LIMITS, outages=(before,))
    assert outcome(known, short.grace_ends + SECOND) is NOT_RECEIVED


def test_during_an_outage_the_window_is_still_awaited() -> None:
    assert outcome(outage(OPENS, GRACE_ENDS), GRACE_ENDS) is WindowOutcome.AWAITED


def test_who_reported_in_spite_of_an_outage_is_present() -> None:
    whole = OutageSpan(OPENS, GRACE_ENDS)
    assert after_grace(facts(checkin(OPENS), outages=(whole,))) is WindowOutcome.PRESENT


def test_an_outage_still_excuses_beside_a_check_in_that_was_not_confirmed() -> None:
    refused = checkin(OPENS, CheckInState.NOT_CONFIRMED)
    assert after_grace(facts(refused, outages=(OutageSpan(OPENS, GRACE_ENDS),))) is EXCUSED
