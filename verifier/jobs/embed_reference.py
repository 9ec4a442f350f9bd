"""Making an enrolled photo comparable: its vectors, or why it cannot be used."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import model_changes, work
from storage.database import transaction
from storage.media import ObjectDiffersError, ObjectMissingError, StoredObject
from storage.records import (
    Media,
    Queue,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    WorkKind,
)
from storage.stored_media import stored_object
from storage.work import Claim, Subject
from verifier.faces.examine import ReferenceLook, embed_reference
from verifier.faces.models import Models
from verifier.jobs import replays, set_pairs
from verifier.jobs.judging import judging_models
from verifier.jobs.stored_references import add_vectors
from verifier.jobs.workplace import Workplace
from verifier.rules.in_force import in_force_for
from verifier.verdicts import bands
from verifier.verdicts.evidence import FaceVerdict
from verifier.verdicts.quality import QualityLimits, quality_to_row
from verifier.verdicts.threshold_sets import threshold_set

_Look = tuple[Models, ReferenceLook]


class ReferenceFailedError(Exception):
    """A fault of ours kept a photo from being embedded; another attempt may do better."""


def handle(workplace: Workplace, claim: Claim) -> None:
    """Embeds one photo; raises ReferenceFailedError for a fault of ours."""
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        now = workplace.parts.now()
        photo = _begin(session, claim, now)
        if photo is None:
            return
        limits = _limits(session, claim, now)
    looks = _look(workplace, claim, photo, limits)
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        now = workplace.parts.now()
        work.finish(session, claim, now)
        photo_row = session.get_one(ReferencePhoto, claim.subject.id, with_for_update=True)
        _conclude(session, photo_row, looks, limits)
        model_changes.promise_lacking(session, photo_row, now)
        set_pairs.compare(session, photo_row.set_id, judging_models(session, workplace))
        _promise_search(session, photo_row.set_id, now)
        media = session.get_one(Media, photo_row.media_id)
        replays.keep_reference(session, photo_row, media, looks[0][1].hashes, now)
        work.add(session, WorkKind.RENDER_MEDIA, Subject(media.id, media.offender_id), now)


def put_back(session: Session, claim: Claim, now: datetime) -> None:
    """Does nothing: a photo stays `examining` until somebody has looked at it."""


def give_up(session: Session, claim: Claim, now: datetime) -> frozenset[Queue]:  # noqa: ARG001 - the Handler protocol
    """Says that we could not use the photo, so that the officer adds another."""
    photo = session.get_one(ReferencePhoto, claim.subject.id, with_for_update=True)
    photo.state, photo.fault = ReferencePhotoState.UNUSABLE, str(FaceVerdict.ERROR)
    return frozenset()


def _begin(session: Session, claim: Claim, now: datetime) -> StoredObject | None:
    photo = session.get_one(ReferencePhoto, claim.subject.id)
    if photo.state is not ReferencePhotoState.EXAMINING:
        work.finish(session, claim, now)
        return None
    return stored_object(session.get_one(Media, photo.media_id))


def _limits(session: Session, claim: Claim, now: datetime) -> QualityLimits:
    """Returns the gate in force, the one that the person's check-ins have to pass."""
    if claim.subject.offender_id is None:
        return bands.DEFAULT.quality
    rules = in_force_for(session, claim.subject.offender_id, now)
    return threshold_set(session, rules.threshold_set).quality


def _look(
    workplace: Workplace, claim: Claim, photo: StoredObject, limits: QualityLimits
) -> list[_Look]:
    """Returns what the models find, those that judge now before those that may judge next."""
    try:
        data = workplace.parts.media.fetch(photo)
    except (ObjectMissingError, ObjectDiffersError):
        return [(workplace.face_models, ReferenceLook(FaceVerdict.ERROR))]
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        work.mark_examining(session, claim)
    at_hand = [workplace.face_models, workplace.next_models]
    looks = [
        (models, embed_reference(data, models, limits)) for models in at_hand if models is not None
    ]
    if any(found.fault is FaceVerdict.ERROR for _, found in looks):
        raise ReferenceFailedError
    return looks


def _conclude(
    session: Session, photo: ReferencePhoto, looks: Sequence[_Look], limits: QualityLimits
) -> None:
    """Keeps what was found; a photo of poor quality keeps its vectors too, see ReferenceLook."""
    for models, look in looks:
        if look.vectors is not None:
            add_vectors(session, photo.id, look.vectors, models)
            session.flush()
    found = looks[0][1]
    if found.quality is not None:
        photo.quality = quality_to_row(found.quality, limits, found.reasons)
    photo.fault = None if found.fault is None else str(found.fault)
    photo.state = _state_of(found)


def _state_of(found: ReferenceLook) -> ReferencePhotoState:
    if found.fault is None:
        return ReferencePhotoState.USABLE
    poor = found.fault is FaceVerdict.POOR_QUALITY and found.vectors is not None
    return ReferencePhotoState.POOR if poor else ReferencePhotoState.UNUSABLE


def _promise_search(session: Session, set_id: UUID, now: datetime) -> None:
    """Has a set searched for a look-alike once its last photo has been looked at."""
    owner = session.get_one(ReferenceSet, set_id)
    waits = select(ReferencePhoto.id).where(
        ReferencePhoto.set_id == set_id, ReferencePhoto.state == ReferencePhotoState.EXAMINING
    )
    if owner.state is ReferenceSetState.COLLECTING and session.scalar(waits.limit(1)) is None:
        work.add(session, WorkKind.SEARCH_LOOK_ALIKE, Subject(set_id, owner.offender_id), now)
