"""Changing the model of enrolled photos: begin, promise the next photo, conclude; for all houses.

Joins the caller's transaction. The row of the change is the lock under which photos are promised
and counted: of two workers that conclude at once, the later sees what the earlier did.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from storage import work
from storage.records import (
    OPEN_SETS,
    ModelChange,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    ReferenceVector,
    Work,
    WorkKind,
)

# As many photos at once as there may be workers; more would only stand before check-ins.
AT_ONCE = 8
COMPARABLE = (ReferencePhotoState.USABLE, ReferencePhotoState.POOR)


class OtherChangeError(Exception):
    """Another change is under way."""


@dataclass(frozen=True)
class Progress:
    """How far a change is."""

    photos: int
    concluded: int
    given_up: int
    finished: bool


def begin(session: Session, sha256: str, asked_by: str, now: datetime) -> UUID:
    """Begin a change to a model, or go on with the one that was begun; gives its id.

    Raises OtherChangeError. One that is finished begins anew only where photos lack vectors.
    """
    unfinished = session.scalars(
        select(ModelChange).where(ModelChange.finished_at.is_(None)).with_for_update()
    ).first()
    if unfinished is not None:
        if unfinished.to_sha256 != sha256:
            raise OtherChangeError
        return unfinished.id
    return _begun(session, sha256, asked_by, now).id


def progress(session: Session, change_id: UUID) -> Progress:
    """Say how far a change is."""
    row = session.get_one(ModelChange, change_id, populate_existing=True)
    return Progress(row.photos, row.concluded, row.given_up, row.finished_at is not None)


def judging_sha256(session: Session) -> str | None:
    """Give the model that the last finished change was to; None before there was any."""
    return session.scalar(
        select(ModelChange.to_sha256)
        .where(ModelChange.finished_at.is_not(None))
        .order_by(ModelChange.finished_at.desc())
        .limit(1)
    )


def wanted_sha256(session: Session) -> str | None:
    """Give the model that enrolled photos are to have: that of the change under way, else the
    one that judges; None before there was any change."""
    under_way = select(ModelChange.to_sha256).where(ModelChange.finished_at.is_(None)).limit(1)
    return session.scalar(under_way) or judging_sha256(session)


def unfinished(session: Session) -> ModelChange | None:
    """Give the change under way, locked."""
    return session.scalars(
        select(ModelChange).where(ModelChange.finished_at.is_(None)).with_for_update()
    ).first()


def conclude(session: Session, now: datetime, *, given_up: bool = False) -> None:
    """Count a photo as done with, promise the next, and finish the change with the last."""
    change = unfinished(session)
    if change is None:
        return
    change.concluded += 1
    change.given_up += int(given_up)
    _promise_next(session, change, now)
    if change.concluded >= change.promised and not _one_waits(session):
        change.finished_at = now


def promise_lacking(session: Session, photo: ReferencePhoto, now: datetime) -> None:
    """Promise a new photo that a worker without the newest model has looked at."""
    change = unfinished(session)
    wanted = judging_sha256(session) if change is None else change.to_sha256
    if wanted is None or photo.state not in COMPARABLE:
        return
    lacks = select(ReferencePhoto.id).where(ReferencePhoto.id == photo.id, _lacks(wanted))
    if session.scalar(lacks) is not None:
        _promise(session, change, photo, now)


def _one_waits(session: Session) -> bool:
    """Say whether a photo is still to come, of this change or promised before it began."""
    waits = select(Work.number).where(
        Work.kind == WorkKind.RE_EMBED_REFERENCE,
        Work.done_at.is_(None),
        Work.gave_up_at.is_(None),
    )
    return session.scalar(waits.limit(1)) is not None


def _promise(
    session: Session, change: ModelChange | None, photo: ReferencePhoto, now: datetime
) -> None:
    owner = session.get_one(ReferenceSet, photo.set_id).offender_id
    if change is not None:
        change.promised += 1
    work.add(session, WorkKind.RE_EMBED_REFERENCE, work.Subject(photo.id, owner), now)


def _begun(session: Session, sha256: str, asked_by: str, now: datetime) -> ModelChange:
    photos = session.scalar(
        select(func.count()).select_from(ReferencePhoto).where(_lacks(sha256), _counts())
    )
    change = ModelChange(to_sha256=sha256, asked_by=asked_by, asked_at=now, photos=photos or 0)
    session.add(change)
    session.flush()
    for _ in range(AT_ONCE):
        _promise_next(session, change, now)
    if not change.promised:
        change.finished_at = now
    return change


def _promise_next(session: Session, change: ModelChange, now: datetime) -> None:
    after = [] if change.position is None else [ReferencePhoto.id > change.position]
    photo = session.scalars(
        select(ReferencePhoto)
        .where(_lacks(change.to_sha256), _counts(), *after)
        .order_by(ReferencePhoto.id)
        .limit(1)
    ).first()
    if photo is None:
        return
    change.position = photo.id
    _promise(session, change, photo, now)
    session.flush()


def _lacks(sha256: str) -> ColumnElement[bool]:
    vectors = select(ReferenceVector.photo_id).where(
        ReferenceVector.photo_id == ReferencePhoto.id, ReferenceVector.model_sha256 == sha256
    )
    return ~vectors.exists()


def _counts() -> ColumnElement[bool]:
    """Only photos that are, or may come to be, compared with."""
    sets = select(ReferenceSet.id).where(
        ReferenceSet.id == ReferencePhoto.set_id,
        ReferenceSet.state.in_((*OPEN_SETS, ReferenceSetState.APPROVED)),
    )
    return and_(ReferencePhoto.state.in_(COMPARABLE), sets.exists())
