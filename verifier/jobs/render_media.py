"""Making the picture that officers see of a photo: upright, small, free of metadata."""

import hashlib
import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from storage import work
from storage.database import transaction
from storage.media import MediaKey, ObjectDiffersError, ObjectMissingError, StoredObject
from storage.records import Media, MediaKind, MediaState, Queue
from storage.stored_media import stored_object
from storage.work import Claim
from verifier.faces.images import PhotoUnreadable
from verifier.faces.renditions import render
from verifier.jobs.workplace import Workplace

log = logging.getLogger(__name__)

JPEG = "image/jpeg"


def handle(workplace: Workplace, claim: Claim) -> None:
    """Renders one photo; a second call makes no second picture."""
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        original = _begin(session, claim, workplace.parts.now())
    if original is None:
        return
    picture = _picture(workplace, claim, stored_object(original))
    if picture is None:
        with transaction(workplace.parts.sessions, workplace.scope) as session:
            work.finish(session, claim, workplace.parts.now())
        return
    key = MediaKey.rendition(original.id, hashlib.sha256(picture).hexdigest())
    stored = workplace.parts.media.put(key, picture, JPEG)
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        now = workplace.parts.now()
        work.finish(session, claim, now)
        kept = _keep(session, original, stored, now)
    if not kept and stored.version_id:
        workplace.parts.media.remove(stored)


def put_back(session: Session, claim: Claim, now: datetime) -> None:
    """Does nothing: a photo without a picture has no state of its own."""


def give_up(session: Session, claim: Claim, now: datetime) -> frozenset[Queue]:  # noqa: ARG001 - the Handler protocol
    """Leaves the photo without a picture; the officer's page says so."""
    return frozenset()


def _begin(session: Session, claim: Claim, now: datetime) -> Media | None:
    original = session.get_one(Media, claim.subject.id)
    known = session.scalar(select(Media.id).where(Media.original_id == original.id))
    if known is None and original.state is MediaState.STORED:
        return original
    work.finish(session, claim, now)
    return None


def _picture(workplace: Workplace, claim: Claim, stored: StoredObject) -> bytes | None:
    """Returns the picture; None of a photo that is lost or cannot be read, as evidence says."""
    try:
        photo = workplace.parts.media.fetch(stored)
    except (ObjectMissingError, ObjectDiffersError) as fault:
        log.error("media_lost", extra={"media": claim.subject.id, "why": type(fault).__name__})  # noqa: TRY400 - the event says all
        return None
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        work.mark_examining(session, claim)
    try:
        return render(photo)
    except PhotoUnreadable:
        return None


def _keep(session: Session, original: Media, stored: StoredObject, now: datetime) -> bool:
    """Writes the row of a picture; tells whether it is the first of its original."""
    made = session.scalar(
        insert(Media)
        .values(
            kind=MediaKind.RENDITION,
            offender_id=original.offender_id,
            checkin_id=original.checkin_id,
            name=original.name,
            original_id=original.id,
            bucket=stored.bucket,
            object_key=stored.key,
            version_id=stored.version_id,
            length=stored.length,
            sha256=stored.sha256,
            content_type=JPEG,
            state=MediaState.STORED,
            state_since=now,
            keep_until=original.keep_until,
            hold=original.hold,
        )
        .on_conflict_do_nothing()
        .returning(Media.id)
    )
    return made is not None
