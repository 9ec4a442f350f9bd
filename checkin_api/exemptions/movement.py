"""Exempting a person from the movement check, until a day or for good; why is kept nowhere."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Offender
from verifier.local_time import local_date

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class MovementExemption:
    """From today on: with its last day, or permanent."""

    offender_id: UUID
    ends_on: date | None
    permanent: bool


def exempt_from_movement(parts: Parts, caller: OfficerCaller, wanted: MovementExemption) -> None:
    """Exempt a person from today on; the same again changes nothing.

    Nothing that was judged before is judged again. Raises RefusedError: not_found,
    invalid_content.
    """
    now = parts.now()
    today = local_date(now)
    _require_end(wanted, today)
    with transaction(parts.sessions, caller.scope) as session:
        person = _locked(session, caller, wanted.offender_id)
        if person.movement_exempt_from is not None and _holds(person, today):
            if person.movement_exempt_to == wanted.ends_on:
                return
        else:
            person.movement_exempt_from = today
        person.movement_exempt_to = wanted.ends_on
        until = wanted.ends_on.isoformat() if wanted.ends_on else "—"
        audit.record(session, "movement_exempted", now, offender_id=person.id, until=until)


def end_movement_exemption(parts: Parts, caller: OfficerCaller, offender_id: UUID) -> None:
    """Ask for movement again from tomorrow on; ending none changes nothing.

    Raises RefusedError(not_found).
    """
    now = parts.now()
    today = local_date(now)
    with transaction(parts.sessions, caller.scope) as session:
        person = _locked(session, caller, offender_id)
        if person.movement_exempt_from is None or (person.movement_exempt_to or date.max) <= today:
            return
        person.movement_exempt_to = today
        audit.record(session, "movement_exemption_ended", now, offender_id=person.id)


def _require_end(wanted: MovementExemption, today: date) -> None:
    if wanted.permanent == (wanted.ends_on is not None):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/exempt_until", "one_of_two"))
    if wanted.ends_on is not None and not today <= wanted.ends_on <= today + LONGEST:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/exempt_until", "range"))


def _holds(person: Offender, today: date) -> bool:
    return person.movement_exempt_to is None or person.movement_exempt_to >= today


def _locked(session: Session, caller: OfficerCaller, offender_id: UUID) -> Offender:
    offender_in_reach(session, caller, offender_id, Action.EXEMPT)
    return session.scalars(
        select(Offender).where(Offender.id == offender_id).with_for_update(key_share=True)
    ).one()
