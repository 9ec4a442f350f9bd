"""The deployment's own references, as vectors out of the database; nothing is written."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from storage.database import Scope, ScopeKind, Sessions, transaction
from storage.records import (
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    ReferenceVector,
)
from verifier.calibrate.people import UNKNOWN, Sample, Seen
from verifier.faces import matching
from verifier.faces.embedding import Vector
from verifier.faces.model_files import SFACE
from verifier.faces.models import Models
from verifier.local_time import local_date

_DLIB = "dlib_face_recognition_resnet_model_v1.dat"

BIAS = (
    "Enrolled photos, of both approved and replaced sets; taken on different days, they stand in",
    "for check-ins. What that hides: enrolled photos were chosen (a gate, an officer who looked),",
    "so real check-ins are missed more often; people with sets of several days are those who had",
    "to enrol again. Vectors of confirmed check-ins are not kept, so none are counted here. Group",
    "and sex are in no register, so strangers are of both sexes: against the same sex more pass.",
    "Enrolled vectors are averaged with their mirror image, here also as probes: flattering, too.",
)
"""What every figure of this kind must be read with."""


def enrolled_samples(sessions: Sessions, models: Models) -> list[Sample]:
    """One sample a usable photo that the models in use have seen; the day is its sitting."""
    with transaction(sessions, Scope(ScopeKind.VERIFIER)) as session:
        session.execute(text("SET TRANSACTION READ ONLY"))
        return _samples(session, models)


def _samples(session: Session, models: Models) -> list[Sample]:
    of_photo: dict[UUID, dict[str, Vector]] = defaultdict(dict)
    owners: dict[UUID, tuple[UUID, str]] = {}
    rows = session.execute(
        select(
            ReferenceSet.offender_id,
            ReferenceSet.created_at,
            ReferenceVector.photo_id,
            ReferenceVector.model_sha256,
            ReferenceVector.vector,
        )
        .join(ReferencePhoto, ReferencePhoto.set_id == ReferenceSet.id)
        .join(ReferenceVector, ReferenceVector.photo_id == ReferencePhoto.id)
        .where(
            ReferenceSet.state.in_((ReferenceSetState.APPROVED, ReferenceSetState.REPLACED)),
            ReferencePhoto.state == ReferencePhotoState.USABLE,
        )
        .order_by(ReferenceSet.offender_id, ReferenceVector.photo_id)
    )
    for offender_id, created_at, photo_id, model_sha256, vector in rows:
        owners[photo_id] = offender_id, local_date(created_at).isoformat()
        of_photo[photo_id][model_sha256] = matching.from_bytes(vector)
    sface, dlib = models.sha256[SFACE.name], models.sha256[_DLIB]
    return [
        _sample(*owners[photo_id], vectors[sface], vectors[dlib])
        for photo_id, vectors in of_photo.items()
        if sface in vectors and dlib in vectors
    ]


def _sample(offender_id: UUID, sitting: str, sface: Vector, dlib: Vector) -> Sample:
    seen = Seen(probe=sface, burst=None, mirrored=sface, dlib=dlib)
    return Sample(str(offender_id), UNKNOWN, UNKNOWN, seen, sitting)
