"""Keeping a phone's request for an officer; what is kept and what is not, nobody is told."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from checkin_api.access.proofs import Proof
from mobile_contract.codes import DeviceState
from mobile_contract.device_requests import DeviceRequestBody
from storage import audit
from storage.database import DOOR, transaction
from storage.parts import Parts
from storage.records import Attestation, Device
from verifier.registrations import take_turns, take_turns_with_key

# Numbers can be guessed, so anybody can ask in anybody's name. Requests beyond these are not kept:
# an officer has at most so many to look at, and whoever was there first is not pushed out. A
# person whose own request came too late is helped as always, by the office and a code.
MOST_WAITING = 3
MOST_A_DAY = 6
A_DAY = timedelta(hours=24)
ENDED_OR_WAITING = (DeviceState.WAITING, DeviceState.REVOKED)


def request_registration(parts: Parts, body: DeviceRequestBody, proof: Proof) -> None:
    """Let a phone wait for an officer; the same key again changes nothing.

    An unknown number leaves nothing, nor does one request too many.
    """
    now = parts.now()
    with transaction(parts.sessions, DOOR) as session:
        person = session.scalar(select(func.app_person_by_number(body.person_number)))
        if person is not None and not _is_registered(session, proof.thumbprint):
            take_turns(session, person)
            take_turns_with_key(session, proof.thumbprint)
            if _has_room(session, person, now):
                _keep(session, person, body, proof, now)


def _is_registered(session: Session, thumbprint: str) -> bool:
    known = select(Device.id).where(
        Device.key_thumbprint == thumbprint,
        Device.state.in_((DeviceState.WAITING, DeviceState.ACTIVE)),
    )
    return session.scalar(known) is not None


def _has_room(session: Session, person: UUID, now: datetime) -> bool:
    waiting, lately = session.execute(
        select(
            func.count().filter(Device.state == DeviceState.WAITING),
            func.count().filter(Device.created_at > now - A_DAY),
        ).where(Device.offender_id == person, Device.state.in_(ENDED_OR_WAITING))
    ).one()
    return bool(waiting < MOST_WAITING and lately < MOST_A_DAY)


def _keep(
    session: Session, person: UUID, body: DeviceRequestBody, proof: Proof, now: datetime
) -> None:
    # Of twins with one key the second finds the first by its key, also one of another person.
    kept = session.scalar(
        insert(Device)
        .values(
            offender_id=person,
            install_id=body.install_id,
            state=DeviceState.WAITING,
            state_since=now,
            model=body.device.model,
            os=body.device.os,
            app=body.device.app,
            notice_version=body.notice_version,
            notice_shown_at=now,
            created_at=now,
            public_key=proof.jwk,
            key_thumbprint=proof.thumbprint,
            words=body.words,
        )
        .on_conflict_do_nothing()
        .returning(Device.id)
    )
    if kept is None:
        return
    audit.record(session, "phone_requested", now, offender_id=person, subject=kept)
    if (sent := body.attestation) is not None:
        session.add(
            Attestation(device_id=kept, platform=sent.platform, blob=sent.blob, received_at=now)
        )
