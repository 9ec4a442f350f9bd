"""What check-ins are looked at with: their photos, references, limits, and models."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState
from storage import work
from storage.media import StoredObject
from storage.records import CheckIn
from storage.stored_media import stored_object
from storage.work import Claim, SupersededError
from verifier.faces import matching
from verifier.faces.matching import References, ReferenceVectors
from verifier.faces.models import Models
from verifier.jobs.checkin_photos import SELFIE, photos_of
from verifier.jobs.judging import judging_models
from verifier.jobs.look_at_movement import MovementMaterial, movement_material
from verifier.jobs.stored_references import vectors_of
from verifier.jobs.workplace import Workplace
from verifier.look_alikes import with_look_alike
from verifier.rules.in_force import rules_of
from verifier.rules.rules import Rules
from verifier.rules.searching import SearchLimit
from verifier.verdicts.bands import ThresholdSet, stricter
from verifier.verdicts.reach_verdict import locked
from verifier.verdicts.these import THESE, Key, is_one, words
from verifier.verdicts.threshold_sets import threshold_set

# What was read longer ago is read again: an officer may have changed whom a face is compared with.
# Sixteen selfies take a second, as many films ten.
FRESH = timedelta(seconds=5)


@dataclass(frozen=True, eq=False)
class Material:
    """What is looked at: the selfie, if one was sent, its frames, and what it is compared with."""

    claim: Claim
    key: Key
    photo: StoredObject | None
    frames: tuple[tuple[str, StoredObject], ...]
    references: References | None
    comparable: bool
    thresholds: ThresholdSet
    models: Models  # those that judged when the references were read
    search_limit: SearchLimit | None
    movement: MovementMaterial | None
    read_at: datetime
    marked: bool = False  # as being examined

    @property
    def photos(self) -> Sequence[StoredObject]:
        """What will be fetched, the selfie first."""
        selfie = [] if self.photo is None else [self.photo]
        return [*selfie, *(stored for _, stored in self.frames)]


def key_of(claim: Claim) -> Key:
    """Returns the key of the check-in that a row is about; raises ValueError for one of nobody."""
    if claim.subject.offender_id is None:
        message = f"work {claim.number} names no person"
        raise ValueError(message)
    return claim.subject.offender_id, claim.subject.id


@dataclass(frozen=True)
class _Known:
    """What was read of all check-ins together."""

    rules: Mapping[tuple[UUID, datetime], Rules]
    models: Models
    vectors: Mapping[UUID, Sequence[ReferenceVectors]]
    look_alikes: Collection[UUID]
    at: datetime


def read(session: Session, workplace: Workplace, claims: Sequence[Claim]) -> dict[int, Material]:
    """Reads what check-ins are looked at with, by their rows' numbers; writes nothing.

    In as many queries as one takes. Nothing of a row that names no person or no check-in: it is to
    fail when it is done.
    """
    by_key = {key_of(one): one for one in claims if one.subject.offender_id is not None}
    checkins = {(one.offender_id, one.id): one for one in session.scalars(_READ, words(by_key))}
    known = _known(session, workplace, list(checkins.values()))
    return {
        by_key[key].number: _material(
            session,
            by_key[key],
            checkins[key],
            {name: stored_object(row) for name, row in photos.items()},
            known,
        )
        for key, photos in photos_of(session, checkins).items()
    }


def begin(
    session: Session, workplace: Workplace, materials: Sequence[Material], now: datetime
) -> list[Material]:
    """Begins to verify check-ins of as many people; leaves out those that were taken away.

    Raises SupersededError where all were.
    """
    here = [one.claim for one in materials if one.photo and workplace.is_here(one.photo)]
    marked = set(work.mark_all_examining(session, here))
    others = [one.claim for one in materials if one.claim not in here]
    ours = marked.union(work.renew_all(session, others))
    if not ours:
        raise SupersededError
    begun = {
        one.key: replace(one, marked=one.claim in marked) for one in materials if one.claim in ours
    }
    for checkin in locked(session, begun).values():
        let_wait_again(checkin, now)  # where the attempt before was lost, this is a new one
        if checkin.state is CheckInState.RECEIVED:
            checkin.move(CheckInState.VERIFYING, now)
    return list(begun.values())


def _known(session: Session, workplace: Workplace, checkins: Sequence[CheckIn]) -> _Known:
    people = {checkin.offender_id for checkin in checkins}
    models = judging_models(session, workplace)
    return _Known(
        # By the rules of its reception: what was put in force since then is not for this one.
        rules=rules_of(session, [(one.offender_id, one.received_at) for one in checkins]),
        models=models,
        vectors=vectors_of(session, people, models),
        look_alikes=with_look_alike(session, people),
        at=workplace.parts.now(),
    )


def _material(
    session: Session,
    claim: Claim,
    checkin: CheckIn,
    photos: Mapping[str, StoredObject],
    known: _Known,
) -> Material:
    rules = known.rules[checkin.offender_id, checkin.received_at]
    usual = threshold_set(session, rules.threshold_set)
    vectors = known.vectors.get(checkin.offender_id)
    frames = [named for named in photos.items() if named[0] != SELFIE]
    return Material(
        claim=claim,
        key=key_of(claim),
        photo=photos.get(SELFIE),
        frames=tuple(sorted(frames, key=lambda named: (len(named[0]), named[0]))),
        references=matching.mean_of(vectors) if vectors else None,
        comparable=vectors is None or bool(vectors),
        # Nearer limits for somebody whom another enrolled person resembles.
        thresholds=stricter(usual) if checkin.offender_id in known.look_alikes else usual,
        models=known.models,
        search_limit=rules.search_limit,
        movement=movement_material(session, checkin, photos),
        read_at=known.at,
    )


def let_wait_again(checkin: CheckIn, now: datetime) -> None:
    """Lets a check-in wait whose attempt was lost."""
    if checkin.state is CheckInState.VERIFYING:
        checkin.move(CheckInState.RECEIVED, now)


_READ = select(CheckIn).join(THESE, is_one())
