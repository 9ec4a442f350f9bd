"""What the time of a check-in raises."""

from verifier.verdicts.evidence import TimeBasis, TimeEvidence
from verifier.verdicts.flags import Flag, FlagCode, Note


def time_codes(time: TimeEvidence, clock_difference_noted_s: float) -> set[FlagCode]:
    """Returns what the three clocks raise; a wrong clock alone is never more than a note."""
    difference = time.clock_difference_s
    seen: dict[FlagCode, bool] = {
        Flag.TIME_UNPROVEN: time.basis is TimeBasis.UNPROVEN,
        Note.CLOCK_DIFFERS: difference is not None and abs(difference) > clock_difference_noted_s,
        Note.CAPTURED_OFFLINE: time.captured_offline,
    }
    return {code for code, raised in seen.items() if raised}
