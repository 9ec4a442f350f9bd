"""Which faults happen together and when: drawn from a seed, the same for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.endurance.broken import Safeguard
from tests.endurance.faults import BRIEF, Fault, Span, hide, overlapping, times

TIMES = 3
FEWEST_PAIRS = 20
SLOT_S = 6.0
MOST_DRAWS = 10_000
# Where a safeguard is taken away, only the faults it guards against are caused, and often.
AGAINST = {
    Safeguard.OUTBOX: (Fault.WEB_KILLED,) * 3,
    Safeguard.GUARD: (Fault.HORSE_FROZEN,) * 3,
}

Pair = tuple[Fault, ...]


@dataclass(frozen=True)
class Slot:
    """Faults that overlap, and when the first begins; alone where there is one only."""

    begins_s: float
    faults: Pair
    second_after_s: float
    lasts_s: float


def schedule(chance: Random) -> list[Slot]:
    """Draw slots in which every fault happens TIMES times at least, in many different pairs."""
    for _ in range(MOST_DRAWS):
        pairs = _pairs(chance)
        if pairs is not None:
            return slots_of(chance, pairs)
    message = "no schedule was found"
    raise ValueError(message)


def targeted(chance: Random, gone: Safeguard) -> list[Slot]:
    """Give the slots that a missing safeguard cannot stand."""
    return slots_of(chance, [(fault,) for fault in AGAINST[gone]])


def slots_of(chance: Random, pairs: Sequence[Pair]) -> list[Slot]:
    """Lay pairs one after the other; what is over in an instant comes second."""
    return [
        Slot(
            begins_s=place * SLOT_S,
            faults=tuple(sorted(pair, key=lambda fault: fault in BRIEF)),
            second_after_s=chance.uniform(0.05, 0.4),
            lasts_s=chance.uniform(2.5, 4.0),
        )
        for place, pair in enumerate(pairs)
    ]


def lacking(chance: Random, spans: Sequence[Span]) -> list[Pair]:
    """Draw what must happen once more: a fault that had no effect counts for nothing."""
    short = [fault for fault in Fault if times(spans, fault) < TIMES]
    if not short and len(overlapping(spans)) >= FEWEST_PAIRS:
        return []
    return [_pair_with(chance, fault) for fault in short or [chance.choice(list(Fault))]]


def _pair_with(chance: Random, fault: Fault) -> Pair:
    others = [other for other in Fault if other is not fault and not hide(fault, other)]
    return fault, chance.choice(others)


def _pairs(chance: Random) -> list[Pair] | None:
    faults = list(Fault) * TIMES
    if len(faults) % 2:
        faults.append(chance.choice(list(Fault)))
    chance.shuffle(faults)
    pairs = list(zip(faults[::2], faults[1::2], strict=True))
    clash = any(first is second or hide(first, second) for first, second in pairs)
    different = {frozenset(pair) for pair in pairs}
    return None if clash or len(different) < FEWEST_PAIRS else list(pairs)
