"""Whose photos officers should take anew, on the page of what waits."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import Action
from storage.database import transaction
from storage.parts import Parts
from storage.records import Offender, Office
from verifier.renewal import RenewalReason, due_for_renewal

MOST_LISTED = 500


@dataclass(frozen=True)
class RenewalSeen:
    """One person whose photos should be renewed."""

    offender_id: UUID
    number: str
    name: str
    office: str
    since: datetime
    why: tuple[RenewalReason, ...]


def read_renewals(parts: Parts, caller: OfficerCaller) -> list[RenewalSeen]:
    """Give the people in reach whose photos should be renewed, the longest enrolled first."""
    with transaction(parts.sessions, caller.scope) as session:
        within = in_reach(caller, Action.COLLECT_PHOTOS)
        due = due_for_renewal(session, parts.now(), within)[:MOST_LISTED]
        people = session.execute(
            select(Offender.id, Offender.number, Offender.name, Office.name)
            .join(Office, Office.id == Offender.office_id)
            .where(Offender.id.in_([one.offender_id for one in due]))
        )
        known = {row[0]: row[1:] for row in people}
        return [
            RenewalSeen(one.offender_id, *known[one.offender_id], one.since, one.why) for one in due
        ]
