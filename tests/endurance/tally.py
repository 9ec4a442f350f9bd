"""The comparison at the end: what phones hold receipts for against database and store."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState
from mobile_contract.receipts import ACCEPTED
from storage.database import transaction
from storage.media import ObjectDiffersError, ObjectMissingError
from storage.parts import Parts
from storage.records import CheckIn, EvidenceRow, Media, MediaKind, ReceiptRow, Work
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
        """Wait until these are settled, nobody will settle what is left, or the time is over."""
        until, hopeless = self.watch.seconds() + within_s, 0
        while self.watch.seconds() < until and hopeless < HOPELESS_LOOKS:
            asked_patiently(self.parts, self._note)
            left = set(wanted) - self.settled_s.keys()
            if not left:
                return
            hopeless = hopeless + 1 if left <= forgotten(self.parts) else 0
            self._stopping.wait(LOOK_EVERY_S)

    def _note(self, session: Session) -> None:
        settled = session.scalars(select(CheckIn.id).where(CheckIn.state.not_in(UNSETTLED)))
        for one in settled:
            self.settled_s.setdefault(one, self.watch.seconds())

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
    two_receipts: frozenset[UUID]  # answers or database tell of different receipts
    whole: frozenset[UUID]  # with every declared file, its bytes as declared

    @property
    def doubled(self) -> frozenset[UUID]:
        """Give every check-in of which something is there twice."""
        return self.judged_twice | self.unsent | self.two_receipts


def found(parts: Parts, history: History) -> Found:
    """Look at everything that was sent."""
    with transaction(parts.sessions, LOOKER) as session:
        rows = frozenset(session.scalars(select(CheckIn.id)))
        concluded = _counted(
            session,
            select(EvidenceRow.checkin_id, func.count())
            .where(EvidenceRow.face_verdict != str(FaceVerdict.ERROR))
            .group_by(EvidenceRow.checkin_id),
        )
        signatures = session.execute(
            select(ReceiptRow.checkin_id, ReceiptRow.signature).where(ReceiptRow.code == ACCEPTED)
        )
        receipts = {one: {receipt.signature for receipt in history.receipts[one]} for one in rows}
        for checkin, signature in signatures:
            receipts.setdefault(checkin, set()).add(signature)
        media = session.scalars(select(Media).where(Media.kind == MediaKind.CHECKIN)).all()
    held = {(row.checkin_id, row.name): row for row in media if row.checkin_id}
    return Found(
        rows=rows,
        judged_twice=frozenset(one for one, looks in concluded.items() if looks > 1),
        unsent=rows - history.sent.keys(),
        two_receipts=frozenset(one for one, different in receipts.items() if len(different) > 1),
        whole=frozenset(one.id for one in history.sent.values() if _is_whole(parts, held, one)),
    )


def _counted(session: Session, wanted: Select[UUID, int]) -> Counter[UUID]:
    return Counter(dict(session.execute(wanted).tuples().all()))


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
