"""The password's part of signing in; every attempt leaves an audit entry."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.passwords import password_hash, password_matches
from checkin_api.access.secret_texts import hashed, new_secret, plain_code
from checkin_api.access.weak_passwords import Weakness, weakness
from checkin_api.sign_in.opened import begin, end_all, officer_of
from checkin_api.sign_in.queries import Account, account
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import DOOR, transaction
from storage.parts import Parts
from storage.records import Officer, SignIn

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Credentials:
    """What a person types to sign in."""

    login: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class SetUp:
    """What a person types the first time: the one-time code and a new password."""

    login: str
    code: str = field(repr=False)
    password: str = field(repr=False)


class SignInRefusedError(Exception):
    """Login, password or code is wrong, or the account is closed; which of them is not said."""


class WeakPasswordError(Exception):
    """A new password is not good enough."""

    def __init__(self, why: Weakness) -> None:
        super().__init__(why)
        self.why = why


def sign_in(parts: Parts, credentials: Credentials) -> str:
    """Begin a sign-in with a password and give the cookie's secret; raises SignInRefusedError.

    It reaches nothing but the pages of the second factor.
    """
    with transaction(parts.sessions, DOOR) as session:
        officer = officer_of(session, credentials.login)
    # Outside any transaction: checking takes a tenth of a second on purpose.
    matches = password_matches(officer.password_hash if officer else None, credentials.password)
    if officer is None or not matches:
        _refuse(parts, officer)
        raise SignInRefusedError
    with transaction(parts.sessions, DOOR) as session:
        found = officer_of(session, credentials.login, lock=True)
        if found is not None and found.password_hash == officer.password_hash:
            return begin(session, parts.keys, officer.id, parts.now())
    _refuse(parts, officer)  # a reset has taken the password while it was looked at
    raise SignInRefusedError


def set_password(parts: Parts, command: SetUp) -> str:
    """Exchange a one-time code for a password and begin a sign-in; gives the cookie's secret.

    Raises WeakPasswordError and SignInRefusedError. Earlier sign-ins of the account end.
    """
    _require_strong(command.password, command.login.strip())
    kept, now = password_hash(command.password), parts.now()
    with transaction(parts.sessions, DOOR) as session:
        officer = officer_of(session, command.login, lock=True)
        if officer is not None and _is_set_up_code(officer, command.code, now):
            # Only now: without a code it would tell anybody whose name is behind a login.
            _require_strong(command.password, officer.login, officer.name)
            officer.password_hash = kept
            officer.setup_code_sha256 = officer.setup_expires_at = None
            end_all(session, officer.id, now)
            audit.record(session, "password_set", now, subject=officer.id)
            return begin(session, parts.keys, officer.id, now)
    _refuse(parts, officer)
    raise SignInRefusedError


def change_password(parts: Parts, caller: OfficerCaller, old: str, new: str) -> str:
    """Change the caller's password; every other sign-in ends, this one gets a new secret.

    Raises SignInRefusedError for a wrong old one, WeakPasswordError.
    """
    with transaction(parts.sessions, caller.scope) as session:
        officer = session.get_one(Officer, caller.officer_id)
    if not password_matches(officer.password_hash, old):
        _refuse(parts, officer)
        raise SignInRefusedError
    _require_strong(new, officer.login, officer.name)
    kept, now, secret = password_hash(new), parts.now(), new_secret()
    with transaction(parts.sessions, caller.scope) as session:
        changed = session.scalar(
            update(Officer)
            .where(Officer.id == officer.id, Officer.password_hash == officer.password_hash)
            .values(password_hash=kept)
            .returning(Officer.id)
        )
        if changed is not None:
            _keep_only(session, caller, hashed(secret), now)
            audit.record(session, "password_changed", now, subject=caller.officer_id)
            return secret
    _refuse(parts, officer)  # a reset has taken the password while it was looked at
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


def sign_out_everywhere(parts: Parts, caller: OfficerCaller) -> None:
    """End every sign-in of the caller's account, this one too."""
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        end_all(session, caller.officer_id, now)
        audit.record(session, "signed_out_everywhere", now, subject=caller.officer_id)


def read_account(parts: Parts, caller: OfficerCaller) -> Account:
    """Give who is signed in."""
    with transaction(parts.sessions, caller.scope) as session:
        return account(session, caller)


def _keep_only(session: Session, caller: OfficerCaller, secret_sha256: str, now: datetime) -> None:
    """End all sign-ins of the caller but this one, which gets a new secret."""
    session.execute(
        update(SignIn).where(SignIn.id == caller.sign_in_id).values(secret_sha256=secret_sha256)
    )
    end_all(session, caller.officer_id, now, except_one=caller.sign_in_id)


def _require_strong(password: str, *own: str) -> None:
    if (why := weakness(password, own)) is not None:
        raise WeakPasswordError(why)


def _is_set_up_code(officer: Officer, code: str, now: datetime) -> bool:
    living = officer.setup_expires_at is not None and officer.setup_expires_at > now
    return living and officer.setup_code_sha256 == hashed(plain_code(code))


def _refuse(parts: Parts, officer: Officer | None) -> None:
    """Leave a trace of a refused attempt; never the login as typed, it may hold a password."""
    officer_id: UUID | None = officer.id if officer else None
    log.warning("sign_in_refused", extra={"officer_id": officer_id})
    with transaction(parts.sessions, DOOR) as session:
        audit.record(
            session,
            "sign_in_refused",
            parts.now(),
            subject=officer_id,
            code=str(ProblemCode.SIGN_IN_REFUSED),
        )
