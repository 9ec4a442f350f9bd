"""Whether the photos of a set agree, written down of the set as a whole."""

from uuid import UUID

from sqlalchemy.orm import Session

from storage.records import ReferenceSet, ReferenceSetState
from verifier.faces.agreement import agreement
from verifier.faces.models import Models
from verifier.jobs.stored_references import vectors_of_set
from verifier.verdicts import bands


def compare(session: Session, set_id: UUID, models: Models) -> None:
    """Says of a set that is being collected whether the photos that were looked at agree.

    Under the set's lock: of two photos that are concluded at once, the later sees both.
    """
    owner = session.get_one(ReferenceSet, set_id, with_for_update=True)
    session.flush()
    if owner.state is ReferenceSetState.COLLECTING:
        owner.pairs = agreement(vectors_of_set(session, set_id, models), bands.DEFAULT)
