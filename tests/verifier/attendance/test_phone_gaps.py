"""A window is excused where the phone was reported lost and no other was active yet."""

from datetime import datetime, timedelta

import pytest

from mobile_contract.codes import CheckInState, WindowOutcome
from tests.verifier.attendance.examples import (
    GRACE_ENDS,
    OPENS,
    SECOND,
    UPLOAD_UNTIL,
    after_grace,
    checkin,
    facts,
)
from verifier.attendance.facts import OutageSpan, PhoneGap
from verifier.attendance.outcome import outcome

EXCUSED, NOT_RECEIVED = WindowOutcome.EXCUSED_DEVICE, WindowOutcome.NOT_RECEIVED
LAST_HOUR = GRACE_ENDS - timedelta(hours=1)
HALF = (GRACE_ENDS - OPENS) / 2
LONG_BEFORE = OPENS - timedelta(days=9)


@pytest.mark.parametrize(
    ("lost_at", "activated_at", "expected"),
    [
        (GRACE_ENDS, None, EXCUSED),
        (GRACE_ENDS + SECOND, None, NOT_RECEIVED),
        (LONG_BEFORE, None, EXCUSED),
        (LONG_BEFORE, OPENS - SECOND, NOT_RECEIVED),
        (LONG_BEFORE, LAST_HOUR, EXCUSED),
        (LAST_HOUR - timedelta(minutes=9), LAST_HOUR - SECOND, NOT_RECEIVED),
        (LAST_HOUR - timedelta(minutes=9), LAST_HOUR, EXCUSED),
        (LONG_BEFORE, OPENS + HALF, NOT_RECEIVED),
        (LONG_BEFORE, OPENS + HALF + SECOND, EXCUSED),
        (OPENS, OPENS + HALF, NOT_RECEIVED),
        (OPENS, OPENS + HALF + SECOND, EXCUSED),
    ],
)
def test_a_gap_excuses_by_the_last_hour_or_by_more_than_half(
    lost_at: datetime, activated_at: datetime | None, expected: WindowOutcome
) -> None:
    assert after_grace(facts(phone_gaps=(PhoneGap(lost_at, activated_at),))) is expected


def test_two_losses_in_one_window_add_up() -> None:
    first = PhoneGap(OPENS, OPENS + timedelta(hours=4))
    second = PhoneGap(OPENS + timedelta(hours=6), OPENS + timedelta(hours=8, minutes=30))
    longer = PhoneGap(second.lost_at, OPENS + timedelta(hours=8, minutes=30, seconds=1))
    assert after_grace(facts(phone_gaps=(first, second))) is NOT_RECEIVED
    assert after_grace(facts(phone_gaps=(first, longer))) is EXCUSED


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (GRACE_ENDS, WindowOutcome.AWAITED),
        (GRACE_ENDS + SECOND, EXCUSED),
        (UPLOAD_UNTIL + timedelta(days=99), EXCUSED),
    ],
)
def test_until_grace_ends_the_person_can_report_in_another_way(
    now: datetime, expected: WindowOutcome
) -> None:
    assert outcome(facts(phone_gaps=(PhoneGap(OPENS),)), now) is expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (CheckInState.CONFIRMED, WindowOutcome.PRESENT),
        (CheckInState.IN_REVIEW, WindowOutcome.PENDING),
        (CheckInState.NOT_DECIDED, WindowOutcome.NOT_DECIDED),
        (CheckInState.NOT_CONFIRMED, EXCUSED),
    ],
)
def test_a_check_in_by_another_channel_counts_better(
    state: CheckInState, expected: WindowOutcome
) -> None:
    assert after_grace(facts(checkin(OPENS, state), phone_gaps=(PhoneGap(OPENS),))) is expected


def test_our_own_outage_goes_before_a_lost_phone_and_a_miss_after_it() -> None:
    both = facts(phone_gaps=(PhoneGap(OPENS),), outages=(OutageSpan(OPENS, GRACE_ENDS),))
    assert after_grace(both) is WindowOutcome.EXCUSED_SYSTEM
    found = facts(phone_gaps=(PhoneGap(OPENS),), findings=(WindowOutcome.MISSED_CONFIRMED,))
    assert outcome(found, UPLOAD_UNTIL + SECOND) is EXCUSED
