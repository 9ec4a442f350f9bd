"""Whether somebody is enrolled with photos that resemble another's; joins the transaction."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from storage.records import LookAlike, ReferenceSet, ReferenceSetState


def has_look_alike(session: Session, offender_id: UUID) -> bool:
    """Tells whether a person is one of a pair, until either of the two is enrolled anew.

    The pair stands on the set that was searched for; the other's own record says nothing of it.
    """
    searched, other = aliased(ReferenceSet), aliased(ReferenceSet)
    pair = (
        select(LookAlike.set_id)
        .join(searched, searched.id == LookAlike.set_id)
        .join(
            other,
            and_(
                other.offender_id == LookAlike.nearest_id,
                other.state == ReferenceSetState.APPROVED,
                other.state_since <= LookAlike.found_at,
            ),
        )
        .where(
            searched.state == ReferenceSetState.APPROVED,
            or_(LookAlike.offender_id == offender_id, LookAlike.nearest_id == offender_id),
        )
    )
    return session.scalar(pair.limit(1)) is not None


def is_sampled(checkin_id: UUID, received_at: datetime, one_in: int) -> bool:
    """Tells whether a check-in is one that an officer looks at; no phone can choose it.

    By when the server received it: the same check-in is judged the same however often.
    """
    seed = f"{checkin_id}{received_at.isoformat()}".encode()
    return int.from_bytes(hashlib.sha256(seed).digest()[:8], "big") % one_in == 0
