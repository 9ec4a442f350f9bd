"""What is enrolled of a person, and what is being collected."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from storage.records import (
    Media,
    MediaState,
    Officer,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
)

ENOUGH = 3  # photos; one alone misses six times as often
SHOWN = (ReferenceSetState.COLLECTING, ReferenceSetState.APPROVED)


@dataclass(frozen=True)
class PhotoOfSet:
    """One photo; `fault` is a face verdict where the models could not use it."""

    id: UUID
    state: ReferencePhotoState
    fault: str | None
    rendition_id: UUID | None


@dataclass(frozen=True)
class SetSeen:
    """One enrolment."""

    id: UUID
    state: ReferenceSetState
    since: datetime
    created_by: str
    approved_by: str | None
    weak_reason: str | None
    photos: tuple[PhotoOfSet, ...]

    @property
    def usable(self) -> int:
        """Count the photos that the models can use."""
        return sum(one.state is ReferencePhotoState.USABLE for one in self.photos)

    @property
    def examining(self) -> int:
        """Count the photos that the worker has not looked at yet."""
        return sum(one.state is ReferencePhotoState.EXAMINING for one in self.photos)

    @property
    def is_weak(self) -> bool:
        """Tell whether approving needs a reason: fewer photos, more people asked in vain."""
        return self.usable < ENOUGH


@dataclass(frozen=True)
class Enrolment:
    """What is enrolled of a person, and what is being collected."""

    approved: SetSeen | None = None
    collecting: SetSeen | None = None


def enrolment_of(session: Session, offender_id: UUID) -> Enrolment:
    """Give a person's current sets."""
    rows = session.scalars(
        select(ReferenceSet).where(
            ReferenceSet.offender_id == offender_id, ReferenceSet.state.in_(SHOWN)
        )
    )
    seen = {row.state: _seen(session, row) for row in rows}
    return Enrolment(seen.get(ReferenceSetState.APPROVED), seen.get(ReferenceSetState.COLLECTING))


def _seen(session: Session, row: ReferenceSet) -> SetSeen:
    approver = session.get(Officer, row.approved_by) if row.approved_by else None
    return SetSeen(
        id=row.id,
        state=row.state,
        since=row.state_since,
        created_by=session.get_one(Officer, row.created_by).name,
        approved_by=approver.name if approver else None,
        weak_reason=row.weak_reason,
        photos=_photos(session, row.id),
    )


def _photos(session: Session, set_id: UUID) -> tuple[PhotoOfSet, ...]:
    rendition = aliased(Media)
    rows = session.execute(
        select(ReferencePhoto, rendition.id)
        .outerjoin(
            rendition,
            (rendition.original_id == ReferencePhoto.media_id)
            & (rendition.state == MediaState.STORED),
        )
        .where(ReferencePhoto.set_id == set_id)
        .order_by(ReferencePhoto.added_at, ReferencePhoto.id)
    )
    return tuple(
        PhotoOfSet(photo.id, photo.state, photo.fault, rendition_id) for photo, rendition_id in rows
    )
