"""When to try again: later and later, never all phones at once, and never before being asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from random import Random

LONGEST_WAIT_S = 3600.0


@dataclass(frozen=True)
class Patience:
    """How often one call tries, and how its waits grow."""

    attempts: int = 5
    first_wait_s: float = 1.0
    longest_growth_s: float = 60.0

    def wait_s(self, attempt: int, asked_s: float, chance: Random) -> float:
        """Return the wait after an attempt (from 0): what the server asked, and a random part."""
        growth = min(self.longest_growth_s, self.first_wait_s * 2**attempt)
        return min(asked_s, LONGEST_WAIT_S) + chance.uniform(0, growth)


ONCE = Patience(attempts=1)


def asked_wait_s(header: str | None, wall: Callable[[], datetime]) -> float:
    """Read a Retry-After header, in seconds or as a date; 0 if there is none to be read."""
    if not header:
        return 0.0
    if header.strip().isdecimal():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - wall()).total_seconds())
    except (TypeError, ValueError):
        return 0.0
