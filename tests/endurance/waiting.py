"""How a fault waits for its effect and says what it was, and how one looks meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from storage.database import DatabaseUnavailableError, Scope, ScopeKind, transaction
from storage.parts import Parts

Found = TypeVar("Found")

LOOKER = Scope(ScopeKind.COMMAND, "endurance")

# How long a fault is kept up until it has had an effect: much, for a machine that is busy.
HAPPENS_WITHIN_S = 45.0
BACK_WITHIN_S = 60.0
LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class Did:
    """When a fault began, in seconds since the beginning, and how much it did."""

    began_s: float
    effect: int


def wait_until(look: Callable[[], object], within_s: float, every_s: float = LOOK_EVERY_S) -> bool:
    """Wait for something to be true; says whether it was in time."""
    until = time.monotonic() + within_s
    while not look():
        if time.monotonic() > until:
            return False
        time.sleep(every_s)
    return True


def asked_patiently(parts: Parts, ask: Callable[[Session], Found]) -> Found:
    """Look into the database, as soon as it is there."""
    while True:
        try:
            with transaction(parts.sessions, LOOKER) as session:
                return ask(session)
        except DatabaseUnavailableError:
            time.sleep(0.5)
