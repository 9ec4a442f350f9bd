"""What can go wrong, what may not happen together, and when each thing truly did."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations


class Fault(StrEnum):
    """Everything that goes wrong."""

    WEB_KILLED = "web killed"
    WORKER_KILLED = "worker killed"
    HORSE_KILLED = "horse killed"
    HORSE_FROZEN = "horse frozen past its lease"
    CHORES_KILLED = "chores killed"
    CLOCK_KILLED = "clock killed"
    BELL_EMPTIED = "bell emptied"
    BELL_FORGOTTEN = "bell restarted without its file"
    DATABASE_RESTARTED = "database restarted"
    DATABASE_IMMEDIATE = "database stopped at once"
    STORE_STOPPED = "store stopped"
    STORE_SLOW = "store slow"
    STORE_FULL = "store's disk full"
    STORE_CUT = "store cut in mid-upload"
    PHONE_CUT = "phone cut in mid-upload"
    ANSWER_LOST = "answer lost"
    CLOCK_AHEAD = "a process's clock an hour ahead"
    CLOCK_BEHIND = "a process's clock an hour behind"


# What a fault must have done to count: the number that its effect is measured in.
SEEN = {
    Fault.WEB_KILLED: "processes died",
    Fault.WORKER_KILLED: "processes died",
    Fault.HORSE_KILLED: "processes died",
    Fault.HORSE_FROZEN: "rows taken over from a frozen horse",
    Fault.CHORES_KILLED: "processes died",
    Fault.CLOCK_KILLED: "processes died",
    Fault.BELL_EMPTIED: "keys forgotten",
    Fault.BELL_FORGOTTEN: "keys forgotten",
    Fault.DATABASE_RESTARTED: "connections broken",
    Fault.DATABASE_IMMEDIATE: "connections broken",
    Fault.STORE_STOPPED: "requests found nobody",
    Fault.STORE_SLOW: "requests waited",
    Fault.STORE_FULL: "uploads refused",
    Fault.STORE_CUT: "uploads cut",
    Fault.PHONE_CUT: "uploads cut",
    Fault.ANSWER_LOST: "answers lost",
    Fault.CLOCK_AHEAD: "processes saw the wrong time",
    Fault.CLOCK_BEHIND: "processes saw the wrong time",
}

_DATABASE = frozenset({Fault.DATABASE_RESTARTED, Fault.DATABASE_IMMEDIATE})
_STORE = frozenset({Fault.STORE_STOPPED, Fault.STORE_SLOW, Fault.STORE_FULL, Fault.STORE_CUT})
# These act on one thing: the later waits until the earlier has passed.
SHARED = (
    frozenset({Fault.WORKER_KILLED, Fault.HORSE_KILLED}),
    frozenset({Fault.HORSE_FROZEN}),
    frozenset({Fault.CHORES_KILLED}),
    frozenset({Fault.CLOCK_KILLED}),
    frozenset({Fault.BELL_EMPTIED, Fault.BELL_FORGOTTEN}),
    _DATABASE,
    _STORE,
    frozenset({Fault.PHONE_CUT, Fault.ANSWER_LOST, Fault.WEB_KILLED}),
    frozenset({Fault.CLOCK_AHEAD, Fault.CLOCK_BEHIND}),
)
# Over in an instant: such a fault comes second, while the other one of its pair lasts.
BRIEF = frozenset({Fault.BELL_EMPTIED, Fault.HORSE_KILLED})
# Never scheduled together: one would hide the other. Without bell or database no horse is forked.
APART = (
    *SHARED,
    BRIEF,
    _DATABASE | {Fault.HORSE_KILLED},
    frozenset({Fault.BELL_FORGOTTEN, Fault.HORSE_KILLED}),
)


def hide(first: Fault, second: Fault) -> bool:
    """Tell whether one of two faults would hide the other."""
    return any({first, second} <= group for group in APART)


@dataclass(frozen=True)
class Span:
    """When a fault lasted, in seconds since the beginning, and how much it did."""

    fault: Fault
    began_s: float
    ended_s: float
    effect: int  # in the unit of SEEN; 0: it did not happen

    def overlaps(self, other: "Span") -> bool:
        """Tell whether both lasted at some moment."""
        return self.began_s <= other.ended_s and other.began_s <= self.ended_s


def times(spans: Iterable[Span], fault: Fault) -> int:
    """Count how often a fault truly happened."""
    return sum(span.fault is fault and span.effect > 0 for span in spans)


def overlapping(spans: Iterable[Span]) -> set[frozenset[Fault]]:
    """Give the pairs of different faults that truly overlapped in time."""
    real = [span for span in spans if span.effect > 0]
    return {
        frozenset({one.fault, other.fault})
        for one, other in combinations(real, 2)
        if one.fault is not other.fault and one.overlaps(other)
    }
