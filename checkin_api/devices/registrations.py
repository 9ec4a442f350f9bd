"""What officers do about phones: let one in, refuse it, take it away, stop a lost one."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import not_recused, offender_in_reach, places_in_reach
from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import DeviceState, NoticeKind, ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Device, IdentityCheck, Office
from verifier.local_time import local_date
from verifier.notices import tell_of_act
from verifier.registrations import make_room, report_loss, settle_phone, take_turns

LONGEST_WORDS = 500


@dataclass(frozen=True)
class PhoneOf:
    """One registration of one person."""

    offender_id: UUID
    device_id: UUID


def approve(
    parts: Parts, caller: OfficerCaller, phone: PhoneOf, check: IdentityCheck, words: str = ""
) -> None:
    """Let a waiting phone in; it replaces the active one, and other requests end with it.

    The same officer's second click changes nothing. Raises RefusedError: not_found, not_open
    where somebody else has decided meanwhile, invalid_content.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        device = _locked(session, caller, phone)
        if device.state is DeviceState.ACTIVE and device.decided_by == caller.officer_id:
            return
        if device.state is not DeviceState.WAITING:
            raise RefusedError(ProblemCode.NOT_OPEN)
        make_room(session, device.offender_id, now, beside=device.id)
        device.move(DeviceState.ACTIVE, now)
        device.decided_by, device.identity_check = caller.officer_id, check
        device.decision_words = _words(words, required=False) or None
        _make_known(session, device, check)
        session.flush()
        settle_phone(session, device, now)


def refuse(parts: Parts, caller: OfficerCaller, phone: PhoneOf, words: str) -> None:
    """Refuse a waiting phone; the key is not told more than a key that nobody knows.

    Raises RefusedError: not_found, not_open, invalid_content without a reason.
    """
    now, reason = parts.now(), _words(words, required=True)
    with transaction(parts.sessions, caller.scope) as session:
        device = _locked(session, caller, phone)
        if device.state is not DeviceState.WAITING:
            if device.decided_by == caller.officer_id and device.activated_at is None:
                return
            raise RefusedError(ProblemCode.NOT_OPEN)
        device.move(DeviceState.REVOKED, now)
        device.decided_by, device.decision_words = caller.officer_id, reason
        _record(session, "phone_refused", device)
        settle_phone(session, device, now)


def revoke(parts: Parts, caller: OfficerCaller, phone: PhoneOf, words: str) -> None:
    """Take the active registration away; its tokens die at once.

    Raises RefusedError: not_found, not_open, invalid_content without a reason.
    """
    now, reason = parts.now(), _words(words, required=True)
    with transaction(parts.sessions, caller.scope) as session:
        device = _locked(session, caller, phone)
        if device.state is not DeviceState.ACTIVE:
            raise RefusedError(ProblemCode.NOT_OPEN)
        device.move(DeviceState.REVOKED, now)
        device.stopped_by, device.stop_words = caller.officer_id, reason
        _record(session, "phone_revoked", device)


def stop_lost(parts: Parts, caller: OfficerCaller, number: str) -> None:
    """Stop the phone of a person anywhere in the caller's districts, told by the number.

    Raises RefusedError(not_found) for a number of nobody there. Where no phone is active there is
    nothing to stop, and that is as good: whoever tells of a loss wants it to open nothing.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        person = _holder(session, caller, number)
        take_turns(session, person)
        active = session.scalars(
            select(Device)
            .where(Device.offender_id == person, Device.state == DeviceState.ACTIVE)
            .with_for_update()
        ).first()
        if active is not None:
            report_loss(session, active, caller.officer_id, now)


def _holder(session: Session, caller: OfficerCaller, number: str) -> UUID:
    """Give the person of a number in the caller's districts, of whatever age: a key is stopped.

    Officers see no people of other offices; the function knows one by the whole number only.
    """
    _, districts = places_in_reach(caller, Action.STOP_PHONE)
    holder = func.app_phone_holder(number).table_valued("offender_id", "office_id")
    found = session.execute(select(holder).where(not_recused(caller, holder.c.offender_id))).first()
    office = None if found is None else session.get(Office, found.office_id)
    if found is None or office is None or office.district_id not in districts:
        raise RefusedError(ProblemCode.NOT_FOUND)
    person: UUID = found.offender_id
    return person


def _locked(session: Session, caller: OfficerCaller, phone: PhoneOf) -> Device:
    offender_in_reach(session, caller, phone.offender_id, Action.DECIDE_PHONE)
    take_turns(session, phone.offender_id)
    device = session.scalars(
        select(Device)
        .where(Device.id == phone.device_id, Device.offender_id == phone.offender_id)
        .with_for_update()
    ).first()
    if device is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return device


def reason_of(words: str) -> str:
    """Give a reason as it is kept; raises RefusedError(invalid_content) where there is none."""
    return _words(words, required=True)


def _words(words: str, *, required: bool) -> str:
    found = words.strip()
    if len(found) > LONGEST_WORDS or (required and not found):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/reason", "missing"))
    return found


def _make_known(session: Session, device: Device, check: IdentityCheck) -> None:
    """Write down that a phone was let in, and tell the person."""
    person, now = device.offender_id, device.state_since
    audit.record(
        session,
        "phone_approved",
        now,
        offender_id=person,
        subject=device.id,
        identity_check=str(check),
    )
    day = local_date(now).isoformat()
    tell_of_act(session, person, NoticeKind.PHONE_LET_IN, now, day=day)


def _record(session: Session, action: str, device: Device) -> None:
    audit.record(
        session, action, device.state_since, offender_id=device.offender_id, subject=device.id
    )
