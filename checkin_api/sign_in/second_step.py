"""The second factor's part of signing in: setting it up, and giving a code of it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checkin_api.access.by_cookie import PendingSignIn
from checkin_api.access.callers import OfficerCaller
from checkin_api.access.second_factor import CheckedCode, CodeAnswer, check_code, matching_step
from checkin_api.access.secret_texts import hashed, new_recovery_code, new_secret
from checkin_api.sign_in.opened import complete, end_all, propose_factor
from storage import audit
from storage.database import DOOR, transaction
from storage.keys import Keys
from storage.parts import Parts
from storage.records import Officer, RecoveryCode, SecondFactor, SignIn
from storage.seals import unseal

RECOVERY_CODES = 10
ISSUER = "社矫签到"  # short: as an address it makes the picture dense


class CodeRefusedError(Exception):
    """A code was wrong, used before, or came while none is looked at."""

    def __init__(self, checked: CheckedCode) -> None:
        super().__init__(checked.answer)
        self.checked = checked


@dataclass(frozen=True)
class Proposal:
    """A second factor to be set up: what an authenticator app reads from the picture."""

    login: str
    secret: str = field(repr=False)

    @property
    def address(self) -> str:
        """The otpauth address that the picture holds."""
        return pyotp.TOTP(self.secret).provisioning_uri(name=self.login, issuer_name=ISSUER)


@dataclass(frozen=True)
class Completed:
    """A sign-in that passed its second factor."""

    login: str
    secret: str = field(repr=False)
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)


def read_proposal(parts: Parts, pending: PendingSignIn) -> Proposal | None:
    """Give the factor that this sign-in is to set up; None where it only needs a code."""
    with transaction(parts.sessions, DOOR) as session:
        factor = _proposed(session, pending)
        if factor is None:
            return None
        login = session.get_one(Officer, pending.officer_id).login
        return Proposal(login, unseal(parts.keys, factor.sealed_secret, str(pending.officer_id)))


def enter_code(parts: Parts, pending: PendingSignIn, code: str) -> Completed:
    """Complete a sign-in with a code; raises CodeRefusedError."""
    now, secret, login = parts.now(), None, ""
    with transaction(parts.sessions, DOOR) as session:
        checked = check_code(session, parts.keys, pending.officer_id, code, now)
        if checked.right:
            login = session.get_one(Officer, pending.officer_id).login
            secret = complete(session, pending.sign_in_id, now, checked.answer)
    if secret is None:
        raise CodeRefusedError(checked)
    return Completed(login, secret)


def confirm_proposal(parts: Parts, pending: PendingSignIn, code: str) -> Completed:
    """Set the second factor up with a code of it; the sign-in is complete, all others end.

    Raises CodeRefusedError.
    """
    now = parts.now()
    with transaction(parts.sessions, DOOR) as session:
        officer = session.scalars(
            select(Officer).where(Officer.id == pending.officer_id).with_for_update()
        ).one()
        factor = _proposed(session, pending)
        step = None if factor is None else _step(parts.keys, factor, code, now)
        if factor is not None and step is not None:
            _put_in_force(session, factor, step, now)
            end_all(session, officer.id, now, except_one=pending.sign_in_id)
            codes = _make_recovery_codes(session, officer.id, now)
            audit.record(session, "second_factor_set_up", now, subject=officer.id)
            secret = complete(session, pending.sign_in_id, now, CodeAnswer.APP)
            if secret is not None:
                return Completed(officer.login, secret, codes)
    raise CodeRefusedError(CheckedCode(CodeAnswer.WRONG))


def replace_factor(parts: Parts, caller: OfficerCaller, code: str) -> str:
    """Let the caller set up another authenticator; gives the secret of the sign-in that waits.

    The old one stays in force until the new one is confirmed. Raises CodeRefusedError.
    """
    now, secret = parts.now(), new_secret()
    _require_code(parts, caller, code, now)
    with transaction(parts.sessions, DOOR) as session:
        sign_in = session.get_one(SignIn, caller.sign_in_id)
        sign_in.secret_sha256, sign_in.second_factor_at = hashed(secret), None
        sign_in.last_seen_at = now
        propose_factor(session, parts.keys, sign_in, now)
        audit.record(session, "second_factor_replacing", now, subject=caller.officer_id)
    return secret


def renew_recovery_codes(parts: Parts, caller: OfficerCaller, code: str) -> tuple[str, ...]:
    """Give the caller new recovery codes, the old ones end; raises CodeRefusedError."""
    now = parts.now()
    _require_code(parts, caller, code, now)
    with transaction(parts.sessions, caller.scope) as session:
        codes = _make_recovery_codes(session, caller.officer_id, now)
        audit.record(session, "recovery_codes_made", now, subject=caller.officer_id)
    return codes


def _require_code(parts: Parts, caller: OfficerCaller, code: str, now: datetime) -> None:
    with transaction(parts.sessions, DOOR) as session:
        checked = check_code(session, parts.keys, caller.officer_id, code, now)
    if not checked.right:
        raise CodeRefusedError(checked)


def _proposed(session: Session, pending: PendingSignIn) -> SecondFactor | None:
    return session.scalars(
        select(SecondFactor).where(
            SecondFactor.sign_in_id == pending.sign_in_id,
            SecondFactor.officer_id == pending.officer_id,
            SecondFactor.confirmed_at.is_(None),
            SecondFactor.ended_at.is_(None),
        )
    ).first()


def _step(keys: Keys, factor: SecondFactor, code: str, now: datetime) -> int | None:
    secret = unseal(keys, factor.sealed_secret, str(factor.officer_id))
    typed = "".join(code.split())
    return matching_step(secret, typed, now) if typed.isascii() else None


def _put_in_force(session: Session, factor: SecondFactor, step: int, now: datetime) -> None:
    """Confirm one factor; whatever else the account had or was shown ends."""
    session.execute(
        update(SecondFactor)
        .where(
            SecondFactor.officer_id == factor.officer_id,
            SecondFactor.id != factor.id,
            SecondFactor.ended_at.is_(None),
        )
        .values(ended_at=now, sealed_secret="")
    )
    factor.confirmed_at, factor.last_step = now, step
    session.flush()


def _make_recovery_codes(session: Session, officer_id: UUID, now: datetime) -> tuple[str, ...]:
    session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.officer_id == officer_id, RecoveryCode.ended_at.is_(None))
        .values(ended_at=now)
    )
    codes = tuple(new_recovery_code() for _ in range(RECOVERY_CODES))
    session.add_all(
        RecoveryCode(officer_id=officer_id, code_sha256=hashed(one), made_at=now) for one in codes
    )
    return codes
