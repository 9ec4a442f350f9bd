"""Taking photos into the set of a person that is being collected, whoever brings them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session
from sqlalchemy.sql import text

from checkin_api.references.needs import MOST_PHOTOS, MOST_TRIED
from checkin_api.refusals import RefusedError, at
from checkin_api.uploads import Part, require_photo
from mobile_contract.codes import ProblemCode
from storage import audit, work
from storage.database import Scope, transaction
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
    ReferenceSource,
    WorkKind,
)
from storage.stored_media import Described, media_row
from verifier.photos import PhotoLimits
from verifier.rules.in_force import in_force_for

JPEG = "image/jpeg"
WITHOUT_PLACE = {ReferencePhotoState.UNUSABLE, ReferencePhotoState.LEFT_OUT}


@dataclass(frozen=True)
class Giver:
    """Who brings photos, in which scope, and by which way they come; no officer: the person."""

    scope: Scope
    source: ReferenceSource
    officer_id: UUID | None = None


def collect(parts: Parts, giver: Giver, offender_id: UUID, photos: Sequence[Part]) -> int:
    """Put photos first, write them then, and have the worker look; gives how many were new.

    The same photos again change nothing. Raises RefusedError: invalid_content (none, too many, of a
    check-in that is not confirmed), not_open where a set of another source or one half approved
    waits, photo_* for one that is no whole JPEG; then nothing is kept of any.
    """
    now = parts.now()
    with transaction(parts.sessions, giver.scope) as session:
        rules = in_force_for(session, offender_id, now)
        for photo in photos:
            require_photo(photo, PhotoLimits(max_bytes=rules.photo_max_bytes))
        _require_undisputed(session, offender_id, photos)
        set_id = _collecting_set(session, giver, offender_id, now)
        new = _not_held(session, set_id, photos)
    stored = [
        parts.media.put(MediaKey.reference(set_id, photo.sha256), photo.data, JPEG) for photo in new
    ]
    with transaction(parts.sessions, giver.scope) as session:
        queues = _keep(session, set_id, stored, now)
    for queue in queues:
        parts.bell.ring(queue)
    return len(stored)


def _require_undisputed(session: Session, offender_id: UUID, photos: Sequence[Part]) -> None:
    """Raise RefusedError for a photo of a check-in that nobody has confirmed to be the person's.

    Else a friend's selfie, once it is a reference, would prove that the friend is the person.
    """
    asked = func.app_disputed_photos(offender_id, cast([p.sha256 for p in photos], ARRAY(Text)))
    if session.scalars(select(asked)).first() is not None:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/photos", "disputed"))


def _collecting_set(session: Session, giver: Giver, offender_id: UUID, now: datetime) -> UUID:
    session.execute(
        insert(ReferenceSet)
        .values(
            offender_id=offender_id,
            state=ReferenceSetState.COLLECTING,
            state_since=now,
            source=giver.source,
            created_by=giver.officer_id,
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
    _require_own(row, giver)
    return row.id


def _require_own(row: ReferenceSet, giver: Giver) -> None:
    """Keep apart what an officer photographed and what came another way.

    An officer may add to any set: it is the officer who approves it, and sees where it began.
    """
    if giver.source not in {ReferenceSource.OFFICER, row.source}:
        raise RefusedError(ProblemCode.NOT_OPEN, at("/photos", "another_set"))


def _not_held(session: Session, set_id: UUID, photos: Sequence[Part]) -> list[Part]:
    """Give each new photo once: a double click sends everything twice.

    Raises RefusedError for more than a set takes, and for what was left out of it and is erased;
    what cannot be used takes no place in it.
    """
    held = _held(session, set_id)
    new = {photo.sha256: photo for photo in photos if photo.sha256 not in held}
    if any(held.get(photo.sha256) is ReferencePhotoState.LEFT_OUT for photo in photos):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/photos", "left_out"))
    kept = sum(state not in WITHOUT_PLACE for state in held.values())
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
    for number, one in enumerate(stored):
        if one.sha256 not in held:
            # A moment apart: they stand on every page in the order in which they were sent.
            queues |= _keep_one(session, owner, one, now + number * timedelta.resolution)
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
