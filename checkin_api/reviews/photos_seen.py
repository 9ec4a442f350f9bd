"""Which photos an officer sees of a check-in: renditions only, never what the phone sent."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from checkin_api.reviews.sheet import Picture
from storage.records import (
    STANDS_IN_SET,
    CheckIn,
    Media,
    MediaKind,
    MediaState,
    ReferencePhoto,
    ReferenceSet,
    ReferenceSetState,
)

Rendition = aliased(Media)


def checkin_photos(session: Session, checkin: CheckIn) -> tuple[Picture, ...]:
    """Give the photos that a check-in declared and the server holds, selfie first."""
    found = _pictures(
        session,
        _with_rendition().where(
            Media.offender_id == checkin.offender_id,
            Media.checkin_id == checkin.id,
            Media.kind == MediaKind.CHECKIN,
        ),
    )
    # Selfie, then frame-2 before frame-10.
    return tuple(sorted(found, key=lambda one: (one.name != "selfie", len(one.name), one.name)))


def reference_photos(session: Session, offender_id: UUID) -> tuple[Picture, ...]:
    """Give the person's approved enrolled photos, oldest first."""
    return tuple(
        _pictures(
            session,
            _with_rendition()
            .join(ReferencePhoto, ReferencePhoto.media_id == Media.id)
            .join(ReferenceSet, ReferenceSet.id == ReferencePhoto.set_id)
            .where(
                ReferenceSet.offender_id == offender_id,
                ReferenceSet.state == ReferenceSetState.APPROVED,
                STANDS_IN_SET,
            )
            .order_by(ReferencePhoto.added_at, ReferencePhoto.id),
        )
    )


def picture_of(session: Session, media_id: UUID) -> Picture | None:
    """Give one photo by the id of its original; None once it is erased."""
    kept = _with_rendition().where(Media.id == media_id, Media.state == MediaState.STORED)
    return next(iter(_pictures(session, kept)), None)


def _with_rendition() -> Select[str, UUID]:
    of_original = (Rendition.original_id == Media.id) & (Rendition.state == MediaState.STORED)
    return select(Media.name, Rendition.id).outerjoin(Rendition, of_original)


def _pictures(session: Session, wanted: Select[str, UUID]) -> Iterable[Picture]:
    return [Picture(name, rendition_id) for name, rendition_id in session.execute(wanted)]
