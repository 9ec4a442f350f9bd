"""Windows, and which of them a check-in belongs to: the server picks, the phone only hints."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from verifier.attendance.plans import WindowTimes
from verifier.capture import CaptureTime


@dataclass(frozen=True)
class Window(WindowTimes):
    """One due check-in of one person (签到时段)."""

    id: UUID


def choose(windows: Iterable[Window], instant: datetime) -> Window | None:
    """Returns the window open at an instant whose grace ends first; None where none is open."""
    return _first_to_end([window for window in windows if window.is_open(instant)])


def choose_for_capture(windows: Iterable[Window], capture: CaptureTime) -> Window | None:
    """Returns the window a check-in counts for, None if it settles none.

    A proven time decides alone. Without proof the phone's claim is followed, so that a report of
    yesterday never takes today's place; where the claim is in no window, reception counts.
    """
    windows = tuple(windows)
    if capture.proven_at is not None:
        return choose(windows, capture.proven_at)
    claimed = choose(windows, capture.claimed_at) if capture.claimed_at else None
    found = claimed or choose(windows, capture.received_at)
    if found is None and capture.claimed_at is None:
        return _just_ended(windows, capture)
    return found


def _just_ended(windows: Iterable[Window], capture: CaptureTime) -> Window | None:
    """Returns the last window that a report without any believable time may have been made for.

    It is then looked at by an officer; taking none would let the machine call the window missed.
    """
    ended = [
        window
        for window in windows
        if window.grace_ends < capture.received_at <= window.upload_until
        and (capture.not_before is None or capture.not_before <= window.grace_ends)
    ]
    return max(ended, key=lambda window: (window.grace_ends, window.id), default=None)


def _first_to_end(windows: Iterable[Window]) -> Window | None:
    return min(windows, key=lambda window: (window.grace_ends, window.id), default=None)
