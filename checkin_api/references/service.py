"""What officers do with a person's enrolled photos before they are approved."""

import time
from collections.abc import Sequence
from uuid import UUID

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.references.collecting import Giver, collect
from checkin_api.references.queries import Enrolment, enrolment_of
from checkin_api.uploads import Part
from storage.database import transaction
from storage.parts import Parts
from storage.records import ReferenceSource

LOOK_EVERY_S = 0.2


def read_enrolment(parts: Parts, caller: OfficerCaller, offender_id: UUID) -> Enrolment:
    """Give what is enrolled of a person; raises RefusedError(not_found)."""
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, offender_id, Action.SEE_PERSON)
        return enrolment_of(session, caller, offender_id)


def add_photos(
    parts: Parts, caller: OfficerCaller, offender_id: UUID, photos: Sequence[Part]
) -> int:
    """Add photos to the set being collected; gives how many were new.

    Raises RefusedError: not_found, and what `collect` raises.
    """
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, offender_id, Action.COLLECT_PHOTOS)
    giver = Giver(caller.scope, ReferenceSource.OFFICER, caller.officer_id)
    return collect(parts, giver, offender_id, photos)


def wait_until_examined(
    parts: Parts, caller: OfficerCaller, offender_id: UUID, within_s: float = 5.0
) -> None:
    """Wait a little for the worker, so that the page says at once which photos are good.

    Opens a short transaction a look; a page that comes too early loads itself again.
    """
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        collecting = read_enrolment(parts, caller, offender_id).collecting
        if collecting is None or collecting.is_settled:
            return
        time.sleep(LOOK_EVERY_S)
