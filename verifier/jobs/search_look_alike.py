"""Looking for another enrolled person whom a new set resembles, before an officer approves it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage import work
from storage.database import transaction
from storage.records import (
    OPEN_SETS,
    LookAlike,
    Queue,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
)
from storage.work import Claim
from verifier.faces import matching
from verifier.jobs import set_pairs
from verifier.jobs.judging import judging_models
from verifier.jobs.search_others import Asked, OtherPerson, SearchReason, search
from verifier.jobs.stored_references import vectors_of_set
from verifier.jobs.workplace import Workplace
from verifier.rules.in_force import in_force_for


@dataclass(frozen=True)
class _Set:
    """The set that is searched for."""

    id: UUID
    offender_id: UUID


def handle(workplace: Workplace, claim: Claim) -> None:
    """Searches once for a whole set, and keeps the nearest other person within the limit."""
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        # A photo may have been left out since they were compared.
        set_pairs.compare(session, claim.subject.id, judging_models(session, workplace))
        asked = _asked(session, claim, workplace)
        if asked is None:
            work.finish(session, claim, workplace.parts.now())
            return
        work.mark_examining(session, claim)
    found = search(workplace, asked)
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        now = workplace.parts.now()
        work.finish(session, claim, now)
        _keep(session, _Set(claim.subject.id, asked.offender_id), found.nearest, now)


def put_back(session: Session, claim: Claim, now: datetime) -> None:
    """Does nothing: a set that was not searched for shows nobody."""


def give_up(session: Session, claim: Claim, now: datetime) -> frozenset[Queue]:  # noqa: ARG001 - the Handler protocol
    """Leaves the set without a search; the trail has the entry of each one that was made."""
    return frozenset()


def _asked(session: Session, claim: Claim, workplace: Workplace) -> Asked | None:
    """Returns what is searched; None while photos wait, for a decided set, or without a limit."""
    row = session.get_one(ReferenceSet, claim.subject.id)
    limit = in_force_for(session, row.offender_id, workplace.parts.now()).look_alike_distance
    waits = select(ReferencePhoto.id).where(
        ReferencePhoto.set_id == row.id, ReferencePhoto.state == ReferencePhotoState.EXAMINING
    )
    if row.state not in OPEN_SETS or not limit or session.scalar(waits.limit(1)) is not None:
        return None
    models = judging_models(session, workplace)
    vectors = vectors_of_set(session, row.id, models)
    if not vectors:
        return None
    probe = matching.mean_of(vectors).sface
    made_by = models.recognizer_sha256
    return Asked(SearchReason.ENROLMENT, row.offender_id, row.id, probe, made_by, limit)


def _keep(session: Session, owner: _Set, nearest: OtherPerson | None, now: datetime) -> None:
    session.execute(delete(LookAlike).where(LookAlike.set_id == owner.id))
    if nearest is not None:
        session.add(
            LookAlike(
                set_id=owner.id,
                offender_id=owner.offender_id,
                nearest_id=nearest.person,
                nearest_office_id=nearest.office_id,
                distance=nearest.distance,
                found_at=now,
            )
        )
