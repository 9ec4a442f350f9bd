"""Exempting a person from the face, with reason and end or for good, and ending it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.exemptions.terms import as_kept, as_told, locked, require_end
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import NoticeKind, ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Offender
from verifier.local_time import local_date
from verifier.notices import tell_of_act

LONGEST_REASON = 200


@dataclass(frozen=True)
class ExemptionWanted:
    """From today on; with its last day, or permanent."""

    offender_id: UUID
    reason: str
    ends_on: date | None
    permanent: bool


@dataclass(frozen=True)
class ExemptionSeen:
    """An exemption of today or of later."""

    starts_on: date
    ends_on: date | None
    reason: str


def read_exemption(parts: Parts, caller: OfficerCaller, offender_id: UUID) -> ExemptionSeen | None:
    """Give a person's exemption from the face, None without; raises RefusedError(not_found)."""
    today = local_date(parts.now())
    with transaction(parts.sessions, caller.scope) as session:
        person = offender_in_reach(session, caller, offender_id, Action.SEE_PERSON)
        starts_on = person.face_exempt_from
        if starts_on is None or (person.face_exempt_to or today) < today:
            return None
        return ExemptionSeen(starts_on, person.face_exempt_to, person.face_exempt_reason or "")


def exempt(parts: Parts, caller: OfficerCaller, wanted: ExemptionWanted) -> None:
    """Exempt a person from the face from today on; the same again changes nothing.

    The person is told, check-ins are confirmed on the device key with a note, and nothing that was
    judged before is judged again. Raises RefusedError: not_found, invalid_content.
    """
    now = parts.now()
    today = local_date(now)
    reason = _checked(wanted, today)
    with transaction(parts.sessions, caller.scope) as session:
        person = locked(session, caller, wanted.offender_id)
        if (person.face_exempt_reason, person.face_exempt_to) == (reason, wanted.ends_on):
            return
        person.face_exempt_from = today
        person.face_exempt_to, person.face_exempt_reason = wanted.ends_on, reason
        _make_known(session, person, now)


def end_exemption(parts: Parts, caller: OfficerCaller, offender_id: UUID) -> None:
    """End an exemption: from tomorrow on, so that no window of today changes its rules.

    Ending none changes nothing. Raises RefusedError(not_found).
    """
    now = parts.now()
    today = local_date(now)
    with transaction(parts.sessions, caller.scope) as session:
        person = locked(session, caller, offender_id)
        if person.face_exempt_from is None or (person.face_exempt_to or date.max) <= today:
            return
        person.face_exempt_to = today
        kind = NoticeKind.FACE_EXEMPTION_ENDED
        tell_of_act(session, person.id, kind, now, day=as_told(today))
        audit.record(session, "face_exemption_ended", now, offender_id=person.id)


def _checked(wanted: ExemptionWanted, today: date) -> str:
    reason = wanted.reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/reason", "missing"))
    require_end(wanted.ends_on, today, permanent=wanted.permanent)
    return reason


def _make_known(session: Session, person: Offender, now: datetime) -> None:
    """Tell the person and the trail; the reason stays on the person's page."""
    told, until = as_told(person.face_exempt_to), as_kept(person.face_exempt_to)
    tell_of_act(session, person.id, NoticeKind.FACE_EXEMPT, now, day=told)
    audit.record(session, "face_exempted", now, offender_id=person.id, until=until)
