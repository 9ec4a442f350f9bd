"""Activating a phone, and keeping it signed in as long as its registration lives."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.secret_texts import hashed
from checkin_api.refusals import RefusedError
from mobile_contract.activation import ActivationBody
from mobile_contract.codes import DeviceState, ProblemCode
from storage import audit
from storage.database import DOOR, transaction
from storage.parts import Parts
from storage.records import ActivationCode, Device, Offender

MOST_WRONG_TRIES = 5


@dataclass(frozen=True)
class Registration:
    """The row that an activated phone signs in by."""

    device_id: UUID


def activate(parts: Parts, body: ActivationBody) -> Registration:
    """Exchange an officer's code; the same phone may ask again while the code lives.

    Raises RefusedError(activation_refused), the same for unknown numbers, wrong and dead codes.
    """
    now = parts.now()
    with transaction(parts.sessions, DOOR) as session:
        code = _living_code(session, body.person_number, now)
        device = None if code is None else _exchange(session, code, body, now)
    if device is None:  # after the commit: a wrong try is counted although it is refused
        raise RefusedError(ProblemCode.ACTIVATION_REFUSED)
    return Registration(device)


def require_registration(parts: Parts, device_id: UUID) -> Registration:
    """Give a registration that may have new tokens; raises RefusedError(device_revoked)."""
    with transaction(parts.sessions, DOOR) as session:
        device = session.get(Device, device_id)
        if device is None or device.state is not DeviceState.ACTIVE:
            raise RefusedError(ProblemCode.DEVICE_REVOKED)
    return Registration(device.id)


def _living_code(session: Session, number: str, now: datetime) -> ActivationCode | None:
    return session.scalars(
        select(ActivationCode)
        .join(Offender, Offender.id == ActivationCode.offender_id)
        .where(
            Offender.number == number,
            ActivationCode.expires_at > now,
            ActivationCode.wrong_tries < MOST_WRONG_TRIES,
        )
        .order_by(ActivationCode.issued_at.desc())
        .limit(1)
        .with_for_update(of=ActivationCode)
    ).first()


def _exchange(
    session: Session, code: ActivationCode, body: ActivationBody, now: datetime
) -> UUID | None:
    if code.code_sha256 != hashed(body.code.upper().replace("-", "")):
        code.wrong_tries += 1
        return None
    if code.device_id is not None:
        return _again(session, code.device_id, body)
    _replace_active(session, code.offender_id, now)
    device = _register(session, code.offender_id, body, now)
    code.used_at, code.device_id = now, device.id
    audit.record(session, "phone_activated", now, offender_id=code.offender_id, subject=device.id)
    return device.id


def _again(session: Session, device_id: UUID, body: ActivationBody) -> UUID | None:
    """Answer a phone whose first answer was lost; another phone finds the code used."""
    device = session.get_one(Device, device_id)
    same = device.install_id == body.install_id and device.state is DeviceState.ACTIVE
    return device.id if same else None


def _replace_active(session: Session, offender_id: UUID, now: datetime) -> None:
    active = session.scalars(
        select(Device)
        .where(Device.offender_id == offender_id, Device.state == DeviceState.ACTIVE)
        .with_for_update()
    ).first()
    if active is not None:
        active.move(DeviceState.REPLACED, now)
        session.flush()


def _register(session: Session, offender_id: UUID, body: ActivationBody, now: datetime) -> Device:
    device = Device(
        offender_id=offender_id,
        install_id=body.install_id,
        state=DeviceState.ACTIVE,
        state_since=now,
        model=body.device.model,
        os=body.device.os,
        app=body.device.app,
        notice_version=body.notice_version,
        notice_shown_at=now,
        created_at=now,
    )
    session.add(device)
    session.flush()
    return device
