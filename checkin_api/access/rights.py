"""What somebody may do with one person: the whole table asked about one case, for its pages."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import PERMISSIONS, Action, Whose
from storage.database import transaction
from storage.parts import Parts
from storage.records import Offender

OF_CASES = frozenset({Whose.OFFICE, Whose.DISTRICT, Whose.OPENED})
CASE_ACTIONS = tuple(
    action for action in Action if OF_CASES.intersection(PERMISSIONS[action].values())
)
Rights = frozenset[Action]


def read_rights(parts: Parts, caller: OfficerCaller, offender_id: UUID) -> Rights:
    """Give every action that reaches this person; none for a person out of reach."""
    with transaction(parts.sessions, caller.scope) as session:
        return rights_over(session, caller, offender_id)


def rights_over(session: Session, caller: OfficerCaller, offender_id: UUID) -> Rights:
    """Give every action that reaches this person, by the conditions that services ask too."""
    held = session.execute(
        select(*(in_reach(caller, action) for action in CASE_ACTIONS)).where(
            Offender.id == offender_id
        )
    ).first()
    if held is None:
        return frozenset()
    return frozenset(action for action, is_held in zip(CASE_ACTIONS, held, strict=True) if is_held)
