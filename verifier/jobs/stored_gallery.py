"""Filling the gallery from the database, and asking the database about whom it finds."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

import numpy as np
from sqlalchemy import BigInteger, Select, Text, cast, func, select
from sqlalchemy.orm import Session

from mobile_contract.codes import SupervisionState
from storage.records import (
    EnrolmentChange,
    Offender,
    Office,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    ReferenceVector,
)
from verifier.attendance.supervision import supervision_of
from verifier.faces import embedding, matching
from verifier.faces.gallery import EVERYWHERE, Entry, Gallery, Likeness
from verifier.local_time import local_date

_AT_ONCE = 5000


def refresh(session: Session, gallery: Gallery, place: UUID, model: str) -> None:
    """Brings a gallery up to what is committed now, and everybody of a place into it.

    Reads only who changed since; raises GalleryFullError. Joins the caller's transaction.
    """
    gallery.open_for(model)
    # Before anything is read: what is committed meanwhile is read again the next time.
    until = session.scalar(
        select(cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger))
    )
    if until is None or until < gallery.known_to:  # a restored database counts anew
        gallery.empty()
    elif gallery.known_to:
        _read_changes(session, gallery, model)
    if not gallery.holds(place):
        gallery.fill(place, list(_entries(session, _enrolled(model), place)))
    gallery.know(until or 0)


def still_there(
    session: Session, found: Sequence[Likeness], place: UUID, model: str, now: datetime
) -> tuple[Likeness, UUID] | None:
    """Returns the first of these who is enrolled and under supervision, and their office."""
    wanted = [likeness.person for likeness in found]
    enrolled = {entry.person for entry in _entries(session, _of_people(model, wanted), place)}
    supervision = supervision_of(session, wanted)
    today = local_date(now)
    for likeness in found:
        ended = supervision[likeness.person].state(today) is SupervisionState.ENDED
        if likeness.person in enrolled and not ended:
            return likeness, session.get_one(Offender, likeness.person).office_id
    return None


def _read_changes(session: Session, gallery: Gallery, model: str) -> None:
    changed = session.scalars(
        select(EnrolmentChange.offender_id).where(EnrolmentChange.changed_in >= gallery.known_to)
    ).all()
    for begin in range(0, len(changed), _AT_ONCE):
        people = changed[begin : begin + _AT_ONCE]
        entries = list(_entries(session, _of_people(model, people), EVERYWHERE))
        kept = [entry for entry in entries if gallery.holds(entry.district)]
        gallery.change(people, kept)


_Rows = Select[UUID, UUID, bytes]


def _enrolled(model: str) -> _Rows:
    """The vectors of one model of every approved reference, person by person."""
    return (
        select(ReferenceSet.offender_id, Office.district_id, ReferenceVector.vector)
        .join(ReferencePhoto, ReferencePhoto.set_id == ReferenceSet.id)
        .join(ReferenceVector, ReferenceVector.photo_id == ReferencePhoto.id)
        .join(Offender, Offender.id == ReferenceSet.offender_id)
        .join(Office, Office.id == Offender.office_id)
        .where(
            ReferenceSet.state == ReferenceSetState.APPROVED,
            ReferencePhoto.state == ReferencePhotoState.USABLE,
            ReferenceVector.model_sha256 == model,
        )
        .order_by(ReferenceSet.offender_id)
    )


def _of_people(model: str, people: Sequence[UUID]) -> _Rows:
    return _enrolled(model).where(ReferenceSet.offender_id.in_(people))


def _entries(session: Session, rows: _Rows, place: UUID) -> Iterable[Entry]:
    if place != EVERYWHERE:
        rows = rows.where(Office.district_id == place)
    found = session.execute(rows.execution_options(yield_per=_AT_ONCE))
    for (person, district), vectors in groupby(found, lambda row: (row[0], row[1])):
        mean = np.mean([matching.from_bytes(row[2]) for row in vectors], axis=0)
        yield Entry(person, district, embedding.normalised(mean))
