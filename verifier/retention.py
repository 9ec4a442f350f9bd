"""Forgetting what was kept long enough."""

from datetime import datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from storage import audit
from storage.records import (
    STANDS_IN_SET,
    CheckInVector,
    PhotoHash,
    ReferencePhoto,
    ReferenceSet,
    ReferenceSetState,
)

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
            STANDS_IN_SET,
        )
    )
    over = select(PhotoHash.id).where(PhotoHash.keep_until < now, ~in_use.exists())
    forgotten = session.scalars(
        delete(PhotoHash).where(PhotoHash.id.in_(over.limit(MOST_AT_ONCE))).returning(PhotoHash.id)
    ).all()
    return _recorded(session, "photo_hashes_forgotten", len(forgotten), now)


def forget_checkin_vectors(session: Session, now: datetime) -> int:
    """Forgets vectors of check-ins whose time is over, MOST_AT_ONCE at most; gives how many."""
    key = (CheckInVector.offender_id, CheckInVector.checkin_id, CheckInVector.model_sha256)
    over = select(*key).where(CheckInVector.keep_until < now).limit(MOST_AT_ONCE)
    forgotten = session.scalars(
        delete(CheckInVector).where(tuple_(*key).in_(over)).returning(CheckInVector.checkin_id)
    ).all()
    return _recorded(session, "checkin_vectors_forgotten", len(forgotten), now)


def _recorded(session: Session, action: str, rows: int, now: datetime) -> int:
    if rows:
        audit.record(session, action, now, rows=rows)
    return rows
