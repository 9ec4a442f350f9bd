"""The rows of sign-ins: begun with a password, completed with a code, ended."""

from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checkin_api.access.second_factor import current_factor
from checkin_api.access.secret_texts import hashed, new_secret
from storage import audit
from storage.keys import Keys
from storage.records import Officer, SecondFactor, SignIn
from storage.seals import seal


def officer_of(session: Session, login: str, *, lock: bool = False) -> Officer | None:
    """Find an open account by its login."""
    if "\x00" in login:  # PostgreSQL takes no NUL
        return None
    wanted = select(Officer).where(Officer.login == login.strip(), Officer.disabled_at.is_(None))
    return session.scalars(wanted.with_for_update() if lock else wanted).first()


def begin(session: Session, keys: Keys, officer_id: UUID, now: datetime) -> str:
    """Open a sign-in that still lacks its second factor; gives the cookie's secret."""
    secret = new_secret()
    row = SignIn(
        secret_sha256=hashed(secret), officer_id=officer_id, started_at=now, last_seen_at=now
    )
    session.add(row)
    session.flush()
    audit.record(session, "password_accepted", now, subject=officer_id)
    if current_factor(session, officer_id) is None:
        propose_factor(session, keys, row, now)
    return secret


def propose_factor(session: Session, keys: Keys, sign_in: SignIn, now: datetime) -> None:
    """Lay a new factor for this sign-in alone: what another browser was shown confirms nothing."""
    session.add(
        SecondFactor(
            officer_id=sign_in.officer_id,
            sign_in_id=sign_in.id,
            sealed_secret=seal(keys, pyotp.random_base32(), str(sign_in.officer_id)),
            created_at=now,
        )
    )


def complete(session: Session, sign_in_id: UUID, now: datetime, how: str) -> str | None:
    """Let a sign-in pass its second factor; gives its new secret, None where it has ended.

    The secret changes with the step: one that was planted or seen before is worth nothing after.
    """
    secret = new_secret()
    officer_id = session.scalars(
        update(SignIn)
        .where(
            SignIn.id == sign_in_id, SignIn.ended_at.is_(None), SignIn.second_factor_at.is_(None)
        )
        .values(secret_sha256=hashed(secret), second_factor_at=now, last_seen_at=now)
        .returning(SignIn.officer_id)
    ).first()
    if officer_id is None:
        return None
    audit.record(session, "signed_in", now, subject=officer_id, how=how)
    return secret


def end_all(
    session: Session, officer_id: UUID, now: datetime, *, except_one: UUID | None = None
) -> None:
    """End every sign-in of an account, those that wait for a code too."""
    session.execute(
        update(SignIn)
        .where(SignIn.officer_id == officer_id, SignIn.ended_at.is_(None))
        .where(SignIn.id != except_one if except_one else SignIn.id.is_not(None))
        .values(ended_at=now)
    )
