"""Verifying a check-in: claim, look at the selfie, conclude; no transaction while looking."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState
from storage import work
from storage.database import transaction
from storage.media import ObjectDiffersError, ObjectMissingError, StoredObject
from storage.records import CheckIn, EvidenceRow, Queue, WorkKind
from storage.work import Claim, Subject
from verifier.faces.bursts import Frame
from verifier.faces.examine import Look, look
from verifier.faces.matching import References
from verifier.faces.models import Models
from verifier.jobs import limits, resemblance
from verifier.jobs.checkin_photos import SELFIE, photos_of, without_picture
from verifier.jobs.judging import judging_models
from verifier.jobs.keep_seen import keep_seen
from verifier.jobs.look_at_movement import (
    MovementMaterial,
    look_at_movement,
    movement_material,
)
from verifier.jobs.stored_references import NotComparableError, references_of
from verifier.jobs.workplace import Workplace
from verifier.look_alikes import has_look_alike
from verifier.rules.in_force import in_force_for
from verifier.rules.searching import SearchLimit
from verifier.verdicts.bands import ThresholdSet, stricter
from verifier.verdicts.evidence import FaceEvidence, FaceVerdict
from verifier.verdicts.movement import MovementSeen, movement_to_row
from verifier.verdicts.reach_verdict import reach_verdict
from verifier.verdicts.stored_face import MEDIA_LOST, face_to_row
from verifier.verdicts.threshold_sets import threshold_set

NOT_COMPARABLE = "references_not_comparable"
ATTEMPTS_USED_UP = "attempts_used_up"


@dataclass(frozen=True)
class _Material:
    """What is looked at: the selfie, if one was sent, its frames, and what it is compared with."""

    photo: StoredObject | None
    marked: bool
    frames: tuple[tuple[str, StoredObject], ...]
    references: References | None
    comparable: bool
    thresholds: ThresholdSet
    models: Models  # those that judged when the references were read
    search_limit: SearchLimit | None
    movement: MovementMaterial | None


def handle(workplace: Workplace, claim: Claim) -> None:
    """Measures one check-in and reaches its verdict."""
    started_at = workplace.parts.now()
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        material = _begin(session, workplace, claim, started_at)
    looked = _look(workplace, claim, material)
    models, limit = material.models, material.search_limit
    other = resemblance.other_person(workplace, _key(claim), looked, models, limit)
    face = replace(looked.evidence, resembles_other=other is not None)
    movement = look_at_movement(workplace, claim, material.movement)
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        now = workplace.parts.now()
        if face.verdict is FaceVerdict.ERROR and _worth_another_try(claim, face):
            _keep_evidence(session, claim, face, (started_at, now), movement)
            work.fail_attempt(session, claim, face.error or "error")
            put_back(session, claim, now)
            return
        work.finish(session, claim, now)
        _keep_evidence(session, claim, face, (started_at, now), movement)
        keep_seen(session, _checkin(session, claim), looked, models, now)
        if other is not None:
            resemblance.keep(session, _key(claim), other, now)
        rings = _conclude(session, claim, now)
    workplace.ring(rings)


def put_back(session: Session, claim: Claim, now: datetime) -> None:
    """Lets a check-in wait again whose attempt was lost."""
    _let_wait_again(_checkin(session, claim), now)


def give_up(session: Session, claim: Claim, now: datetime) -> frozenset[Queue]:
    """Says that we could not look, so that an officer does; never held against the person."""
    face = FaceEvidence(FaceVerdict.ERROR, error=ATTEMPTS_USED_UP)
    _keep_evidence(session, claim, face, (now, now))
    return reach_verdict(session, *_key(claim), now).rings


def wanted(session: Session, claim: Claim) -> Sequence[StoredObject]:
    """Names the selfie, to be fetched before the check-in is begun.

    Nothing of a row that names no person: it is to fail when it is done, not when it is claimed.
    """
    if claim.subject.offender_id is None:
        return ()
    selfie = photos_of(session, *_key(claim)).get(SELFIE)
    return () if selfie is None else (selfie,)


def _begin(session: Session, workplace: Workplace, claim: Claim, now: datetime) -> _Material:
    checkin = _checkin(session, claim)
    _let_wait_again(checkin, now)  # where the attempt before was lost, this is a new one
    if checkin.state is CheckInState.RECEIVED:
        checkin.move(CheckInState.VERIFYING, now)
    # By the rules of its reception: what was put in force since then is not for this one.
    rules = in_force_for(session, checkin.offender_id, checkin.received_at)
    models = judging_models(session, workplace)
    references, comparable = _references(session, checkin.offender_id, models)
    photos = photos_of(session, *_key(claim))
    photo = photos.pop(SELFIE, None)
    return _Material(
        photo=photo,
        marked=photo is not None and _marked(session, workplace, claim, photo),
        frames=tuple(sorted(photos.items(), key=lambda named: (len(named[0]), named[0]))),
        references=references,
        comparable=comparable,
        thresholds=_thresholds_for(session, checkin, threshold_set(session, rules.threshold_set)),
        models=models,
        search_limit=rules.search_limit,
        movement=movement_material(session, checkin),
    )


def _marked(session: Session, workplace: Workplace, claim: Claim, photo: StoredObject) -> bool:
    """Marks the examining at once where nothing but that is left to do before it."""
    if not workplace.is_here(photo):
        return False
    work.mark_examining(session, claim)
    return True


def _let_wait_again(checkin: CheckIn, now: datetime) -> None:
    if checkin.state is CheckInState.VERIFYING:
        checkin.move(CheckInState.RECEIVED, now)


def _references(
    session: Session, offender_id: UUID, models: Models
) -> tuple[References | None, bool]:
    try:
        return references_of(session, offender_id, models), True
    except NotComparableError:
        return None, False


def _thresholds_for(session: Session, checkin: CheckIn, usual: ThresholdSet) -> ThresholdSet:
    """Returns nearer limits for somebody whom another enrolled person resembles."""
    return stricter(usual) if has_look_alike(session, checkin.offender_id) else usual


def _look(workplace: Workplace, claim: Claim, material: _Material) -> Look:
    """Measures the selfie; raises StoreUnavailableError, never for what is on the photo."""
    if material.photo is None:
        return Look(FaceEvidence(FaceVerdict.NONE))
    if not material.comparable:
        return Look(FaceEvidence(FaceVerdict.ERROR, error=NOT_COMPARABLE))
    try:
        selfie = workplace.fetch(material.photo)
        if not material.marked:
            with transaction(workplace.parts.sessions, workplace.scope) as session:
                work.mark_examining(session, claim)
        frames = _fetched(workplace, claim, material.frames)
        models = material.models
        return look(selfie, material.references, material.thresholds, models, frames)
    except (ObjectMissingError, ObjectDiffersError):
        return Look(FaceEvidence(FaceVerdict.ERROR, error=MEDIA_LOST))


def _fetched(
    workplace: Workplace, claim: Claim, frames: Iterable[tuple[str, StoredObject]]
) -> Iterator[Frame]:
    """Fetches frame after frame as it is asked for, each with its own lease and CPU limit."""
    for name, stored in frames:
        photo = workplace.parts.media.fetch(stored)
        with transaction(workplace.parts.sessions, workplace.scope) as session:
            work.renew(session, claim)
        limits.allow_cpu_for_a_photo()
        yield Frame(name, photo)


def _worth_another_try(claim: Claim, face: FaceEvidence) -> bool:
    """Tells whether a fault of ours may be gone the next time; what is lost stays lost."""
    return face.error not in {MEDIA_LOST, NOT_COMPARABLE} and claim.attempt < work.MOST_ATTEMPTS


def _keep_evidence(
    session: Session,
    claim: Claim,
    face: FaceEvidence,
    span: tuple[datetime, datetime],
    movement: MovementSeen | None = None,
) -> None:
    offender_id, checkin_id = _key(claim)
    before = (
        select(func.coalesce(func.max(EvidenceRow.attempt), 0))
        .where(EvidenceRow.offender_id == offender_id, EvidenceRow.checkin_id == checkin_id)
        .scalar_subquery()
    )
    session.add(
        EvidenceRow(
            offender_id=offender_id,
            checkin_id=checkin_id,
            attempt=before + 1,
            face_verdict=str(face.verdict),
            face=face_to_row(face),
            movement=None if movement is None else movement_to_row(movement),
            threshold_set=face.threshold_set,
            started_at=span[0],
            finished_at=span[1],
        )
    )
    session.flush()


def _conclude(session: Session, claim: Claim, now: datetime) -> frozenset[Queue]:
    """Reaches the verdict, and promises pictures where an officer may have to look.

    Of a confirmed check-in they are made when somebody looks (`storage.pictures`): most never are.
    """
    rings = reach_verdict(session, *_key(claim), now).rings
    if session.get_one(CheckIn, _key(claim)).state is CheckInState.CONFIRMED:
        return rings
    subjects = (
        Subject(photo, claim.subject.offender_id)
        for photo in without_picture(session, *_key(claim))
    )
    return rings | {work.add(session, WorkKind.RENDER_MEDIA, subject, now) for subject in subjects}


def _checkin(session: Session, claim: Claim) -> CheckIn:
    return session.get_one(CheckIn, _key(claim), with_for_update={"key_share": True})


def _key(claim: Claim) -> tuple[UUID, UUID]:
    if claim.subject.offender_id is None:
        message = f"work {claim.number} names no person"
        raise ValueError(message)
    return claim.subject.offender_id, claim.subject.id
