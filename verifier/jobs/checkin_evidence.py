"""What an attempt at check-ins measured, as rows that are never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from storage.records import EvidenceRow
from verifier.verdicts.evidence import FaceEvidence
from verifier.verdicts.movement import MovementSeen, movement_to_row
from verifier.verdicts.stored_face import face_to_row
from verifier.verdicts.these import THESE, Key, is_one, words

_ATTEMPTS = (
    select(THESE.c.offender_id, THESE.c.id, func.max(EvidenceRow.attempt))
    .join(EvidenceRow, is_one(EvidenceRow.offender_id, EvidenceRow.checkin_id))
    .group_by(THESE.c.offender_id, THESE.c.id)
)
# Without asking for the ids that PostgreSQL gives: one message for all rows.
_INSERT = insert(cast("Table", EvidenceRow.__table__)).inline()


@dataclass(frozen=True)
class Measured:
    """What one attempt measured, and from when to when."""

    face: FaceEvidence
    movement: MovementSeen | None
    started_at: datetime
    finished_at: datetime


def keep_evidence(session: Session, measured: Mapping[Key, Measured]) -> None:
    """Adds the evidence of an attempt at each check-in, whose rows the caller has locked."""
    before = {(row[0], row[1]): row[2] for row in session.execute(_ATTEMPTS, words(measured))}
    rows = [
        {
            "offender_id": key[0],
            "checkin_id": key[1],
            "attempt": before.get(key, 0) + 1,
            "face_verdict": str(one.face.verdict),
            "face": face_to_row(one.face),
            "movement": None if one.movement is None else movement_to_row(one.movement),
            "threshold_set": one.face.threshold_set,
            "started_at": one.started_at,
            "finished_at": one.finished_at,
        }
        for key, one in measured.items()
    ]
    session.execute(_INSERT, rows)
