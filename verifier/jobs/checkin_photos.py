"""What came of a check-in's photos."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from storage.media import StoredObject
from storage.records import Media, MediaKind
from storage.stored_media import stored_object

SELFIE = "selfie"

_picture = aliased(Media)


def selfie_of(session: Session, offender_id: UUID, checkin_id: UUID) -> Media | None:
    """Returns the selfie of a check-in, if one is held."""
    return session.scalars(
        select(Media).where(
            Media.offender_id == offender_id,
            Media.checkin_id == checkin_id,
            Media.kind == MediaKind.CHECKIN,
            Media.name == SELFIE,
        )
    ).first()


def photos_of(session: Session, offender_id: UUID, checkin_id: UUID) -> dict[str, StoredObject]:
    """Returns what is held of a check-in's photos, by the names the phone gave them."""
    rows = session.scalars(
        select(Media).where(
            Media.offender_id == offender_id,
            Media.checkin_id == checkin_id,
            Media.kind == MediaKind.CHECKIN,
        )
    )
    return {row.name: stored_object(row) for row in rows}


def without_picture(session: Session, offender_id: UUID, checkin_id: UUID) -> Sequence[UUID]:
    """Returns the photos of a check-in of which there is no picture yet, frames too."""
    return session.scalars(
        select(Media.id).where(
            Media.offender_id == offender_id,
            Media.checkin_id == checkin_id,
            Media.kind == MediaKind.CHECKIN,
            ~select(_picture.id).where(_picture.original_id == Media.id).exists(),
        )
    ).all()
