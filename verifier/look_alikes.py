"""Whether somebody is enrolled with photos that resemble another's; joins the transaction."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from storage.records import LookAlike, ReferenceSet, ReferenceSetState

# Made once: every check-in asks.
_searched, _other = aliased(ReferenceSet), aliased(ReferenceSet)
_PERSON = bindparam("person", type_=Uuid())
_PAIR = (
    select(LookAlike.set_id)
    .join(_searched, _searched.id == LookAlike.set_id)
    .join(
        _other,
        and_(
            _other.offender_id == LookAlike.nearest_id,
            _other.state == ReferenceSetState.APPROVED,
            _other.state_since <= LookAlike.found_at,
        ),
    )
    .where(
        _searched.state == ReferenceSetState.APPROVED,
        or_(LookAlike.offender_id == _PERSON, LookAlike.nearest_id == _PERSON),
    )
    .limit(1)
)


def has_look_alike(session: Session, offender_id: UUID) -> bool:
    """Tells whether a person is one of a pair, until either of the two is enrolled anew.

    The pair stands on the set that was searched for; the other's own record says nothing of it.
    """
    return session.scalar(_PAIR, {"person": offender_id}) is not None


def is_sampled(checkin_id: UUID, received_at: datetime, one_in: int) -> bool:
    """Tells whether a check-in is one that an officer looks at; no phone can choose it.

    By when the server received it: the same check-in is judged the same however often.
    """
    seed = f"{checkin_id}{received_at.isoformat()}".encode()
    return int.from_bytes(hashlib.sha256(seed).digest()[:8], "big") % one_in == 0
