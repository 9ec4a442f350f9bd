"""What came of a check-in's photos."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.media import StoredObject
from storage.records import Media, MediaKind
from storage.stored_media import stored_object

SELFIE = "selfie"


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
