"""A phone's three clocks, and ids made from them; all of it can be handed in."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")
NO_BOOT_ID = "unknown"


@dataclass(frozen=True)
class Clocks:
    """Wall clock, milliseconds since boot (sleep included), the boot's id, and waiting."""

    wall: Callable[[], datetime]
    monotonic_ms: Callable[[], int]
    boot_id: Callable[[], str]
    sleep: Callable[[float], None]


def system_clocks() -> Clocks:
    """Return the clocks of this machine."""
    return Clocks(lambda: datetime.now(UTC), _since_boot_ms, _boot_id, time.sleep)


def _since_boot_ms() -> int:
    # CLOCK_MONOTONIC stands still while a phone sleeps, and a check-in would look younger.
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def _boot_id() -> str:
    try:
        return BOOT_ID_FILE.read_text(encoding="ascii").strip()
    except OSError:
        return NO_BOOT_ID


def uuid7(now: datetime, chance: Random) -> UUID:
    """Make a UUIDv7 (RFC 9562): the instant in milliseconds, then 74 random bits."""
    milliseconds = int(now.timestamp() * 1000) & (1 << 48) - 1
    version_and_random = 7 << 12 | chance.getrandbits(12)
    variant_and_random = 2 << 62 | chance.getrandbits(62)
    return UUID(int=milliseconds << 80 | version_and_random << 64 | variant_and_random)
