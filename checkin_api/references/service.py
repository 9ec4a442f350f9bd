"""Adding photos to an enrolment: put first, written then, examined by the worker."""

import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql import text

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.references.needs import MOST_PHOTOS, MOST_TRIED
from checkin_api.references.queries import Enrolment, enrolment_of
from checkin_api.refusals import RefusedError, at
from checkin_api.uploads import Part, require_photo
from mobile_contract.codes import ProblemCode
from storage import audit, work
from storage.database import transaction
from storage.media import MediaKey, StoredObject
from storage.parts import Parts
from storage.records import (
    OPEN_SETS,
    Media,
    MediaKind,
    Queue,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    WorkKind,
)
from storage.stored_media import Described, media_row
from verifier.photos import PhotoLimits
from verifier.rules.in_force import in_force_for

JPEG = "image/jpeg"
LOOK_EVERY_S = 0.2


def read_enrolment(parts: Parts, caller: OfficerCaller, offender_id: UUID) -> Enrolment:
    """Give what is enrolled of a person; raises RefusedError(not_found)."""
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, offender_id, Action.SEE_PERSON)
        return enrolment_of(session, offender_id)


def add_photos(
    parts: Parts, caller: OfficerCaller, offender_id: UUID, photos: Sequence[Part]
) -> int:
    """Add photos to the set being collected and have them examined; gives how many were new.

    Raises RefusedError: not_found, invalid_content (none, too many), not_open for a set that waits
    for its second officer, photo_* for one that is no whole JPEG; then nothing is kept of any.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, offender_id, Action.COLLECT_PHOTOS)
        rules = in_force_for(session, offender_id, now)
        for photo in photos:
            require_photo(photo, PhotoLimits(max_bytes=rules.photo_max_bytes))
        set_id = _collecting_set(session, caller, offender_id, now)
        new = _not_held(session, set_id, photos)
    stored = [
        parts.media.put(MediaKey.reference(set_id, photo.sha256), photo.data, JPEG) for photo in new
    ]
    with transaction(parts.sessions, caller.scope) as session:
        queues = _keep(session, set_id, stored, now)
    for queue in queues:
        parts.bell.ring(queue)
    return len(stored)


def wait_until_examined(
    parts: Parts, caller: OfficerCaller, offender_id: UUID, within_s: float = 5.0
) -> None:
    """Wait a little for the worker, so that the page says at once which photos are good.

    Opens a short transaction a look; a page that comes too early loads itself again.
    """
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        collecting = read_enrolment(parts, caller, offender_id).collecting
        if collecting is None or not collecting.examining:
            return
        time.sleep(LOOK_EVERY_S)


def _collecting_set(
    session: Session, caller: OfficerCaller, offender_id: UUID, now: datetime
) -> UUID:
    session.execute(
        insert(ReferenceSet)
        .values(
            offender_id=offender_id,
            state=ReferenceSetState.COLLECTING,
            state_since=now,
            created_by=caller.officer_id,
            created_at=now,
        )
        .on_conflict_do_nothing(
            index_elements=["offender_id"],
            index_where=text("state IN ('collecting', 'awaiting_second')"),
        )
    )
    row = session.scalars(
        select(ReferenceSet).where(
            ReferenceSet.offender_id == offender_id, ReferenceSet.state.in_(OPEN_SETS)
        )
    ).one()
    if row.state is not ReferenceSetState.COLLECTING:  # what one officer approved stays as it was
        raise RefusedError(ProblemCode.NOT_OPEN, at("/photos", "awaiting_second"))
    return row.id


def _not_held(session: Session, set_id: UUID, photos: Sequence[Part]) -> list[Part]:
    """Give each new photo once: a double click sends everything twice.

    Raises RefusedError for more than a set takes; what cannot be used takes no place in it.
    """
    held = _held(session, set_id)
    new = {photo.sha256: photo for photo in photos if photo.sha256 not in held}
    kept = sum(state is not ReferencePhotoState.UNUSABLE for state in held.values())
    too_many = new and (kept + len(new) > MOST_PHOTOS or len(held) + len(new) > MOST_TRIED)
    if not photos or too_many:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/photos", "count"))
    return list(new.values())


def _held(session: Session, set_id: UUID) -> dict[str, ReferencePhotoState]:
    rows = session.execute(
        select(Media.sha256, ReferencePhoto.state)
        .join(ReferencePhoto, ReferencePhoto.media_id == Media.id)
        .where(ReferencePhoto.set_id == set_id)
    )
    return {row.sha256: row.state for row in rows}


def _keep(
    session: Session, set_id: UUID, stored: Sequence[StoredObject], now: datetime
) -> set[Queue]:
    owner = session.get_one(ReferenceSet, set_id, with_for_update=True)
    if owner.state is not ReferenceSetState.COLLECTING:
        raise RefusedError(ProblemCode.NOT_OPEN)
    held, queues = _held(session, set_id), set()
    for one in stored:
        if one.sha256 not in held:
            queues |= _keep_one(session, owner, one, now)
    return queues


def _keep_one(
    session: Session, owner: ReferenceSet, stored: StoredObject, now: datetime
) -> set[Queue]:
    media = media_row(stored, Described(MediaKind.REFERENCE, "reference", JPEG), now)
    media.offender_id = owner.offender_id
    session.add(media)
    session.flush()
    photo = ReferencePhoto(
        set_id=owner.id, media_id=media.id, state=ReferencePhotoState.EXAMINING, added_at=now
    )
    session.add(photo)
    session.flush()
    audit.record(session, "reference_added", now, offender_id=owner.offender_id, subject=photo.id)
    subject_photo = work.Subject(photo.id, owner.offender_id)
    subject_media = work.Subject(media.id, owner.offender_id)
    return {
        work.add(session, WorkKind.EMBED_REFERENCE, subject_photo, now),
        work.add(session, WorkKind.RENDER_MEDIA, subject_media, now),
    }
