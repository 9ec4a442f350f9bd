"""The comparison at the end: what phones hold receipts for against database and store."""

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState
from mobile_contract.receipts import ACCEPTED
from storage.database import transaction
from storage.media import ObjectDiffersError, ObjectMissingError
from storage.parts import Parts
from storage.records import CheckIn, EvidenceRow, Media, MediaKind, Notice, ReceiptRow, Work
from storage.stored_media import stored_object
from tests.endurance.history import History, Sent, Stopwatch
from tests.endurance.waiting import LOOKER, asked_patiently
from verifier.verdicts.evidence import FaceVerdict

UNSETTLED = (CheckInState.RECEIVED, CheckInState.VERIFYING)
LOOK_EVERY_S = 0.5
HOPELESS_LOOKS = 10


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

    def wait_for(self, wanted: Sequence[UUID], within_s: float) -> None:
        """Wait until these are settled, nobody will settle the rest, or none was for so long."""
        begun, hopeless = self.watch.seconds(), 0
        while hopeless < HOPELESS_LOOKS:
            asked_patiently(self.parts, self._note)
            left = set(wanted) - self.settled_s.keys()
            last = max(self.settled_s.values(), default=begun)
            if not left or self.watch.seconds() > max(begun, last) + within_s:
                return
            hopeless = hopeless + 1 if left <= forgotten(self.parts) else 0
            self._stopping.wait(LOOK_EVERY_S)

    def _note(self, session: Session) -> None:
        settled = session.scalars(select(CheckIn.id).where(CheckIn.state.not_in(UNSETTLED)))
        now = self.watch.seconds()
        for one in settled:
            self.settled_s.setdefault(one, now)

    def _look_on(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            asked_patiently(self.parts, self._note)


def forgotten(parts: Parts) -> set[UUID]:
    """Give the unsettled check-ins that no row of work promises to settle."""
    promised = select(Work.subject_id).where(Work.done_at.is_(None), Work.gave_up_at.is_(None))
    wanted = select(CheckIn.id).where(
        CheckIn.state.in_(UNSETTLED), CheckIn.id.not_in(promised.scalar_subquery())
    )
    return asked_patiently(parts, lambda session: set(session.scalars(wanted)))


@dataclass(frozen=True)
class Found:
    """What database and store hold at the end."""

    rows: frozenset[UUID]
    judged_twice: frozenset[UUID]  # two looks that both concluded
    unsent: frozenset[UUID]  # rows that no phone ever sent
    kept_twice: frozenset[UUID]  # two rows of one file
    told_twice: frozenset[UUID]  # two messages of one kind to the person
    two_receipts: frozenset[UUID]  # answers or database tell of different receipts
    whole: frozenset[UUID]  # with every declared file, its bytes as declared

    @property
    def doubled(self) -> frozenset[UUID]:
        """Give every check-in of which something is there twice."""
        twice = self.judged_twice | self.kept_twice | self.told_twice
        return twice | self.unsent | self.two_receipts


def found(parts: Parts, history: History) -> Found:
    """Look at everything that was sent."""
    concluded = EvidenceRow.face_verdict != str(FaceVerdict.ERROR)
    with transaction(parts.sessions, LOOKER) as session:
        rows = frozenset(session.scalars(select(CheckIn.id)))
        media = session.scalars(select(Media).where(Media.kind == MediaKind.CHECKIN)).all()
        looks = session.execute(select(EvidenceRow.checkin_id).where(concluded)).all()
        notices = session.execute(select(Notice.checkin_id, Notice.kind)).all()
        two_receipts = _two_receipts(session, history)
    return Found(
        rows=rows,
        judged_twice=_twice(looks),
        unsent=rows - history.sent.keys(),
        kept_twice=_twice((row.checkin_id, row.name) for row in media),
        told_twice=_twice(notices),
        two_receipts=two_receipts,
        whole=_whole(parts, history, media),
    )


def _twice(rows: Iterable[Sequence[Any]]) -> frozenset[UUID]:
    """Give the check-ins, first in each row, of which the same row is there more than once."""
    counted = Counter(tuple(row) for row in rows)
    return frozenset(row[0] for row, count in counted.items() if count > 1 and row[0] is not None)


def _two_receipts(session: Session, history: History) -> frozenset[UUID]:
    """Give the check-ins of which answers, or the database, tell of different receipts."""
    stored = select(ReceiptRow.checkin_id, ReceiptRow.signature).where(ReceiptRow.code == ACCEPTED)
    told = {(one, receipt.signature) for one, each in history.receipts.items() for receipt in each}
    different = Counter(one for one, _ in told | set(session.execute(stored).tuples()))
    return frozenset(one for one, count in different.items() if count > 1)


def _whole(parts: Parts, history: History, media: Iterable[Media]) -> frozenset[UUID]:
    held = {(row.checkin_id, row.name): row for row in media if row.checkin_id}
    return frozenset(one.id for one in history.sent.values() if _is_whole(parts, held, one))


def _is_whole(parts: Parts, held: dict[tuple[UUID, str], Media], sent: Sent) -> bool:
    for name, data in sent.submission.files.items():
        row = held.get((sent.id, name))
        if row is None:
            return False
        try:
            if parts.media.fetch(stored_object(row)) != data:
                return False
        except (ObjectMissingError, ObjectDiffersError):
            return False
    return True
