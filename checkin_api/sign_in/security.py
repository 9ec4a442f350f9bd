"""How an account is secured, as its owner sees it: open sign-ins, second factor, resets."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checkin_api.access.by_cookie import worn_out_before
from checkin_api.access.callers import OfficerCaller
from checkin_api.access.second_factor import current_factor
from storage.database import transaction
from storage.parts import Parts
from storage.records import AccountReset, RecoveryCode, SignIn

MOST_RESETS = 10


@dataclass(frozen=True)
class OpenSignIn:
    """One browser that is signed in; never from which address."""

    since: datetime
    last_seen: datetime
    here: bool


@dataclass(frozen=True)
class ResetSeen:
    """Somebody asked to take password and second factor away; confirmed, they were."""

    asked_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Security:
    """What the account page shows."""

    sign_ins: tuple[OpenSignIn, ...]
    factor_since: datetime | None
    recovery_codes_left: int
    resets: tuple[ResetSeen, ...]


def read_security(parts: Parts, caller: OfficerCaller) -> Security:
    """Give how the caller's own account is secured."""
    with transaction(parts.sessions, caller.scope) as session:
        factor = current_factor(session, caller.officer_id)
        return Security(
            _open_sign_ins(session, caller),
            factor.confirmed_at if factor else None,
            _codes_left(session, caller),
            _resets(session, caller),
        )


def _open_sign_ins(session: Session, caller: OfficerCaller) -> tuple[OpenSignIn, ...]:
    used, begun = worn_out_before(caller.asked_at)
    rows = session.scalars(
        select(SignIn)
        .where(
            SignIn.officer_id == caller.officer_id,
            SignIn.ended_at.is_(None),
            SignIn.second_factor_at.is_not(None),
            SignIn.last_seen_at >= used,
            SignIn.started_at >= begun,
        )
        .order_by(SignIn.last_seen_at.desc())
    )
    return tuple(
        OpenSignIn(row.started_at, row.last_seen_at, row.id == caller.sign_in_id) for row in rows
    )


def _codes_left(session: Session, caller: OfficerCaller) -> int:
    living = select(func.count()).where(
        RecoveryCode.officer_id == caller.officer_id, RecoveryCode.ended_at.is_(None)
    )
    return session.scalar(living) or 0


def _resets(session: Session, caller: OfficerCaller) -> tuple[ResetSeen, ...]:
    rows = session.scalars(
        select(AccountReset)
        .where(AccountReset.officer_id == caller.officer_id)
        .order_by(AccountReset.asked_at.desc())
        .limit(MOST_RESETS)
    )
    return tuple(ResetSeen(row.asked_at, row.confirmed_at) for row in rows)
