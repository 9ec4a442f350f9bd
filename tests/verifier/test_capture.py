"""When a check-in was captured, and whether the phone's clocks prove it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from verifier.capture import (
    CaptureClocks,
    CaptureLimits,
    SendingClocks,
    time_evidence,
    when_captured,
)
from verifier.rules.rules import Rules
from verifier.verdicts.evidence import TimeBasis

LIMITS = CaptureLimits.of(Rules())
CAPTURED = datetime(2027, 3, 1, 11, 0, tzinfo=UTC)
GRACE_ENDS = CAPTURED + timedelta(hours=2)
BOOT = "8f2d6f7e-boot"
UPTIME_MS = 5_000_000
DAY_MS = 24 * 3600 * 1000


def capture(**values: object) -> CaptureClocks:
    """Returns the clocks of a phone that is right, captured five minutes after its nonce."""
    clocks = CaptureClocks(CAPTURED, UPTIME_MS, BOOT, CAPTURED - timedelta(minutes=5))
    return replace(clocks, **values)  # type: ignore[arg-type] # each value of its field's type


def sent_after(waited: timedelta, **values: object) -> SendingClocks:
    """Returns what comes with a try of the same phone after waiting for a signal."""
    sending = SendingClocks(
        received_at=CAPTURED + waited,
        sent_at=CAPTURED + waited,
        sent_monotonic_ms=UPTIME_MS + waited // timedelta(milliseconds=1),
        boot_id=BOOT,
    )
    return replace(sending, **values)  # type: ignore[arg-type] # each value of its field's type


def test_sent_at_once_it_was_captured_when_it_was_received() -> None:
    seen = when_captured(capture(), sent_after(timedelta(0)), LIMITS)
    evidence = time_evidence(seen, GRACE_ENDS)
    assert seen.proven_at == CAPTURED
    assert evidence.basis is TimeBasis.RECEIVED_IN_TIME
    assert not evidence.captured_offline
    assert evidence.clock_difference_s == 0


def test_sent_a_day_later_the_monotonic_clock_proves_the_capture() -> None:
    seen = when_captured(capture(), sent_after(timedelta(days=1)), LIMITS)
    evidence = time_evidence(seen, GRACE_ENDS)
    assert seen.proven_at == CAPTURED
    assert evidence.basis is TimeBasis.MONOTONIC
    assert evidence.captured_offline


@pytest.mark.parametrize(
    ("past_grace", "basis"),
    [(timedelta(0), TimeBasis.RECEIVED_IN_TIME), (timedelta(seconds=1), TimeBasis.UNPROVEN)],
)
def test_reception_before_grace_ends_counts_whatever_the_phones_clock_says(
    past_grace: timedelta, basis: TimeBasis
) -> None:
    clocks = capture(captured_at=CAPTURED + timedelta(days=365), boot_id="before")
    received = GRACE_ENDS + past_grace
    seen = when_captured(clocks, SendingClocks(received, sent_at=CAPTURED), LIMITS)
    assert time_evidence(seen, GRACE_ENDS).basis is basis
    assert seen.proven_at is None


def test_a_phone_started_again_in_between_proves_nothing_but_may_claim() -> None:
    sending = sent_after(timedelta(hours=12), boot_id="after", sent_monotonic_ms=60_000)
    seen = when_captured(capture(), sending, LIMITS)
    assert seen.proven_at is None
    assert seen.claimed_at == CAPTURED
    assert time_evidence(seen, GRACE_ENDS).basis is TimeBasis.UNPROVEN


@pytest.mark.parametrize("off", [timedelta(days=-1), timedelta(days=365), timedelta(days=-20000)])
def test_a_wrong_wall_clock_changes_nothing_but_the_difference(off: timedelta) -> None:
    waited = timedelta(days=1)
    sending = sent_after(waited, sent_at=CAPTURED + waited + off)
    seen = when_captured(capture(captured_at=CAPTURED + off), sending, LIMITS)
    assert seen.proven_at == seen.claimed_at == CAPTURED
    assert seen.clock_difference_s == off.total_seconds()


def test_a_clock_set_back_a_day_after_the_capture_does_not_undo_the_proof() -> None:
    waited = timedelta(hours=3)
    sending = sent_after(waited, sent_at=CAPTURED + waited - timedelta(days=1))
    seen = when_captured(capture(), sending, LIMITS)
    assert seen.proven_at == CAPTURED
    assert seen.claimed_at is None


def test_a_clock_set_a_year_ahead_after_the_capture_claims_nothing_before_its_nonce() -> None:
    sending = sent_after(timedelta(hours=3), sent_at=CAPTURED + timedelta(days=365), boot_id="new")
    assert when_captured(capture(), sending, LIMITS).claimed_at is None


def test_a_nonce_of_yesterday_bounds_the_capture_and_does_not_spoil_the_proof() -> None:
    clocks = capture(nonce_time=CAPTURED - timedelta(days=1))
    assert when_captured(clocks, sent_after(timedelta(days=1)), LIMITS).proven_at == CAPTURED


@pytest.mark.parametrize(
    ("older", "proven"),
    [
        (timedelta(0), True),
        (timedelta(seconds=3.16), True),  # a second, and a ten-thousandth of six hours
        (timedelta(seconds=3.17), False),
        (timedelta(seconds=60), False),
    ],
)
def test_a_capture_before_its_own_nonce_is_not_believed(older: timedelta, *, proven: bool) -> None:
    clocks = capture(nonce_time=CAPTURED + older)
    seen = when_captured(clocks, sent_after(timedelta(hours=6)), LIMITS)
    assert (seen.proven_at is not None) is proven


@pytest.mark.parametrize(
    ("after_claim", "claimed"),
    [(timedelta(0), True), (timedelta(seconds=1), True), (timedelta(seconds=1.001), False)],
)
def test_a_claim_holds_from_the_second_of_its_nonce_on(
    after_claim: timedelta, *, claimed: bool
) -> None:
    clocks = capture(nonce_time=CAPTURED + after_claim)
    seen = when_captured(clocks, sent_after(timedelta(0), boot_id="new"), LIMITS)
    assert (seen.claimed_at is not None) is claimed


def test_a_phone_whose_quartz_runs_fast_keeps_its_proof_for_three_days() -> None:
    waited = timedelta(hours=71, minutes=59)
    fast_ms = round(waited / timedelta(milliseconds=1) * 1.00005)
    sending = sent_after(waited, sent_monotonic_ms=UPTIME_MS + fast_ms)
    seen = when_captured(capture(nonce_time=CAPTURED), sending, LIMITS)
    assert seen.proven_at == CAPTURED


def test_a_nonce_fetched_for_the_sending_itself_is_no_obstacle() -> None:
    clocks = capture(nonce_time=CAPTURED)
    assert when_captured(clocks, sent_after(timedelta(0)), LIMITS).proven_at == CAPTURED


@pytest.mark.parametrize(("newer", "proven"), [(timedelta(0), True), (timedelta.resolution, False)])
def test_a_nonce_newer_than_the_reception_is_none_of_ours(
    newer: timedelta, *, proven: bool
) -> None:
    clocks = capture(nonce_time=CAPTURED + newer)
    seen = when_captured(clocks, sent_after(timedelta(0)), LIMITS)
    assert (seen.proven_at is not None) is proven


@pytest.mark.parametrize("nonce_time", [None, CAPTURED + timedelta(days=30)])
def test_without_a_nonce_of_ours_nothing_is_proven(nonce_time: datetime | None) -> None:
    sending = sent_after(timedelta(hours=6))
    assert when_captured(capture(nonce_time=nonce_time), sending, LIMITS).proven_at is None


@pytest.mark.parametrize(
    ("waited_ms", "proven"),
    [(-1, False), (0, True), (3 * DAY_MS, True), (3 * DAY_MS + 1, False), (10**30, False)],
)
def test_the_monotonic_clock_proves_from_nothing_to_72_hours(
    waited_ms: int, *, proven: bool
) -> None:
    sending = sent_after(timedelta(hours=72), sent_monotonic_ms=UPTIME_MS + waited_ms)
    clocks = capture(nonce_time=CAPTURED - timedelta(days=1))
    assert (when_captured(clocks, sending, LIMITS).proven_at is not None) is proven


@pytest.mark.parametrize(
    "clocks",
    [
        capture(captured_monotonic_ms=-1),
        capture(captured_monotonic_ms=10**30),
        capture(boot_id=""),
        capture(boot_id="other"),
    ],
)
def test_clocks_that_cannot_be_prove_nothing(clocks: CaptureClocks) -> None:
    assert when_captured(clocks, sent_after(timedelta(hours=3)), LIMITS).proven_at is None


def test_an_empty_boot_id_on_both_sides_is_no_proof() -> None:
    sending = sent_after(timedelta(hours=3), boot_id="")
    assert when_captured(capture(boot_id=""), sending, LIMITS).proven_at is None


def test_a_try_without_its_own_clocks_is_unproven_after_grace() -> None:
    seen = when_captured(capture(), SendingClocks(GRACE_ENDS + timedelta(hours=1)), LIMITS)
    assert (seen.proven_at, seen.claimed_at, seen.clock_difference_s) == (None, None, None)
    assert time_evidence(seen, GRACE_ENDS).basis is TimeBasis.UNPROVEN


def test_without_the_wall_clock_at_sending_the_proof_tells_the_difference() -> None:
    clocks = capture(captured_at=CAPTURED + timedelta(hours=1))
    seen = when_captured(clocks, sent_after(timedelta(hours=3), sent_at=None), LIMITS)
    assert seen.clock_difference_s == 3600


def test_where_no_window_is_concerned_reception_is_enough() -> None:
    seen = when_captured(capture(), SendingClocks(CAPTURED + timedelta(days=9)), LIMITS)
    assert time_evidence(seen, None).basis is TimeBasis.RECEIVED_IN_TIME


@pytest.mark.parametrize(("minutes", "offline"), [(10, False), (11, True)])
def test_what_waited_more_than_ten_minutes_was_captured_offline(
    minutes: int, *, offline: bool
) -> None:
    seen = when_captured(capture(), sent_after(timedelta(minutes=minutes)), LIMITS)
    assert seen.captured_offline is offline
