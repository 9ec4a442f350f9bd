"""Which faults happen together and when: drawn from a seed, the same for the same seed."""

from dataclasses import dataclass
from random import Random

from tests.endurance.faults import SHARED, Fault

TIMES = 3
FEWEST_PAIRS = 20
SLOT_S = 9.0
MOST_DRAWS = 10_000


@dataclass(frozen=True)
class Slot:
    """Two faults that overlap, and when the first begins."""

    begins_s: float
    first: Fault
    second: Fault
    second_after_s: float
    first_for_s: float
    second_for_s: float


def schedule(chance: Random) -> list[Slot]:
    """Draw slots in which every fault happens TIMES times at least, in many different pairs."""
    for _ in range(MOST_DRAWS):
        pairs = _pairs(chance)
        if pairs is not None:
            return [_slot(chance, place * SLOT_S, pair) for place, pair in enumerate(pairs)]
    message = "no schedule was found"
    raise ValueError(message)


def _pairs(chance: Random) -> list[tuple[Fault, Fault]] | None:
    faults = list(Fault) * TIMES
    if len(faults) % 2:
        faults.append(chance.choice(list(Fault)))
    chance.shuffle(faults)
    pairs = list(zip(faults[::2], faults[1::2], strict=True))
    clash = any(first == second or _hide(first, second) for first, second in pairs)
    different = {frozenset(pair) for pair in pairs}
    return None if clash or len(different) < FEWEST_PAIRS else pairs


def _hide(first: Fault, second: Fault) -> bool:
    return any({first, second} <= group for group in SHARED)


def _slot(chance: Random, begins_s: float, pair: tuple[Fault, Fault]) -> Slot:
    return Slot(
        begins_s=begins_s,
        first=pair[0],
        second=pair[1],
        second_after_s=chance.uniform(0.1, 1.0),
        first_for_s=chance.uniform(3.0, 5.0),
        second_for_s=chance.uniform(3.0, 5.0),
    )
