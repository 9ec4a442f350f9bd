"""What the last attempt at a check-in measured."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from storage.records import EvidenceRow
from verifier.verdicts.these import THESE, Key, is_one, words

_LAST = (
    select(EvidenceRow)
    .join(THESE, is_one(EvidenceRow.offender_id, EvidenceRow.checkin_id))
    .ext(distinct_on(EvidenceRow.offender_id, EvidenceRow.checkin_id))
    .order_by(EvidenceRow.offender_id, EvidenceRow.checkin_id, EvidenceRow.attempt.desc())
)


def last_evidence(session: Session, keys: Iterable[Key]) -> dict[Key, EvidenceRow]:
    """Returns the row of each check-in's last attempt; none of one that was never looked at."""
    rows = session.scalars(_LAST, words(keys))
    return {(row.offender_id, row.checkin_id): row for row in rows}
