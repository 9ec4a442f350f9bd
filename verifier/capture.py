"""The phone's three clocks: when a check-in was captured, and how that is known.

The wall clock can be set by anybody; the monotonic clock counts from the start of the phone and
cannot; the server's nonce says before when a check-in cannot have been made.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from verifier.rules.rules import Rules
from verifier.verdicts.evidence import TimeBasis, TimeEvidence

# A phone's quartz runs wrong by up to this share. Without the allowance a phone that got its
# nonce just before the capture would lose its proof after three days in the mountains.
QUARTZ_ERROR = 1e-4
# Nonces are stamped in whole seconds, the difference of two readings in milliseconds.
STAMP_ERROR = timedelta(seconds=1)
# No phone waits longer to send; beyond, what a phone may claim does not fit into a date.
LONGEST = timedelta(days=3660)


@dataclass(frozen=True)
class CaptureClocks:
    """What the phone froze at capture; `nonce_time` is the server's time in the carried nonce."""

    captured_at: datetime
    captured_monotonic_ms: int
    boot_id: str
    nonce_time: datetime | None


@dataclass(frozen=True)
class SendingClocks:
    """What came with the try that arrived: the phone's clocks then, and the server's."""

    received_at: datetime
    sent_at: datetime | None = None
    sent_monotonic_ms: int | None = None
    boot_id: str | None = None


@dataclass(frozen=True)
class CaptureLimits:
    """The rules in force, as far as the time of a capture depends on them."""

    proof_reaches: timedelta
    offline_after: timedelta

    @classmethod
    def of(cls, rules: Rules) -> "CaptureLimits":
        """Takes from the rules what the time of a capture depends on."""
        return cls(
            proof_reaches=timedelta(hours=rules.upload_hours),
            offline_after=timedelta(minutes=rules.offline_noted_minutes),
        )


@dataclass(frozen=True)
class CaptureTime:
    """When a check-in was captured, as far as it is known.

    `proven_at` holds whatever the wall clock says. `claimed_at` is the wall clock corrected by
    what it showed at sending, None where that contradicts the server's own times. `not_before`
    is the server's time in the carried nonce.
    """

    received_at: datetime
    proven_at: datetime | None
    claimed_at: datetime | None
    clock_difference_s: float | None
    captured_offline: bool
    not_before: datetime | None = None

    @property
    def counts_at(self) -> datetime:
        """Returns the earliest instant at which the check-in is known to have existed."""
        return self.proven_at or self.received_at


def when_captured(
    clocks: CaptureClocks, sending: SendingClocks, limits: CaptureLimits
) -> CaptureTime:
    """Returns when a check-in was captured; never later than its reception."""
    proven = _proven(clocks, sending, limits)
    claimed = _claimed(clocks, sending)
    known = proven or claimed or sending.received_at
    return CaptureTime(
        received_at=sending.received_at,
        proven_at=proven,
        claimed_at=claimed,
        clock_difference_s=_clock_difference_s(clocks, sending, proven),
        captured_offline=sending.received_at - known > limits.offline_after,
        not_before=clocks.nonce_time,
    )


def time_evidence(capture: CaptureTime, grace_ends: datetime | None) -> TimeEvidence:
    """Returns why the capture time is believed, given the window it falls in, if any.

    Reception before grace ends counts whatever the phone's clock says; where no window is
    concerned, reception is all that counts.
    """
    if grace_ends is None or capture.received_at <= grace_ends:
        basis = TimeBasis.RECEIVED_IN_TIME
    elif capture.proven_at is not None:
        basis = TimeBasis.MONOTONIC
    else:
        basis = TimeBasis.UNPROVEN
    return TimeEvidence(basis, capture.clock_difference_s, capture.captured_offline)


def _proven(
    clocks: CaptureClocks, sending: SendingClocks, limits: CaptureLimits
) -> datetime | None:
    """Returns reception minus what the monotonic clock counted, where that proves anything.

    The time the upload itself took is counted too, so the proof errs to the later side.
    """
    waited = _waited(clocks, sending)
    if waited is None or not timedelta(0) <= waited <= limits.proof_reaches:
        return None
    if clocks.nonce_time is None or clocks.nonce_time > sending.received_at:
        return None
    proven = sending.received_at - waited
    allowance = STAMP_ERROR + waited * QUARTZ_ERROR
    if proven < clocks.nonce_time - allowance:
        return None
    return max(proven, clocks.nonce_time)


def _waited(clocks: CaptureClocks, sending: SendingClocks) -> timedelta | None:
    """Returns the time between capture and sending, None if the phone was started in between."""
    sent = sending.sent_monotonic_ms
    if sent is None or not clocks.boot_id or sending.boot_id != clocks.boot_id:
        return None
    waited_ms = sent - clocks.captured_monotonic_ms
    if clocks.captured_monotonic_ms < 0 or abs(waited_ms) > LONGEST / timedelta(milliseconds=1):
        return None
    return timedelta(milliseconds=waited_ms)


def _claimed(clocks: CaptureClocks, sending: SendingClocks) -> datetime | None:
    """Returns the wall clock's capture time, corrected; None if it cannot have been then."""
    if sending.sent_at is None:
        return None
    waited = sending.sent_at - clocks.captured_at
    if not timedelta(0) <= waited <= LONGEST:
        return None
    claimed = sending.received_at - waited
    if clocks.nonce_time is not None and claimed < clocks.nonce_time - STAMP_ERROR:
        return None
    return claimed


def _clock_difference_s(
    clocks: CaptureClocks, sending: SendingClocks, proven: datetime | None
) -> float | None:
    """Returns by how much the phone's wall clock is ahead of the server's; negative if behind."""
    if sending.sent_at is not None:
        return (sending.sent_at - sending.received_at).total_seconds()
    if proven is not None:
        return (clocks.captured_at - proven).total_seconds()
    return None
