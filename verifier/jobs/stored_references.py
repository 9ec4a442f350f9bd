"""A person's enrolled vectors, in rows and out of them; only those of the models in use."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from sqlalchemy.orm import Session

from storage.records import (
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    ReferenceVector,
)
from verifier.faces import matching
from verifier.faces.matching import ReferenceVectors
from verifier.faces.model_files import DLIB_NETWORK, SFACE
from verifier.faces.models import Models

COMPARABLE = (ReferencePhotoState.USABLE, ReferencePhotoState.POOR)


_Kept = tuple[UUID, str | None, bytes | None]  # a photo, a model's sha256, its vector

_APPROVED = (
    select(
        ReferenceSet.offender_id,
        ReferencePhoto.id,
        ReferenceVector.model_sha256,
        ReferenceVector.vector,
    )
    .join(ReferencePhoto, ReferencePhoto.set_id == ReferenceSet.id)
    .outerjoin(ReferenceVector, ReferenceVector.photo_id == ReferencePhoto.id)
    .where(
        ReferenceSet.offender_id == any_(bindparam("people", type_=ARRAY(Uuid()))),
        ReferenceSet.state == ReferenceSetState.APPROVED,
        ReferencePhoto.state == ReferencePhotoState.USABLE,
    )
)


def vector_rows(photo_id: UUID, vectors: ReferenceVectors, models: Models) -> list[ReferenceVector]:
    """Returns the rows that keep what the models made of a photo."""
    return [
        ReferenceVector(
            photo_id=photo_id,
            model=model,
            model_sha256=models.sha256[model],
            vector=matching.to_bytes(vector),
        )
        for model, vector in ((SFACE.name, vectors.sface), (DLIB_NETWORK, vectors.dlib))
    ]


def add_vectors(
    session: Session, photo_id: UUID, vectors: ReferenceVectors, models: Models
) -> None:
    """Keeps what the models made of a photo; what is kept of a model already stays."""
    known = set(
        session.scalars(
            select(ReferenceVector.model_sha256).where(ReferenceVector.photo_id == photo_id)
        )
    )
    rows = vector_rows(photo_id, vectors, models)
    session.add_all(row for row in rows if row.model_sha256 not in known)


def vectors_of(
    session: Session, people: Collection[UUID], models: Models
) -> dict[UUID, list[ReferenceVectors]]:
    """Returns the vectors of people's approved photos; nothing of who is not enrolled.

    An empty list for who is, by photos that have none of the models in use: vectors of different
    models are never compared.
    """
    of_person: dict[UUID, list[_Kept]] = defaultdict(list)
    for person, photo, sha256, vector in session.execute(_APPROVED, {"people": list(set(people))}):
        of_person[person].append((photo, sha256, vector))
    return {person: _whole(rows, models) for person, rows in of_person.items()}


def vectors_of_set(session: Session, set_id: UUID, models: Models) -> list[ReferenceVectors]:
    """Returns what the models in use made of the photos of one set, poor ones included."""
    rows = session.execute(
        select(ReferencePhoto.id, ReferenceVector.model_sha256, ReferenceVector.vector)
        .join(ReferenceVector, ReferenceVector.photo_id == ReferencePhoto.id)
        .where(ReferencePhoto.set_id == set_id, ReferencePhoto.state.in_(COMPARABLE))
    )
    return _whole([(photo, sha256, vector) for photo, sha256, vector in rows], models)


def _whole(rows: Iterable[_Kept], models: Models) -> list[ReferenceVectors]:
    """Returns the vectors of the photos that both models in use have seen."""
    found: dict[UUID, dict[str, bytes]] = defaultdict(dict)
    for photo, sha256, vector in rows:
        if sha256 is not None and vector is not None:
            found[photo][sha256] = vector
    sface, dlib = models.sha256[SFACE.name], models.sha256[DLIB_NETWORK]
    return [
        ReferenceVectors(matching.from_bytes(kept[sface]), matching.from_bytes(kept[dlib]))
        for kept in found.values()
        if sface in kept and dlib in kept
    ]
