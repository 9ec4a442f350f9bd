"""The deployment's own people, as vectors out of the database; nothing is written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState
from storage.database import Scope, ScopeKind, Sessions, transaction
from storage.records import (
    CheckIn,
    CheckInVector,
    EvidenceRow,
    Media,
    MediaState,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    ReferenceVector,
    Review,
)
from verifier.calibrate.gate import Measure
from verifier.calibrate.people import UNKNOWN, Sample, Seen
from verifier.faces import matching
from verifier.faces.embedding import DIMENSIONS, Vector
from verifier.faces.model_files import DLIB_NETWORK, SFACE
from verifier.faces.models import Models
from verifier.local_time import local_date
from verifier.rules.in_force import in_force
from verifier.verdicts.bands import ThresholdSet
from verifier.verdicts.quality import quality_from_row
from verifier.verdicts.threshold_sets import threshold_set

# The second opinion was not asked for: whatever needs it is not a match, as `unsure` is not.
_NOT_ASKED = np.full(DIMENSIONS, np.inf, dtype=np.float32)
_LATEST_PHOTOS = 20_000  # of which the gate's numbers are read: a few days of a whole city

BIAS = (
    "Strangers: everybody's enrolled photos against everybody else's. Group and sex are in no",
    "register, so strangers are of both sexes: against the same sex more would pass.",
    "Genuine: enrolled photos of other days, and confirmed check-ins while their vectors are kept.",
    "What that hides: enrolled photos were chosen (a gate, an officer who looked); people with",
    "sets of several days are those who had to enrol again; most check-ins were confirmed by the",
    "very limits that are measured, so that among them only those misses are seen that people",
    "corrected. FNMR is therefore too low here, and no promise for other limits. Enrolled vectors",
    "are averaged with their mirror image, here also as probes: flattering, too. A check-in of",
    "which no second opinion was asked, and that would need one here, counts as missed.",
)
"""What every figure of this kind must be read with."""


@dataclass(frozen=True)
class Enrolled:
    """The samples, and how many of them are check-ins; of these, how many people confirmed.

    `thresholds`: the set in force in this deployment; `measures`: what the gate saw of the latest
    photos that phones sent, those that it sent back among them.
    """

    thresholds: ThresholdSet
    samples: tuple[Sample, ...]
    checkins: int
    by_people: int
    measures: tuple[Measure, ...] = ()

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"{len(self.samples) - self.checkins} enrolled photos and {self.checkins} confirmed"
            f" check-ins, {self.by_people} of these confirmed by people."
        )


@dataclass(frozen=True, eq=False)
class _Pictured:
    """The vectors of one photo by model, whose it is and on which day it was taken."""

    offender_id: UUID
    sitting: str
    vectors: dict[str, Vector]


def enrolled_samples(sessions: Sessions, models: Models, now: datetime) -> Enrolled:
    """One sample a photo that the models in use have seen; the day is its sitting.

    Raises UnknownThresholdSetError where a rule names a set that there is not.
    """
    sface, dlib = models.sha256[SFACE.name], models.sha256[DLIB_NETWORK]
    with transaction(sessions, Scope(ScopeKind.VERIFIER)) as session:
        session.execute(text("SET TRANSACTION READ ONLY"))
        photos = list(_pictured(session, _enrolled_photos()))
        checkins = list(_pictured(session, _confirmed_checkins()))
        by_people = _by_people(session)
        measures = tuple(_measures(session))
        thresholds = threshold_set(session, in_force(session, None, now).threshold_set)
    enrolled = [
        _sample(one, one.vectors[sface], one.vectors[dlib])
        for one in photos
        if sface in one.vectors and dlib in one.vectors
    ]
    confirmed = [
        _sample(one, one.vectors[sface], one.vectors.get(dlib, _NOT_ASKED), reference=False)
        for one in checkins
        if sface in one.vectors
    ]
    return Enrolled(thresholds, (*enrolled, *confirmed), len(confirmed), by_people, measures)


def _measures(session: Session) -> Iterator[Measure]:
    quality = EvidenceRow.face["quality"]
    latest = (
        select(quality)
        .where(func.jsonb_typeof(quality) == "object")
        .order_by(EvidenceRow.finished_at.desc())
        .limit(_LATEST_PHOTOS)
    )
    for kept in session.scalars(latest):
        found = quality_from_row(kept)
        if found is not None:
            yield Measure(UNKNOWN, found)


_Row = tuple[UUID, UUID, datetime, str, bytes]
_ENROLLED = (ReferenceSetState.APPROVED, ReferenceSetState.REPLACED)


def _enrolled_photos() -> Select[*_Row]:
    return (
        select(
            ReferenceVector.photo_id,
            ReferenceSet.offender_id,
            ReferenceSet.created_at,
            ReferenceVector.model_sha256,
            ReferenceVector.vector,
        )
        .join(ReferencePhoto, ReferencePhoto.id == ReferenceVector.photo_id)
        .join(ReferenceSet, ReferenceSet.id == ReferencePhoto.set_id)
        .where(
            ReferenceSet.state.in_(_ENROLLED),
            ReferencePhoto.state == ReferencePhotoState.USABLE,
        )
        .order_by(ReferenceSet.offender_id, ReferenceVector.photo_id)
    )


def _confirmed_checkins() -> Select[*_Row]:
    """The vectors of confirmed check-ins whose photo is still kept."""
    return (
        select(
            CheckIn.id,
            CheckIn.offender_id,
            CheckIn.received_at,
            CheckInVector.model_sha256,
            CheckInVector.vector,
        )
        .join(
            CheckInVector,
            (CheckInVector.offender_id == CheckIn.offender_id)
            & (CheckInVector.checkin_id == CheckIn.id),
        )
        .join(Media, Media.id == CheckInVector.media_id)
        .where(CheckIn.state == CheckInState.CONFIRMED, Media.state == MediaState.STORED)
        .order_by(CheckIn.offender_id, CheckIn.id)
    )


def _by_people(session: Session) -> int:
    keys = (
        _confirmed_checkins()
        .join(
            Review,
            (Review.offender_id == CheckIn.offender_id) & (Review.checkin_id == CheckIn.id),
        )
        .with_only_columns(CheckIn.offender_id, CheckIn.id)
        .order_by(None)
        .distinct()
    )
    return len(session.execute(keys).all())


def _pictured(session: Session, rows: Select[*_Row]) -> Iterator[_Pictured]:
    found: dict[tuple[UUID, UUID], list[_Row]] = defaultdict(list)
    for row in session.execute(rows):
        photo, offender_id, at, model_sha256, vector = row
        found[offender_id, photo].append((photo, offender_id, at, model_sha256, vector))
    for (offender_id, _), of_one in found.items():
        yield _Pictured(offender_id, _day(of_one), _vectors(of_one))


def _day(rows: list[_Row]) -> str:
    return local_date(rows[0][2]).isoformat()


def _vectors(rows: Iterable[_Row]) -> dict[str, Vector]:
    return {model: matching.from_bytes(vector) for _, _, _, model, vector in rows}


def _sample(one: _Pictured, sface: Vector, dlib: Vector, *, reference: bool = True) -> Sample:
    seen = Seen(probe=sface, burst=None, mirrored=sface, dlib=dlib, second=dlib)
    return Sample(str(one.offender_id), UNKNOWN, UNKNOWN, seen, one.sitting, reference)
