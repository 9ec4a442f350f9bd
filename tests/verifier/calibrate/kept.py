"""A deployment's people as its database keeps them: sets of different days, kept check-ins."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState
from storage.media import MediaKey, StoredObject
from storage.records import (
    ApprovalBasis,
    CheckIn,
    CheckInVector,
    MediaKind,
    MediaState,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
)
from storage.stored_media import Described, media_row
from tests.checkin_api.arranged import new_id
from tests.factories import Factory
from tests.verifier.calibrate.made_up import vector
from verifier.faces import matching
from verifier.faces.embedding import DIMENSIONS, Vector
from verifier.faces.matching import ReferenceVectors
from verifier.faces.model_files import SFACE
from verifier.faces.models import Models
from verifier.jobs.stored_references import vector_rows

A_DAY = timedelta(days=1)
NEAR, FAR = 0.7, 1.0  # scatter of one person's photos, and of everybody's faces


@dataclass
class Kept:
    """Lays people whose photos are vectors only."""

    factory: Factory
    models: Models
    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def person(self, sittings: int = 2, photos: int = 3, checkins: int = 2) -> UUID:
        """One person: sets of different days, then check-ins of later days that were confirmed."""
        person = self.factory.offender().id
        face = vector(self.chance, np.zeros(DIMENSIONS, dtype=np.float32), FAR)
        first = self.factory.parts.now() - (sittings + checkins + 1) * A_DAY
        for number in range(sittings):
            state = ReferenceSetState.REPLACED
            if number == sittings - 1:
                state = ReferenceSetState.APPROVED
            self.set_of(person, [self._near(face) for _ in range(photos)], first, state)
            first += A_DAY
        for _ in range(checkins):
            self.checkin(person, self._near(face), first)
            first += A_DAY
        return person

    def set_of(
        self,
        person: UUID,
        faces: Sequence[Vector],
        at: datetime,
        state: ReferenceSetState = ReferenceSetState.APPROVED,
    ) -> None:
        """An enrolment of one day."""
        officer = self.factory.account().id
        with self.factory.session() as session:
            chosen = ReferenceSet(
                offender_id=person,
                state=state,
                state_since=at,
                created_by=officer,
                created_at=at,
                approved_by=officer,
                basis=ApprovalBasis.IN_PRESENCE,
                seconded_by=self.factory.account().id,
                seconded_at=at,
            )
            session.add(chosen)
            session.flush()
            for face in faces:
                media = self._media(session, person, MediaKey.reference(chosen.id, _name()), at)
                photo = ReferencePhoto(
                    set_id=chosen.id,
                    media_id=media,
                    state=ReferencePhotoState.USABLE,
                    added_at=at,
                )
                session.add(photo)
                session.flush()
                both = ReferenceVectors(sface=face, dlib=face * 0.6)
                session.add_all(vector_rows(photo.id, both, self.models))

    def checkin(
        self,
        person: UUID,
        face: Vector,
        at: datetime,
        state: CheckInState = CheckInState.CONFIRMED,
        media: MediaState = MediaState.STORED,
    ) -> UUID:
        """A check-in whose photo was compared by SFace alone."""
        checkin = new_id()
        with self.factory.session() as session:
            session.add(_row(person, checkin, at, state))
            session.flush()
            key = MediaKey.checkin(person, checkin, _name())
            photo = self._media(session, person, key, at, checkin_id=checkin, state=media)
            session.add(
                CheckInVector(
                    offender_id=person,
                    checkin_id=checkin,
                    model_sha256=self.models.sha256[SFACE.name],
                    model=SFACE.name,
                    media_id=photo,
                    vector=matching.to_bytes(face),
                    keep_until=at + timedelta(days=30),
                )
            )
        return checkin

    def _near(self, face: Vector) -> Vector:
        return vector(self.chance, face, NEAR)

    def _media(
        self, session: Session, person: UUID, key: MediaKey, at: datetime, **values: Any
    ) -> UUID:
        stored = StoredObject("media", key.text, "", 1, _name())
        kind = MediaKind.CHECKIN if "checkin_id" in values else MediaKind.REFERENCE
        row = media_row(stored, Described(kind, "selfie", "image/jpeg"), at)
        row.offender_id = person
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)
        session.flush()
        return row.id


def _row(person: UUID, checkin: UUID, at: datetime, state: CheckInState) -> CheckIn:
    return CheckIn(
        offender_id=person,
        id=checkin,
        channel="phone",
        body={},
        received_at=at,
        captured_at=at,
        time_basis="received_in_time",
        captured_offline=False,
        state=state,
        state_since=at,
        told=[],
    )


def _name() -> str:
    return hashlib.sha256(new_id().bytes).hexdigest()
