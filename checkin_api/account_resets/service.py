"""Asking for a reset and confirming it: the rules that make it take two people."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.passwords import password_hash
from checkin_api.access.secret_texts import hashed, new_code, new_secret
from checkin_api.account_resets.queries import (
    ResetWaiting,
    accounts_in_reach,
    is_open,
    waiting,
)
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import AccountReset, Officer, RecoveryCode, SecondFactor, SignIn

ASKED_FOR = timedelta(days=3)
CODE_LIFE = timedelta(days=1)
LONGEST_REASON = 500


@dataclass(frozen=True)
class ResetDone:
    """The one-time code that the account's owner begins anew with; shown here and never again."""

    login: str
    name: str
    expires_at: datetime
    code: str = field(repr=False)


def read_waiting(parts: Parts, caller: OfficerCaller) -> list[ResetWaiting]:
    """Give the resets that wait for a second person."""
    with transaction(parts.sessions, caller.scope) as session:
        return waiting(session, caller)


def ask(parts: Parts, caller: OfficerCaller, login: str, reason: str) -> None:
    """Ask for a reset; nothing happens to the account yet.

    Raises RefusedError: not_found for an account out of reach as for none, invalid_content for
    one's own, without a reason, or where one waits already.
    """
    if not 0 < len(reason) <= LONGEST_REASON:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("reset", "reason"))
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        officer = _locked(session, caller, Officer.login == login.strip())
        if officer is None:
            raise RefusedError(ProblemCode.NOT_FOUND)
        if officer.id == caller.officer_id:
            raise RefusedError(ProblemCode.INVALID_CONTENT, at("reset", "own"))
        _end_expired(session, officer.id, now)
        if _open_of(session, officer.id, now) is not None:
            raise RefusedError(ProblemCode.INVALID_CONTENT, at("reset", "open"))
        row = AccountReset(
            officer_id=officer.id,
            reason=reason,
            asked_by=caller.officer_id,
            asked_at=now,
            expires_at=now + ASKED_FOR,
        )
        session.add(row)
        session.flush()
        audit.record(session, "account_reset_asked", now, subject=officer.id, reset=str(row.id))


def confirm(parts: Parts, caller: OfficerCaller, reset_id: UUID) -> ResetDone:
    """Carry a reset out as the second person; gives the one-time code to set everything up anew.

    Raises RefusedError: not_found out of reach, not_open for who asked and whose account it is.
    """
    unknown, now, code = password_hash(new_secret()), parts.now(), new_code()
    with transaction(parts.sessions, caller.scope) as session:
        of_reset = select(AccountReset.officer_id).where(AccountReset.id == reset_id)
        officer = _locked(session, caller, Officer.id.in_(of_reset))
        reset = None if officer is None else _open_of(session, officer.id, now)
        if officer is None or reset is None or reset.id != reset_id:
            raise RefusedError(ProblemCode.NOT_FOUND)
        if caller.officer_id in {reset.asked_by, reset.officer_id}:
            raise RefusedError(ProblemCode.NOT_OPEN)
        reset.confirmed_by, reset.confirmed_at = caller.officer_id, now
        # A password that nobody knows: an account that was set up once never looks like a new one,
        # for which an administrator alone may make a code.
        officer.password_hash = unknown
        officer.setup_code_sha256, officer.setup_expires_at = hashed(code), now + CODE_LIFE
        _take_away(session, officer.id, now)
        audit.record(
            session, "account_reset_confirmed", now, subject=officer.id, reset=str(reset.id)
        )
        return ResetDone(officer.login, officer.name, now + CODE_LIFE, code)


def _locked(session: Session, caller: OfficerCaller, which: ColumnElement[bool]) -> Officer | None:
    return session.scalars(
        select(Officer).where(which, accounts_in_reach(caller)).with_for_update()
    ).first()


def _open_of(session: Session, officer_id: UUID, now: datetime) -> AccountReset | None:
    return session.scalars(
        select(AccountReset).where(AccountReset.officer_id == officer_id, is_open(now))
    ).first()


def _end_expired(session: Session, officer_id: UUID, now: datetime) -> None:
    session.execute(
        update(AccountReset)
        .where(
            AccountReset.officer_id == officer_id,
            AccountReset.confirmed_at.is_(None),
            AccountReset.ended_at.is_(None),
            AccountReset.expires_at <= now,
        )
        .values(ended_at=now)
    )


def _take_away(session: Session, officer_id: UUID, now: datetime) -> None:
    """End second factor, recovery codes and sign-ins; the sealed secret goes."""
    session.execute(
        update(SecondFactor)
        .where(SecondFactor.officer_id == officer_id, SecondFactor.ended_at.is_(None))
        .values(ended_at=now, sealed_secret="")
    )
    for table in (RecoveryCode, SignIn):
        session.execute(
            update(table)
            .where(table.officer_id == officer_id, table.ended_at.is_(None))
            .values(ended_at=now)
        )
