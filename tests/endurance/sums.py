"""What became of some check-ins, added up: the lines of the table."""

from collections.abc import Sequence
from dataclasses import dataclass
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
            unsettled=sum(self._wait_s(one, self.spans) > SETTLED_WITHIN_S for one in sent),
            slowest_s=max((self._recovery_s(one, spans) for one in sent), default=0.0),
        )

    def _touches(self, span: Span, sent: Sent) -> bool:
        settled = self.settled_s.get(sent.id, NEVER)
        return sent.captured_s <= span.ended_s and settled >= span.began_s

    def _wait_s(self, sent: Sent, spans: Sequence[Span]) -> float:
        """Give the seconds to the verdict from when the last fault that touched it was over."""
        ends = [span.ended_s for span in spans if self._touches(span, sent)]
        known = sent.captured_s if sent.acknowledged_s is None else sent.acknowledged_s
        return self.settled_s.get(sent.id, NEVER) - max([known, *ends])

    def _recovery_s(self, sent: Sent, spans: Sequence[Span]) -> float:
        """Give the longest time from the end of one of these faults to the verdict."""
        settled = self.settled_s.get(sent.id, NEVER)
        waits = [
            settled - max(span.ended_s, sent.captured_s)
            for span in spans
            if self._touches(span, sent)
        ]
        return max([*waits, 0.0])
