"""Forgetting what was kept long enough."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage import audit
from storage.records import PhotoHash, ReferencePhoto, ReferenceSet, ReferenceSetState

MOST_AT_ONCE = 2_000


def forget_photo_hashes(session: Session, now: datetime) -> int:
    """Forgets hashes whose time is over, MOST_AT_ONCE at most; gives how many.

    Those of references in use stay: a selfie may be one of them, however old.
    """
    in_use = (
        select(ReferencePhoto.id)
        .join(ReferenceSet, ReferenceSet.id == ReferencePhoto.set_id)
        .where(
            ReferencePhoto.id == PhotoHash.reference_photo_id,
            ReferenceSet.state == ReferenceSetState.APPROVED,
        )
    )
    over = select(PhotoHash.id).where(PhotoHash.keep_until < now, ~in_use.exists())
    forgotten = session.scalars(
        delete(PhotoHash).where(PhotoHash.id.in_(over.limit(MOST_AT_ONCE))).returning(PhotoHash.id)
    ).all()
    if forgotten:
        audit.record(session, "photo_hashes_forgotten", now, rows=len(forgotten))
    return len(forgotten)
