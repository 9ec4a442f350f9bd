"""Exempting a person from the movement check, until a day or for good; why is kept nowhere."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from checkin_api.access.callers import OfficerCaller
from checkin_api.exemptions.terms import as_kept, as_told, locked, require_end
from mobile_contract.codes import NoticeKind
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Offender
from verifier.local_time import local_date
from verifier.notices import tell_of_act


@dataclass(frozen=True)
class MovementExemption:
    """From today on: with its last day, or permanent."""

    offender_id: UUID
    ends_on: date | None
    permanent: bool


def exempt_from_movement(parts: Parts, caller: OfficerCaller, wanted: MovementExemption) -> None:
    """Exempt a person from today on, who is told; the same again changes nothing.

    Nothing that was judged before is judged again. Raises RefusedError: not_found,
    invalid_content.
    """
    now = parts.now()
    today = local_date(now)
    require_end(wanted.ends_on, today, permanent=wanted.permanent)
    with transaction(parts.sessions, caller.scope) as session:
        person = locked(session, caller, wanted.offender_id)
        if person.movement_exempt_from is not None and _holds(person, today):
            if person.movement_exempt_to == wanted.ends_on:
                return
        else:
            person.movement_exempt_from = today
        person.movement_exempt_to = wanted.ends_on
        told = as_told(wanted.ends_on)
        tell_of_act(session, person.id, NoticeKind.MOVEMENT_EXEMPT, now, day=told)
        until = as_kept(wanted.ends_on)
        audit.record(session, "movement_exempted", now, offender_id=person.id, until=until)


def end_movement_exemption(parts: Parts, caller: OfficerCaller, offender_id: UUID) -> None:
    """Ask for movement again from tomorrow on, and say so; ending none changes nothing.

    Raises RefusedError(not_found).
    """
    now = parts.now()
    today = local_date(now)
    with transaction(parts.sessions, caller.scope) as session:
        person = locked(session, caller, offender_id)
        if person.movement_exempt_from is None or (person.movement_exempt_to or date.max) <= today:
            return
        person.movement_exempt_to = today
        kind = NoticeKind.MOVEMENT_EXEMPTION_ENDED
        tell_of_act(session, person.id, kind, now, day=as_told(today))
        audit.record(session, "movement_exemption_ended", now, offender_id=person.id)


def _holds(person: Offender, today: date) -> bool:
    return person.movement_exempt_to is None or person.movement_exempt_to >= today
