"""Enrolments that a test needs and does not test: real photos, real vectors."""

import hashlib
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from storage.database import Scope, ScopeKind, transaction
from storage.local_stack.places import Places
from storage.media import MediaKey
from storage.parts import Parts
from storage.records import (
    ApprovalBasis,
    MediaKind,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
)
from storage.stored_media import Described, media_row
from verifier.faces.examine import embed_reference
from verifier.faces.matching import ReferenceVectors
from verifier.faces.models import Models, load
from verifier.jobs.stored_references import vector_rows
from verifier.verdicts.quality import DEFAULT_LIMITS

TEST = Scope(ScopeKind.COMMAND, "factory")
# A field that no reader of ONNX knows: another file, and so another model, with the same answers.
UNKNOWN_FIELD = b"\xc2\x3e\x01\x00"


@cache
def models() -> Models:
    """The face models, once a test process."""
    return load(Places.read(os.environ).models)


def another_recognizer(folder: Path) -> Path:
    """Lay the file of another recognizer than the one that judges."""
    (file,) = Places.read(os.environ).models.glob("face_recognition_sface*.onnx")
    copy = folder / "another.onnx"
    copy.write_bytes(file.read_bytes() + UNKNOWN_FIELD)
    return copy


@cache
def embedded(photo: bytes) -> ReferenceVectors:
    """What the models make of a reference photo."""
    found = embed_reference(photo, models(), DEFAULT_LIMITS)
    assert found.fault is None, found
    assert found.vectors is not None
    return found.vectors


def approved_set(parts: Parts, officer: UUID, offender: UUID, photos: Sequence[bytes]) -> UUID:
    """Lay an approved set of photos with their vectors, as two officers and a worker would."""
    now = parts.now()
    for photo in photos:
        embedded(photo)  # slow, and kept: nothing slow within the transaction
    with transaction(parts.sessions, TEST) as session:
        chosen = ReferenceSet(
            offender_id=offender,
            state=ReferenceSetState.APPROVED,
            state_since=now,
            created_by=officer,
            created_at=now,
            approved_by=officer,
            basis=ApprovalBasis.IN_PRESENCE,
        )
        session.add(chosen)
        session.flush()
        for photo in photos:
            _lay_photo(parts, session, chosen, photo)
    return chosen.id


def _lay_photo(parts: Parts, session: Session, chosen: ReferenceSet, photo: bytes) -> None:
    key = MediaKey.reference(chosen.id, hashlib.sha256(photo).hexdigest())
    stored = parts.media.put(key, photo, "image/jpeg")
    described = Described(MediaKind.REFERENCE, "reference", "image/jpeg")
    media = media_row(stored, described, chosen.state_since)
    media.offender_id = chosen.offender_id
    session.add(media)
    session.flush()
    row = ReferencePhoto(
        set_id=chosen.id,
        media_id=media.id,
        state=ReferencePhotoState.USABLE,
        added_at=chosen.state_since,
    )
    session.add(row)
    session.flush()
    session.add_all(vector_rows(row.id, embedded(photo), models()))
