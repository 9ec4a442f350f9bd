"""What whoever decides about a set of enrolled photos does first, and with what is given up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from storage.records import Media, ReferenceSet


def locked_set(session: Session, offender_id: UUID, set_id: UUID) -> ReferenceSet:
    """Give a person's set, and keep others from deciding it; raises RefusedError(not_found)."""
    row = session.scalars(
        select(ReferenceSet)
        .where(ReferenceSet.id == set_id, ReferenceSet.offender_id == offender_id)
        .with_for_update()
    ).first()
    if row is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return row


def let_go(session: Session, photos: Select[UUID], now: datetime) -> None:
    """Have these media erased, and what was made of them, unless somebody holds them."""
    session.execute(
        update(Media)
        .where(Media.id.in_(photos) | Media.original_id.in_(photos), Media.hold.is_(False))
        .values(keep_until=now)
    )
