"""What came of a check-in's photos."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from storage.records import Media, MediaKind
from verifier.verdicts.these import THESE, Key, is_one, words

SELFIE = "selfie"

_picture = aliased(Media)
_PHOTOS = (
    select(THESE.c.offender_id, THESE.c.id, Media)
    .join(Media, is_one(Media.offender_id, Media.checkin_id))
    .where(Media.kind == MediaKind.CHECKIN)
)


def photos_of(session: Session, keys: Collection[Key]) -> dict[Key, dict[str, Media]]:
    """Returns what is held of the photos of check-ins, by the names the phone gave them."""
    found: dict[Key, dict[str, Media]] = {key: {} for key in keys}
    for person, checkin, row in session.execute(_PHOTOS, words(keys)):
        found[person, checkin][row.name] = row
    return found


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
