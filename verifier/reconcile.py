"""Finds what nobody works on although it waits, and promises the work again.

Every promise is made in the transaction that made it necessary, so this finds nothing unless
something else went wrong; but nothing may be left hanging because of that.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mobile_contract.codes import CheckInState
from storage import work
from storage.records import (
    CheckIn,
    ItemEntry,
    Media,
    ReferencePhoto,
    ReferencePhotoState,
    Work,
    WorkKind,
)
from storage.work import Subject
from verifier.missing_files import waits_for_files

log = logging.getLogger(__name__)

QUIET_FOR = timedelta(minutes=10)
MOST_AT_ONCE = 200
VERIFIES = frozenset({CheckInState.RECEIVED, CheckInState.VERIFYING})


def promise_again(session: Session, now: datetime) -> int:
    """Adds the work that is missing; returns how much."""
    found = {
        WorkKind.VERIFY_CHECKIN: _unverified(session, now),
        WorkKind.RECONSIDER_CHECKIN: _unseen(session, now),
        WorkKind.EMBED_REFERENCE: _unembedded(session, now),
    }
    return sum(_promise(session, kind, subjects, now) for kind, subjects in found.items())


def _promise(session: Session, kind: WorkKind, subjects: Iterable[Subject], now: datetime) -> int:
    promised = 0
    for subject in subjects:
        log.warning("work_was_missing", extra={"kind": kind, "subject": subject.id})
        work.add(session, kind, subject, now)
        promised += 1
    return promised


def _unverified(session: Session, now: datetime) -> list[Subject]:
    """Returns check-ins that wait for a machine that does not know of them.

    What lacks a file waits for its phone; the clock knows how long (missing_files.py).
    """
    return _checkins(
        session,
        CheckIn.state.in_(VERIFIES),
        ~waits_for_files(),
        CheckIn.state_since < now - QUIET_FOR,
        ~_open_work(WorkKind.VERIFY_CHECKIN, CheckIn.id),
    )


def _unseen(session: Session, now: datetime) -> list[Subject]:
    """Returns check-ins in review of which no officer knows, nor will."""
    waits = (
        select(ItemEntry.id)
        .where(
            ItemEntry.offender_id == CheckIn.offender_id,
            ItemEntry.checkin_id == CheckIn.id,
            ItemEntry.settled_at.is_(None),
        )
        .exists()
    )
    return _checkins(
        session,
        CheckIn.state == CheckInState.IN_REVIEW,
        CheckIn.state_since < now - QUIET_FOR,
        or_(CheckIn.retake_until.is_(None), CheckIn.retake_until < now - QUIET_FOR),
        ~waits,
        ~_open_work(WorkKind.RECONSIDER_CHECKIN, CheckIn.id),
    )


def _checkins(session: Session, *conditions: ColumnElement[bool]) -> list[Subject]:
    rows = session.execute(
        select(CheckIn.id, CheckIn.offender_id)
        .where(*conditions)
        .order_by(CheckIn.received_at)
        .limit(MOST_AT_ONCE)
    )
    return [Subject(checkin, offender) for checkin, offender in rows]


def _unembedded(session: Session, now: datetime) -> list[Subject]:
    """Returns enrolled photos that wait for a machine that does not know of them."""
    rows = session.execute(
        select(ReferencePhoto.id, Media.offender_id)
        .join(Media, Media.id == ReferencePhoto.media_id)
        .where(
            ReferencePhoto.state == ReferencePhotoState.EXAMINING,
            ReferencePhoto.added_at < now - QUIET_FOR,
            ~_open_work(WorkKind.EMBED_REFERENCE, ReferencePhoto.id),
        )
        .limit(MOST_AT_ONCE)
    )
    return [Subject(photo, offender) for photo, offender in rows]


def _open_work(kind: WorkKind, subject: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    return (
        select(Work.number)
        .where(
            Work.kind == kind,
            Work.subject_id == subject,
            Work.done_at.is_(None),
            Work.gave_up_at.is_(None),
        )
        .exists()
    )
