"""Promising what officers see of photos to whoever looks at a check-in first."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.records import Queue, WorkKind
from storage.work import QUEUE_OF


def promise_pictures(session: Session, offender_id: UUID, checkin_id: UUID) -> frozenset[Queue]:
    """Promises the pictures that a check-in's photos lack; returns the queues to ring.

    Each once and of people whom the caller sees (migration 0018). Joins the caller's transaction.
    """
    promised = session.scalar(select(func.app_promise_pictures(offender_id, checkin_id)))
    return frozenset({QUEUE_OF[WorkKind.RENDER_MEDIA]}) if promised else frozenset()
