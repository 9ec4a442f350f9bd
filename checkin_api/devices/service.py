"""Activating a phone: a code from an officer becomes a registration with the phone's key."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checkin_api.access.proofs import Proof
from checkin_api.access.secret_texts import hashed
from checkin_api.access.tokens import Holder, HolderKind
from checkin_api.refusals import RefusedError
from mobile_contract.activation import ActivationBody, Attestation
from mobile_contract.codes import DeviceState, ProblemCode
from storage import audit
from storage.database import DOOR, transaction
from storage.parts import Parts
from storage.records import ActivationCode, Device
from storage.records import Attestation as AttestationRow
from verifier.registrations import make_room, take_turns, take_turns_with_key

MOST_WRONG_TRIES = 5


@dataclass(frozen=True)
class Registration:
    """The row that an activated phone signs in by; `generation` numbers its refresh token."""

    holder: Holder
    generation: int


def activate(parts: Parts, body: ActivationBody, proof: Proof) -> Registration:
    """Exchange an officer's code; the same phone may ask again while the code lives.

    The registration gets the key of the request's own proof. Raises
    RefusedError(activation_refused), the same for unknown numbers, wrong and dead codes.
    """
    now = parts.now()
    with transaction(parts.sessions, DOOR) as session:
        code = _living_code(session, body.person_number, now)
        device = None if code is None else _exchange(session, code, body, proof, now)
    if device is None:  # after the commit: a wrong try is counted although it is refused
        raise RefusedError(ProblemCode.ACTIVATION_REFUSED)
    return registration_of(device)


def registration_of(device: Device) -> Registration:
    """Give what a phone is signed in by."""
    key = device.key_thumbprint or ""
    return Registration(Holder(HolderKind.DEVICE, device.id, key), device.refresh_generation)


def _living_code(session: Session, number: str, now: datetime) -> ActivationCode | None:
    person = select(func.app_person_by_number(number)).scalar_subquery()
    return session.scalars(
        select(ActivationCode)
        .where(
            ActivationCode.offender_id == person,
            ActivationCode.expires_at > now,
            ActivationCode.wrong_tries < MOST_WRONG_TRIES,
        )
        .order_by(ActivationCode.issued_at.desc())
        .limit(1)
        .with_for_update()
    ).first()


def _exchange(
    session: Session, code: ActivationCode, body: ActivationBody, proof: Proof, now: datetime
) -> Device | None:
    if code.code_sha256 != hashed(body.code.upper().replace("-", "")):
        code.wrong_tries += 1
        return None
    if code.device_id is not None:
        return _again(session, code.device_id, proof)
    take_turns(session, code.offender_id)
    take_turns_with_key(session, proof.thumbprint)
    if not _key_is_free(session, code.offender_id, proof, now):
        return None
    make_room(session, code.offender_id, now)
    device = _register(session, code.offender_id, body, proof, now)
    code.used_at, code.device_id = now, device.id
    audit.record(session, "phone_activated", now, offender_id=code.offender_id, subject=device.id)
    return device


def _again(session: Session, device_id: UUID, proof: Proof) -> Device | None:
    """Answer a phone whose first answer was lost; another phone finds the code used."""
    device = session.get_one(Device, device_id)
    same = device.key_thumbprint == proof.thumbprint and device.state is DeviceState.ACTIVE
    return device if same else None


def _key_is_free(session: Session, offender_id: UUID, proof: Proof, now: datetime) -> bool:
    """Tell whether a key may be registered for a person: not while it speaks for another.

    Where the phone has asked for a registration meanwhile, the code settles that.
    """
    holder = session.scalars(
        select(Device)
        .where(
            Device.key_thumbprint == proof.thumbprint,
            Device.state.in_((DeviceState.ACTIVE, DeviceState.WAITING)),
        )
        .with_for_update()
    ).first()
    if holder is None or holder.state is DeviceState.ACTIVE:
        return holder is None or holder.offender_id == offender_id
    holder.move(DeviceState.REVOKED, now)
    audit.record(
        session, "phone_request_ended", now, offender_id=holder.offender_id, subject=holder.id
    )
    session.flush()
    return True


def _register(
    session: Session, offender_id: UUID, body: ActivationBody, proof: Proof, now: datetime
) -> Device:
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
        activated_at=now,
        public_key=proof.jwk,
        key_thumbprint=proof.thumbprint,
    )
    session.add(device)
    session.flush()
    keep_attestation(session, device.id, body.attestation, now)
    return device


def keep_attestation(
    session: Session, device_id: UUID, sent: Attestation | None, now: datetime
) -> None:
    """Store what a phone's key store says of its key, unjudged."""
    if sent is not None:
        session.add(
            AttestationRow(
                device_id=device_id, platform=sent.platform, blob=sent.blob, received_at=now
            )
        )
