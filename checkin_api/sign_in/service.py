"""Opening and ending a browser's sign-in; every attempt leaves an audit entry."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.passwords import (
    LEAST_LENGTH,
    MOST_LENGTH,
    password_hash,
    password_matches,
)
from checkin_api.access.secret_texts import hashed, new_secret
from checkin_api.sign_in.queries import Account, account
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import DOOR, transaction
from storage.parts import Parts
from storage.records import Officer, SignIn


@dataclass(frozen=True)
class Credentials:
    """What a person types to sign in."""

    login: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class SetUp:
    """What a person types the first time: the code of the administrator and a new password."""

    login: str
    code: str = field(repr=False)
    password: str = field(repr=False)


class SignInRefusedError(Exception):
    """Login, password or code is wrong, or the account is closed; which of them is not said."""


class WeakPasswordError(Exception):
    """A new password is too short or too long."""


def sign_in(parts: Parts, credentials: Credentials) -> str:
    """Open a sign-in and give the cookie's secret; raises SignInRefusedError."""
    with transaction(parts.sessions, DOOR) as session:
        officer = _by_login(session, credentials.login)
    # Outside any transaction: checking takes a tenth of a second on purpose.
    matches = password_matches(officer.password_hash if officer else None, credentials.password)
    if officer is None or not matches:
        _refuse(parts, officer)
        raise SignInRefusedError
    with transaction(parts.sessions, DOOR) as session:
        return _open(session, officer.id, parts.now())


def set_password(parts: Parts, command: SetUp) -> str:
    """Exchange a one-time code for a password and sign in; gives the cookie's secret.

    Raises WeakPasswordError and SignInRefusedError. Earlier sign-ins of the account end.
    """
    if not LEAST_LENGTH <= len(command.password) <= MOST_LENGTH:
        raise WeakPasswordError
    kept, now = password_hash(command.password), parts.now()
    with transaction(parts.sessions, DOOR) as session:
        officer = _by_login(session, command.login, lock=True)
        accepted = officer is not None and _is_set_up_code(officer, command.code, now)
        if officer is not None and accepted:
            officer.password_hash = kept
            officer.setup_code_sha256 = officer.setup_expires_at = None
            _end_all(session, officer.id, now)
            audit.record(session, "password_set", now, subject=officer.id)
            return _open(session, officer.id, now)
    _refuse(parts, officer)
    raise SignInRefusedError


def sign_out(parts: Parts, caller: OfficerCaller) -> None:
    """End the caller's sign-in; its cookie opens nothing any more."""
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        session.execute(
            update(SignIn)
            .where(SignIn.id == caller.sign_in_id, SignIn.ended_at.is_(None))
            .values(ended_at=now)
        )
        audit.record(session, "signed_out", now, subject=caller.officer_id)


def read_account(parts: Parts, caller: OfficerCaller) -> Account:
    """Give who is signed in."""
    with transaction(parts.sessions, caller.scope) as session:
        return account(session, caller)


def _by_login(session: Session, login: str, *, lock: bool = False) -> Officer | None:
    wanted = select(Officer).where(Officer.login == login.strip(), Officer.disabled_at.is_(None))
    return session.scalars(wanted.with_for_update() if lock else wanted).first()


def _is_set_up_code(officer: Officer, code: str, now: datetime) -> bool:
    living = officer.setup_expires_at is not None and officer.setup_expires_at > now
    return living and officer.setup_code_sha256 == hashed(code.upper().replace("-", ""))


def _open(session: Session, officer_id: UUID, now: datetime) -> str:
    secret = new_secret()
    session.add(
        SignIn(
            secret_sha256=hashed(secret), officer_id=officer_id, started_at=now, last_seen_at=now
        )
    )
    audit.record(session, "signed_in", now, subject=officer_id)
    return secret


def _end_all(session: Session, officer_id: UUID, now: datetime) -> None:
    session.execute(
        update(SignIn)
        .where(SignIn.officer_id == officer_id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def _refuse(parts: Parts, officer: Officer | None) -> None:
    """Leave a trace of a refused attempt; never the login as typed, it may hold a password."""
    with transaction(parts.sessions, DOOR) as session:
        audit.record(
            session,
            "sign_in_refused",
            parts.now(),
            subject=officer.id if officer else None,
            code=str(ProblemCode.SIGN_IN_REFUSED),
        )
