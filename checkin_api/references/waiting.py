"""Enrolments that wait for an officer: to be looked at, approved or seconded."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import Action
from storage.database import transaction
from storage.parts import Parts
from storage.records import (
    OPEN_SETS,
    STANDS_IN_SET,
    Offender,
    Office,
    ReferencePhoto,
    ReferenceSet,
    ReferenceSetState,
    ReferenceSource,
)

MOST_LISTED = 500


@dataclass(frozen=True)
class SetWaiting:
    """One set that is not decided."""

    offender_id: UUID
    number: str
    name: str
    office: str
    state: ReferenceSetState
    source: ReferenceSource
    since: datetime
    photos: int
    mine: bool  # approved by who asks: it waits for somebody else


def read_waiting(parts: Parts, caller: OfficerCaller) -> list[SetWaiting]:
    """Give the sets that wait, of people in reach, the oldest first."""
    with transaction(parts.sessions, caller.scope) as session:
        return _waiting(session, caller)


def _waiting(session: Session, caller: OfficerCaller) -> list[SetWaiting]:
    photos = (
        select(func.count())
        .select_from(ReferencePhoto)
        .where(ReferencePhoto.set_id == ReferenceSet.id, STANDS_IN_SET)
        .correlate(ReferenceSet)
        .scalar_subquery()
    )
    rows = session.execute(
        select(ReferenceSet, Offender.number, Offender.name, Office.name, photos)
        .join(Offender, Offender.id == ReferenceSet.offender_id)
        .join(Office, Office.id == Offender.office_id)
        .where(ReferenceSet.state.in_(OPEN_SETS), in_reach(caller, Action.COLLECT_PHOTOS))
        .order_by(ReferenceSet.state_since, ReferenceSet.id)
        .limit(MOST_LISTED)
    )
    return [
        SetWaiting(
            offender_id=row.offender_id,
            number=number,
            name=name,
            office=office,
            state=row.state,
            source=row.source,
            since=row.state_since,
            photos=count,
            mine=row.approved_by == caller.officer_id,
        )
        for row, number, name, office, count in rows
    ]
