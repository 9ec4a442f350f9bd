"""The comparison at the end: what phones hold receipts for against database and store."""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select

from mobile_contract.codes import CheckInState
from storage.database import DatabaseUnavailableError, Scope, ScopeKind, transaction
from storage.media import ObjectDiffersError, ObjectMissingError
from storage.parts import Parts
from storage.records import CheckIn, EvidenceRow, Media, MediaKind, ReceiptRow
from storage.stored_media import stored_object
from tests.endurance.faults import Span
from tests.endurance.history import History, Sent, Stopwatch

LOOKER = Scope(ScopeKind.COMMAND, "endurance")
UNSETTLED = (CheckInState.RECEIVED, CheckInState.VERIFYING)
ACCEPTED = "accepted"
LOOK_EVERY_S = 0.5


@dataclass
class Watcher:
    """Notes when each check-in is first seen settled, by a clock that no fault touches."""

    parts: Parts
    watch: Stopwatch
    settled_s: dict[UUID, float] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Look until `end`."""
        threading.Thread(target=self._look_on, daemon=True).start()

    def end(self) -> None:
        """Look no more."""
        self._stopping.set()

    def look(self) -> None:
        """Note what is settled now."""
        with transaction(self.parts.sessions, LOOKER) as session:
            settled = session.scalars(select(CheckIn.id).where(CheckIn.state.not_in(UNSETTLED)))
            for one in settled:
                self.settled_s.setdefault(one, self.watch.seconds())

    def wait_for(self, wanted: Iterable[UUID], within_s: float) -> None:
        """Wait until all of these are settled, or the time is over."""
        until, missing = time.monotonic() + within_s, set(wanted)
        while missing - self.settled_s.keys() and time.monotonic() < until:
            time.sleep(LOOK_EVERY_S)

    def _look_on(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            try:
                self.look()
            except DatabaseUnavailableError:
                continue


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
class Found:
    """What database and store hold at the end."""

    rows: frozenset[UUID]
    doubled: frozenset[UUID]
    whole: frozenset[UUID]  # with every declared file, its bytes as declared


def found(parts: Parts, history: History) -> Found:
    """Look at everything that was sent."""
    with transaction(parts.sessions, LOOKER) as session:
        rows = Counter(session.scalars(select(CheckIn.id)))
        looked = session.execute(
            select(EvidenceRow.checkin_id, func.count()).group_by(EvidenceRow.checkin_id)
        )
        evidence = Counter(dict(looked.tuples().all()))
        receipts = Counter(
            session.scalars(select(ReceiptRow.checkin_id).where(ReceiptRow.code == ACCEPTED))
        )
        media = list(session.scalars(select(Media).where(Media.kind == MediaKind.CHECKIN)))
    held = {(row.checkin_id, row.name): row for row in media if row.checkin_id}
    twice = {one for counted in (rows, evidence, receipts) for one in counted if counted[one] > 1}
    unknown = set(rows) - set(history.sent)
    whole = {sent.submission.id for sent in history.sent.values() if _is_whole(parts, held, sent)}
    return Found(frozenset(rows), frozenset(twice | unknown), frozenset(whole))


def _is_whole(parts: Parts, held: dict[tuple[UUID, str], Media], sent: Sent) -> bool:
    for name, data in sent.submission.files.items():
        row = held.get((sent.submission.id, name))
        if row is None:
            return False
        try:
            if parts.media.fetch(stored_object(row)) != data:
                return False
        except (ObjectMissingError, ObjectDiffersError):
            return False
    return True


def sums(
    sent: Sequence[Sent], seen: Found, settled_s: dict[UUID, float], spans: Sequence[Span]
) -> Sums:
    """Add up what became of some acknowledged check-ins."""
    ids = [one.submission.id for one in sent]
    return Sums(
        acknowledged=len(ids),
        present=sum(one in seen.rows for one in ids),
        doubled=sum(one in seen.doubled for one in ids),
        media_missing=sum(one not in seen.whole for one in ids),
        unsettled=sum(one not in settled_s for one in ids),
        slowest_s=max((_recovery(one, settled_s, spans) for one in sent), default=0.0),
    )


def touched(sent: Sent, settled_s: dict[UUID, float], spans: Sequence[Span]) -> bool:
    """Tell whether a check-in was under way while one of these faults lasted."""
    until = settled_s.get(sent.submission.id, float("inf"))
    return any(sent.captured_s <= span.ended_s and until >= span.began_s for span in spans)


def _recovery(sent: Sent, settled_s: dict[UUID, float], spans: Sequence[Span]) -> float:
    """Seconds from the end of the fault (or the capture, if later) to the verdict."""
    settled = settled_s.get(sent.submission.id)
    if settled is None:
        return float("inf")
    waits = [
        settled - max(span.ended_s, sent.captured_s)
        for span in spans
        if touched(sent, settled_s, [span])
    ]
    return max([*waits, 0.0])
