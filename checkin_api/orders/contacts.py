"""A visit, a call or an appearance at the office, recorded as a check-in of equal weight."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.orders.queries import WindowChoice, open_windows
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import Channel, CheckInState, ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import CheckIn, Window
from verifier.verdicts.evidence import TimeBasis
from verifier.verdicts.reach_verdict import reach_verdict

BY_OFFICERS = (Channel.OFFICE, Channel.CALL, Channel.VISIT)
LONGEST_WORDS = 2000
LONGEST_AGO = timedelta(days=31)
CLOCKS_DIFFER = timedelta(minutes=2)


@dataclass(frozen=True)
class Contact:
    """What an officer saw or heard; the id is made with the form, so a double click is one."""

    id: UUID
    offender_id: UUID
    channel: Channel
    happened_at: datetime
    words: str
    window_id: UUID | None = None


def record_contact(parts: Parts, caller: OfficerCaller, contact: Contact) -> None:
    """Record a contact and let it settle its window; the same again changes nothing.

    Raises RefusedError: not_found, invalid_content for what is incomplete or in the future.
    """
    now = parts.now()
    _require_complete(contact, now)
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, contact.offender_id, Action.RECORD_CONTACT)
        met = replace(contact, window_id=_window_met(session, contact))
        if not _added(session, met, caller, now):
            return
        audit.record(
            session,
            "contact_recorded",
            now,
            offender_id=contact.offender_id,
            subject=contact.id,
            channel=str(contact.channel),
        )
        rings = reach_verdict(session, contact.offender_id, contact.id, now).rings
    for queue in rings:
        parts.bell.ring(queue)


def read_open_windows(parts: Parts, caller: OfficerCaller, offender_id: UUID) -> list[WindowChoice]:
    """Give the windows that a contact could settle."""
    with transaction(parts.sessions, caller.scope) as session:
        return open_windows(session, caller, offender_id, parts.now())


def _require_complete(contact: Contact, now: datetime) -> None:
    if contact.channel not in BY_OFFICERS:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/channel", "missing"))
    if not 0 < len(contact.words.strip()) <= LONGEST_WORDS:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/words", "missing"))
    if not now - LONGEST_AGO <= contact.happened_at <= now + CLOCKS_DIFFER:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/happened_at", "range"))


def _window_met(session: Session, contact: Contact) -> UUID | None:
    """Give the named window if the contact happened while it could still be answered, if late."""
    if contact.window_id is None:
        return None
    window = session.get(Window, contact.window_id)
    if window is None or window.offender_id != contact.offender_id:
        raise RefusedError(ProblemCode.NOT_FOUND)
    met = window.opens_at <= contact.happened_at <= window.upload_until
    return window.id if met else None


def _added(session: Session, contact: Contact, caller: OfficerCaller, now: datetime) -> bool:
    """Write the check-in; of equal twins the primary key lets one through."""
    row = insert(CheckIn).values(
        offender_id=contact.offender_id,
        id=contact.id,
        channel=contact.channel,
        window_id=contact.window_id,
        recorded_by=caller.officer_id,
        body={"words": contact.words.strip()},
        received_at=now,
        captured_at=contact.happened_at,
        proven_at=min(contact.happened_at, now),
        claimed_at=contact.happened_at,
        time_basis=TimeBasis.RECORDED,
        captured_offline=False,
        state=CheckInState.RECEIVED,
        state_since=now,
        told=[],
    )
    return session.scalar(row.on_conflict_do_nothing().returning(CheckIn.id)) is not None
