"""The hourly comparison of media with their rows: a slice a work row, what it found in a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from storage import work
from storage.reconcile import ROOMS, STRANGERS, Compared, depth_for, slices
from storage.records import Media, MediaFinding, MediaSweep, Queue, Work, WorkKind, Wrong
from storage.work import Subject

EVERY = timedelta(hours=1)
SWEEPS_A_DAY = timedelta(days=1) // EVERY


@dataclass(frozen=True)
class Slice:
    """The next slice of a sweep, and whose bytes it reads."""

    sweep_id: UUID
    beginning: str
    turn: int  # of `turns`: who is read in this sweep
    turns: int
    suspects: frozenset[UUID]  # changed when they were last read: read until they are right

    def reads(self, media_id: UUID) -> bool:
        """Tell whether the bytes of an object are read in this sweep."""
        return media_id in self.suspects or media_id.int % self.turns == self.turn


def begin_due(session: Session, now: datetime) -> frozenset[Queue]:
    """Begin the sweep of this hour, or go on with one that lost its work; gives what to ring."""
    last = session.scalars(select(MediaSweep).order_by(MediaSweep.number.desc()).limit(1)).first()
    if last is not None and last.finished_at is None and last.gave_up_at is None:
        return frozenset() if _is_promised(session, last.id) else _promise(session, last.id, now)
    if last is not None and now - last.started_at < EVERY:
        return frozenset()
    rows = session.scalar(select(func.count()).select_from(Media)) or 0
    number = 1 if last is None else last.number + 1
    sweep = MediaSweep(number=number, depth=depth_for(rows), started_at=now)
    session.add(sweep)
    session.flush()
    return _promise(session, sweep.id, now)


def next_slice(session: Session, sweep_id: UUID, days: int) -> Slice | None:
    """Give the slice that a sweep has come to; None for one that has ended."""
    sweep = session.get_one(MediaSweep, sweep_id)
    beginnings, turns = slices(sweep.depth), days * SWEEPS_A_DAY
    if sweep.finished_at is not None or sweep.position >= len(beginnings):
        return None
    suspects = session.scalars(
        select(MediaFinding.media_id).where(
            MediaFinding.gone_at.is_(None), MediaFinding.wrong == Wrong.CHANGED
        )
    )
    known = frozenset(one for one in suspects if one is not None)
    return Slice(sweep.id, beginnings[sweep.position], sweep.number % turns, turns, known)


def end_slice(session: Session, done: Slice, compared: Compared, now: datetime) -> frozenset[Queue]:
    """Write down what a slice came to and promise the next; gives what to ring."""
    keep(session, done.beginning, compared, now)
    sweep = session.get_one(MediaSweep, done.sweep_id, with_for_update=True)
    sweep.position += 1
    sweep.objects += compared.objects
    sweep.bytes_of += compared.read
    if sweep.position < len(slices(sweep.depth)):
        return _promise(session, sweep.id, now)
    sweep.finished_at = now
    return frozenset()


def give_up(session: Session, sweep_id: UUID, now: datetime) -> None:
    """End a sweep that cannot be done; the next hour begins another."""
    session.get_one(MediaSweep, sweep_id).gave_up_at = now


def keep(session: Session, beginning: str, compared: Compared, now: datetime) -> None:
    """Write down what is wrong in a slice, and that what was wrong there is right again."""
    found = [one for one in compared.disagreements if not one.fresh]
    for one in found:
        row = insert(MediaFinding).values(
            wrong=one.wrong,
            object_key=one.key,
            version_id=one.version_id,
            media_id=one.media_id,
            found_at=now,
        )
        session.execute(
            row.on_conflict_do_nothing(
                index_elements=["object_key", "version_id", "wrong"],
                index_where=MediaFinding.gone_at.is_(None),
            )
        )
    still = {(one.key, one.version_id, one.wrong) for one in found}
    for known in _open_below(session, beginning):
        if (known.object_key, known.version_id, known.wrong) not in still:
            known.gone_at = now


def end_finding(session: Session, key: str, version_id: str, now: datetime) -> None:
    """Write down that an object that no row names is there no more."""
    session.execute(
        update(MediaFinding)
        .where(
            MediaFinding.object_key == key,
            MediaFinding.version_id == version_id,
            MediaFinding.wrong == Wrong.UNKNOWN,
            MediaFinding.gone_at.is_(None),
        )
        .values(gone_at=now)
    )


def _open_below(session: Session, beginning: str) -> Sequence[MediaFinding]:
    key = MediaFinding.object_key
    below = (
        ~or_(*(key.op("~")(f"^{room}[0-9a-f]") for room in ROOMS))
        if beginning == STRANGERS
        else key.startswith(beginning, autoescape=True)
    )
    return session.scalars(select(MediaFinding).where(MediaFinding.gone_at.is_(None), below)).all()


def _is_promised(session: Session, sweep_id: UUID) -> bool:
    found = select(Work.number).where(
        Work.kind == WorkKind.COMPARE_MEDIA,
        Work.subject_id == sweep_id,
        Work.done_at.is_(None),
        Work.gave_up_at.is_(None),
    )
    return session.scalars(found.limit(1)).first() is not None


def _promise(session: Session, sweep_id: UUID, now: datetime) -> frozenset[Queue]:
    return frozenset({work.add(session, WorkKind.COMPARE_MEDIA, Subject(sweep_id), now)})
