"""What became of some check-ins, added up: the lines of the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from tests.endurance.faults import Span
from tests.endurance.history import Sent
from tests.endurance.tally import Found

SETTLED_WITHIN_S = 120.0
NEVER = float("inf")


@dataclass(frozen=True)
class Sums:
    """What became of some check-ins."""

    acknowledged: int
    present: int
    doubled: int
    media_missing: int
    unsettled: int
    slowest_s: float

    @property
    def is_good(self) -> bool:
        """Tell whether nothing is missing, doubled or hanging."""
        whole = self.present == self.acknowledged
        return whole and not (self.doubled or self.media_missing or self.unsettled)


@dataclass(frozen=True)
class Outcome:
    """Everything known at the end."""

    sent: Sequence[Sent]  # acknowledged ones
    found: Found
    settled_s: dict[UUID, float]
    spans: Sequence[Span]

    def touched(self, spans: Sequence[Span]) -> list[Sent]:
        """Give the check-ins that were under way while one of these faults lasted."""
        return [one for one in self.sent if any(self._touches(span, one) for span in spans)]

    def sums(self, sent: Sequence[Sent], spans: Sequence[Span]) -> Sums:
        """Add up what became of some check-ins, and how long they needed after these faults."""
        ids = {one.id for one in sent}
        return Sums(
            acknowledged=len(ids),
            present=len(ids & self.found.rows),
            doubled=len(ids & self.found.doubled),
            media_missing=len(ids - self.found.whole),
            unsettled=sum(self._wait_s(one) > SETTLED_WITHIN_S for one in sent),
            slowest_s=max((self._recovery_s(one, spans) for one in sent), default=0.0),
        )

    def _touches(self, span: Span, sent: Sent) -> bool:
        settled = self.settled_s.get(sent.id, NEVER)
        return sent.captured_s <= span.ended_s and settled >= span.began_s

    def _wait_s(self, sent: Sent) -> float:
        """Give the seconds to the verdict from when nothing stood in its way any more.

        That is when the last fault that touched it was over, and all that came before it was done:
        where a slow machine works off a backlog, nothing hangs.
        """
        settled, known = self.settled_s.get(sent.id, NEVER), sent.acknowledged_s or sent.captured_s
        faults = [span.ended_s for span in self.spans if self._touches(span, sent)]
        before = [at for came, at in self._verdicts if came < known and at <= settled]
        return settled - max([known, *faults, *before])

    @cached_property
    def _verdicts(self) -> list[tuple[float, float]]:
        """Give when each settled check-in was acknowledged, and when it was settled."""
        return [
            (one.acknowledged_s or one.captured_s, self.settled_s[one.id])
            for one in self.sent
            if one.id in self.settled_s
        ]

    def _recovery_s(self, sent: Sent, spans: Sequence[Span]) -> float:
        """Give the longest time from the end of one of these faults to the verdict."""
        settled = self.settled_s.get(sent.id, NEVER)
        waits = [
            settled - max(span.ended_s, sent.captured_s)
            for span in spans
            if self._touches(span, sent)
        ]
        return max([*waits, 0.0])
