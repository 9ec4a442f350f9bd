"""Whether somebody is enrolled with photos that resemble another's; joins the transaction."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, any_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from storage.records import LookAlike, ReferenceSet, ReferenceSetState

# Made once: every check-in asks.
_searched, _other = aliased(ReferenceSet), aliased(ReferenceSet)
_PEOPLE = bindparam("people", type_=ARRAY(Uuid()))
_PAIRS = (
    select(LookAlike.offender_id, LookAlike.nearest_id)
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
        or_(LookAlike.offender_id == any_(_PEOPLE), LookAlike.nearest_id == any_(_PEOPLE)),
    )
)


def with_look_alike(session: Session, people: Iterable[UUID]) -> set[UUID]:
    """Names those who are one of a pair, until either of the two is enrolled anew.

    The pair stands on the set that was searched for; the other's own record says nothing of it.
    """
    asked = set(people)
    pairs = session.execute(_PAIRS, {"people": list(asked)}) if asked else ()
    return asked.intersection(person for pair in pairs for person in pair)


def is_sampled(checkin_id: UUID, received_at: datetime, one_in: int) -> bool:
    """Tells whether a check-in is one that an officer looks at; no phone can choose it.

    By when the server received it: the same check-in is judged the same however often.
    """
    seed = f"{checkin_id}{received_at.isoformat()}".encode()
    return int.from_bytes(hashlib.sha256(seed).digest()[:8], "big") % one_in == 0
