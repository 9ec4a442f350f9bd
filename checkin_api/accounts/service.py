"""Accounts by the hand of an administrator: made, posted, closed. Confirming is for others."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.confirming import CONFIRMED_BY
from checkin_api.access.new_accounts import LOGIN_PATTERN, hand_out_code, propose_posting
from checkin_api.access.secret_texts import new_code
from checkin_api.accounts.queries import AccountListed, account_by_id, accounts_by
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from mobile_contract.shapes import Line
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import District, Office, Officer, Posting, Role, SignIn
from storage.records.authority import DISTRICT_ROLES, OFFICE_ROLES
from verifier.local_time import local_date

EMPTY_LINE = TypeAdapter(Line)


@dataclass(frozen=True)
class PostWanted:
    """A role and its place: an office's or a district's id, none for the city's roles."""

    role: Role
    place: UUID | None


@dataclass(frozen=True)
class AccountWanted:
    """A new account with its first posting."""

    login: str
    name: str
    post: PostWanted


@dataclass(frozen=True)
class CodeHandedOut:
    """A one-time set-up code; shown once, kept only as a hash."""

    account_id: UUID
    login: str
    code: str = field(repr=False)
    expires_at: datetime | None


def read_accounts(parts: Parts, caller: OfficerCaller, words: str) -> list[AccountListed]:
    """Give accounts by name or login."""
    with transaction(parts.sessions, caller.scope) as session:
        return accounts_by(session, words, parts.now())


def read_account(parts: Parts, caller: OfficerCaller, account_id: UUID) -> AccountListed:
    """Give one account; raises RefusedError(not_found)."""
    with transaction(parts.sessions, caller.scope) as session:
        return account_by_id(session, account_id, parts.now())


def create_account(parts: Parts, caller: OfficerCaller, wanted: AccountWanted) -> CodeHandedOut:
    """Make an account with its first posting; raises RefusedError(invalid_content)."""
    now = parts.now()
    if not re.fullmatch(LOGIN_PATTERN, wanted.login):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("login", "form"))
    name = line(wanted.name)
    try:
        with transaction(parts.sessions, caller.scope) as session:
            _require_place(session, wanted.post)
            account = Officer(login=wanted.login, name=name, created_at=now)
            code = new_code()
            hand_out_code(account, code, now)
            session.add(account)
            session.flush()
            audit.record(session, "officer_added", now, subject=account.id)
            propose_posting(session, account.id, wanted.post.role, wanted.post.place, now)
            return _handed_out(account, code)
    except IntegrityError as fault:  # the login is another account's, or this form came twice
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("login", "taken")) from fault


def propose(parts: Parts, caller: OfficerCaller, account_id: UUID, wanted: PostWanted) -> None:
    """Post an account anew; what sees photos waits for its confirmation.

    Raises RefusedError: not_found, invalid_content for oneself, for what it has or waits for.
    """
    if account_id == caller.officer_id:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("post", "oneself"))
    with transaction(parts.sessions, caller.scope) as session:
        account = _open_account(session, account_id)
        _require_place(session, wanted)
        if _has(session, account_id, wanted, parts.now()):
            raise RefusedError(ProblemCode.INVALID_CONTENT, at("post", "held"))
        propose_posting(session, account.id, wanted.role, wanted.place, parts.now())


def renew_code(parts: Parts, caller: OfficerCaller, account_id: UUID) -> CodeHandedOut:
    """Hand out another code to an account that was never set up; raises RefusedError.

    Whose password is lost asks for a reset, which takes two people: with a code alone an
    administrator would sit down in a place that others have confirmed.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        account = _open_account(session, account_id)
        if account.password_hash is not None or _is_confirmed(session, account_id):
            raise RefusedError(ProblemCode.INVALID_CONTENT, at("code", "set_up"))
        code = new_code()
        hand_out_code(account, code, now)
        audit.record(session, "setup_code_issued", now, subject=account.id)
        return _handed_out(account, code)


def disable(parts: Parts, caller: OfficerCaller, account_id: UUID) -> None:
    """Close an account: its sign-ins and its code end at once; again, and nothing changes.

    Raises RefusedError(invalid_content) for one's own: the last would lock everybody out.
    """
    now = parts.now()
    if account_id == caller.officer_id:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("disable", "oneself"))
    with transaction(parts.sessions, caller.scope) as session:
        account = _locked(session, account_id)
        if account.disabled_at is not None:
            return
        account.disabled_at = now
        account.setup_code_sha256 = account.setup_expires_at = None
        session.execute(
            update(SignIn)
            .where(SignIn.officer_id == account_id, SignIn.ended_at.is_(None))
            .values(ended_at=now)
        )
        audit.record(session, "officer_disabled", now, subject=account_id)


def enable(parts: Parts, caller: OfficerCaller, account_id: UUID) -> None:
    """Open an account again; what others had confirmed is proposed anew, covers have ended.

    One administrator and somebody who left would otherwise see photos without anybody's word.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        account = _locked(session, account_id)
        if account.disabled_at is None:
            return
        account.disabled_at = None
        audit.record(session, "officer_enabled", now, subject=account_id)
        for posting in _unended(session, account_id):
            posting.ended_by, posting.ended_at = caller.scope.actor, now
            audit.record(session, "posting_ended", now, subject=posting.id)
            if posting.covers_id is None:
                place = posting.office_id or posting.district_id
                propose_posting(session, account_id, posting.role, place, now)


def line(text: str) -> str:
    """Read a name; raises RefusedError(invalid_content)."""
    try:
        return EMPTY_LINE.validate_python(text)
    except ValidationError as fault:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("name", "line")) from fault


def _handed_out(account: Officer, code: str) -> CodeHandedOut:
    return CodeHandedOut(account.id, account.login, code, account.setup_expires_at)


def _locked(session: Session, account_id: UUID) -> Officer:
    found = session.get(Officer, account_id, with_for_update=True)
    if found is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return found


def _open_account(session: Session, account_id: UUID) -> Officer:
    account = _locked(session, account_id)
    if account.disabled_at is not None:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("account", "disabled"))
    return account


def _require_place(session: Session, wanted: PostWanted) -> None:
    """Raise RefusedError unless the place is of the kind the role is for, and exists."""
    if wanted.role in OFFICE_ROLES:
        fits = wanted.place is not None and session.get(Office, wanted.place) is not None
    elif wanted.role in DISTRICT_ROLES:
        fits = wanted.place is not None and session.get(District, wanted.place) is not None
    else:
        fits = wanted.place is None
    if not fits:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("post", "place"))


def _is_confirmed(session: Session, account_id: UUID) -> bool:
    return any(
        CONFIRMED_BY[posting.role] and posting.confirmed_at is not None
        for posting in _unended(session, account_id)
    )


def _has(session: Session, account_id: UUID, wanted: PostWanted, now: datetime) -> bool:
    return any(
        posting.role is wanted.role
        and (posting.office_id or posting.district_id) == wanted.place
        and (posting.ends_on is None or posting.ends_on >= local_date(now))
        and posting.covers_id is None
        for posting in _unended(session, account_id)
    )


def _unended(session: Session, account_id: UUID) -> list[Posting]:
    return list(
        session.scalars(
            select(Posting)
            .where(Posting.officer_id == account_id, Posting.ended_at.is_(None))
            .order_by(Posting.created_at, Posting.id)
            .with_for_update()
        )
    )
