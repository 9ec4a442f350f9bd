"""What approving a set asks of an officer, by its photos and what comparing them said; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.records import PairAgreement, ReferencePhotoState

ENOUGH = 3  # photos; one alone misses six times as often
MOST_PHOTOS = 5
MOST_TRIED = 15  # with those that turned out to be of no use
A_PAIR = 2


@dataclass(frozen=True)
class Needs:
    """How many photos can be used, how many only against the gate, and whether they agree."""

    usable: int
    poor: int
    pairs: PairAgreement | None

    def compared(self, *, against_gate: bool) -> int:
        """Count the photos that selfies would be compared with."""
        return self.usable + (self.poor if against_gate else 0)

    def is_weak(self, *, against_gate: bool) -> bool:
        """Tell whether fewer are there than are enough, and why must be said."""
        return self.compared(against_gate=against_gate) < ENOUGH

    def pairs_need_reason(self, *, against_gate: bool) -> bool:
        """Tell whether two photos may be of two people, or nobody has compared them."""
        if self.compared(against_gate=against_gate) < A_PAIR:
            return False
        return self.pairs in {None, PairAgreement.DIFFER}


def needs_of(states: Sequence[ReferencePhotoState], pairs: PairAgreement | None) -> Needs:
    """Give what a set of photos in these states needs."""
    counted = list(states)
    return Needs(
        usable=counted.count(ReferencePhotoState.USABLE),
        poor=counted.count(ReferencePhotoState.POOR),
        pairs=pairs,
    )
