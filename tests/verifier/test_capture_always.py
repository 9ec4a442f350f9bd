"""What holds of the three clocks, whatever a phone sends."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.test_capture import CAPTURED, LIMITS, UPTIME_MS, capture, sent_after
from verifier.capture import CaptureClocks, SendingClocks, when_captured

INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
COUNTERS = st.integers(-(2**63), 2**63)
BOOTS = st.sampled_from(["", "a", "b"])


@given(
    clocks=st.builds(CaptureClocks, INSTANTS, COUNTERS, BOOTS, st.none() | INSTANTS),
    sending=st.builds(
        SendingClocks,
        st.datetimes(datetime(2027, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
        st.none() | INSTANTS,
        st.none() | COUNTERS,
        st.none() | BOOTS,
    ),
)
def test_whatever_a_phone_sends_there_is_an_answer_never_after_reception(
    clocks: CaptureClocks, sending: SendingClocks
) -> None:
    seen = when_captured(clocks, sending, LIMITS)
    assert seen.counts_at <= sending.received_at
    assert seen.claimed_at is None or seen.claimed_at <= sending.received_at
    if seen.proven_at is not None:
        assert clocks.nonce_time is not None
        assert clocks.nonce_time <= seen.proven_at
        assert sending.received_at - seen.proven_at <= LIMITS.proof_reaches


@given(
    waited=st.timedeltas(timedelta(0), timedelta(hours=72)),
    wall_error=st.timedeltas(timedelta(days=-3000), timedelta(days=3000)),
)
def test_an_honest_phone_is_always_believed_to_the_millisecond(
    waited: timedelta, wall_error: timedelta
) -> None:
    clocks = capture(captured_at=CAPTURED + wall_error)
    sending = sent_after(waited, sent_at=CAPTURED + waited + wall_error)
    proven = when_captured(clocks, sending, LIMITS).proven_at
    assert proven is not None
    assert abs(proven - CAPTURED) <= timedelta(milliseconds=1)


@given(sooner=st.timedeltas(timedelta(0), timedelta(hours=72)))
def test_no_monotonic_reading_proves_a_capture_before_the_nonce(sooner: timedelta) -> None:
    clocks = capture(nonce_time=CAPTURED + timedelta(hours=1))
    sending = sent_after(
        timedelta(hours=2), sent_monotonic_ms=UPTIME_MS + sooner // timedelta(milliseconds=1)
    )
    proven = when_captured(clocks, sending, LIMITS).proven_at
    assert proven is None or proven >= CAPTURED + timedelta(hours=1)
