"""Keeping a phone signed in: whoever proves the key of an active registration gets new tokens.

Refresh tokens are counted, so that a phone whose answer was lost is told from one that goes on;
neither is ever locked out, for what counts is the key.
"""

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.foreign_keys import note_foreign_key
from checkin_api.access.proofs import Proof
from checkin_api.access.tokens import Token
from checkin_api.devices.service import Registration, registration_of
from checkin_api.refusals import RefusedError
from mobile_contract.codes import DeviceState, ProblemCode
from storage.database import DOOR, transaction
from storage.parts import Parts
from storage.records import Device

log = logging.getLogger(__name__)

ASK_AGAIN_S = 30  # a phone that waits for an officer looks as often


def renew(parts: Parts, proof: Proof, token: Token | None) -> Registration:
    """Give the registration that a proof speaks for, with the number of its next refresh token.

    Raises RefusedError: not_signed_in for a token of another key, which is written down;
    device_revoked where the token's registration has ended; not_registered for a key that waits
    or that nobody knows.
    """
    now = parts.now()
    with transaction(parts.sessions, DOOR) as session:
        if token is None or token.holder.thumbprint == proof.thumbprint:
            return _renewed(session, proof, token)
        note_foreign_key(session, token.holder, proof.thumbprint, now)
    raise RefusedError(ProblemCode.NOT_SIGNED_IN)


def _renewed(session: Session, proof: Proof, token: Token | None) -> Registration:
    device = session.scalars(
        select(Device)
        .where(Device.key_thumbprint == proof.thumbprint, Device.state == DeviceState.ACTIVE)
        .with_for_update()
    ).first()
    if device is None and token is not None:
        raise RefusedError(ProblemCode.DEVICE_REVOKED)
    if device is None:
        raise RefusedError(ProblemCode.NOT_REGISTERED, retry_after_s=ASK_AGAIN_S)
    device.refresh_generation = next_generation(
        device.refresh_generation, None if token is None else token.generation
    )
    if token is not None and token.generation < device.refresh_generation - 1:
        log.info("superseded_refresh", extra={"device": str(device.id)})
    return registration_of(device)


def next_generation(newest: int, used: int | None) -> int:
    """Number the refresh token to hand out, given the newest one and the one that was used.

    The newest gets its successor. The one before it is answered again, however late: its
    successor was not used, or it would not be the newest. Anything else, and a proof alone,
    gets a new one. A number beyond the newest comes back with a database that was restored.
    """
    if used == newest - 1:
        return newest
    return max(newest, used or 0) + 1
