"""Giving an enrolled photo the vectors of the model that is to judge next."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import model_changes, work
from storage.database import transaction
from storage.media import ObjectDiffersError, ObjectMissingError, StoredObject
from storage.records import Media, Queue, ReferencePhoto, ReferenceVector
from storage.stored_media import stored_object
from storage.work import Claim
from verifier.faces.examine import embed_reference
from verifier.faces.models import Models
from verifier.jobs.stored_references import add_vectors
from verifier.jobs.workplace import Workplace
from verifier.verdicts.evidence import FaceVerdict
from verifier.verdicts.quality import DEFAULT_LIMITS

# A worker that was started without the model that is wanted leaves it to the others.
NOT_HERE = timedelta(seconds=10)


class ReEmbeddingFailedError(Exception):
    """A fault of ours kept a photo from being embedded; another attempt may do better."""


def handle(workplace: Workplace, claim: Claim) -> None:
    """Embeds one photo again; raises ReEmbeddingFailedError for a fault of ours."""
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        models = _wanted(session, workplace)
        if models is None:
            work.hand_back(session, claim, "next_model_not_loaded", NOT_HERE)
            return
        photo = _begin(session, claim, models, workplace.parts.now())
    if photo is None:
        return
    try:
        data = workplace.parts.media.fetch(photo)
    except (ObjectMissingError, ObjectDiffersError):
        _conclude_without(workplace, claim)
        return
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        work.mark_examining(session, claim)
    found = embed_reference(data, models, DEFAULT_LIMITS)  # it has passed the gate long ago
    if found.fault is FaceVerdict.ERROR:
        raise ReEmbeddingFailedError
    if found.vectors is None:  # this model's detector is the same: only a fault of ours ends here
        _conclude_without(workplace, claim)
        return
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        now = workplace.parts.now()
        work.finish(session, claim, now)
        add_vectors(session, claim.subject.id, found.vectors, models)
        model_changes.conclude(session, now)


def put_back(session: Session, claim: Claim, now: datetime) -> None:
    """Does nothing: a photo keeps the vectors that it has."""


def give_up(session: Session, claim: Claim, now: datetime) -> frozenset[Queue]:  # noqa: ARG001 - the Handler protocol
    """Goes on without this photo; the command that began the change says so."""
    model_changes.conclude(session, now, given_up=True)
    return frozenset()


def _wanted(session: Session, workplace: Workplace) -> Models | None:
    """Returns the models at hand that photos are to have the vectors of, if they are."""
    wanted = model_changes.wanted_sha256(session)
    at_hand = (workplace.next_models, workplace.face_models)
    return next((one for one in at_hand if one and one.recognizer_sha256 == wanted), None)


def _begin(session: Session, claim: Claim, models: Models, now: datetime) -> StoredObject | None:
    photo = session.get_one(ReferencePhoto, claim.subject.id)
    wanted = models.recognizer_sha256
    known = select(ReferenceVector.photo_id).where(
        ReferenceVector.photo_id == photo.id, ReferenceVector.model_sha256 == wanted
    )
    if session.scalar(known) is not None:
        work.finish(session, claim, now)
        model_changes.conclude(session, now)
        return None
    return stored_object(session.get_one(Media, photo.media_id))


def _conclude_without(workplace: Workplace, claim: Claim) -> None:
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        now = workplace.parts.now()
        work.finish(session, claim, now)
        model_changes.conclude(session, now, given_up=True)
