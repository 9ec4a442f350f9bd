"""The second factor of an account: a code of its authenticator app, or a recovery code.

A wrong code is counted and stays counted whatever becomes of the request: the count is in
PostgreSQL and has a transaction of its own.
"""

import hmac
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import pyotp
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checkin_api.access.secret_texts import hashed, plain_code
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import DOOR, transaction
from storage.keys import Keys
from storage.parts import Parts
from storage.records import RecoveryCode, SecondFactor
from storage.seals import SealBrokenError, unseal

log = logging.getLogger(__name__)

DRIFT_STEPS = 1  # a phone's clock may be half a minute off
FREE_TRIES = 5
FIRST_WAIT = timedelta(minutes=1)  # doubled by each further wrong code
LONGEST_WAIT = timedelta(hours=1)


class CodeAnswer(StrEnum):
    """What became of a code."""

    APP = "app"
    RECOVERY = "recovery"
    WRONG = "wrong"
    WAIT = "wait"
    NOT_SET_UP = "not_set_up"


@dataclass(frozen=True)
class CheckedCode:
    """A code that was looked at; until when none is, after too many wrong ones."""

    answer: CodeAnswer
    wait_until: datetime | None = None

    @property
    def right(self) -> bool:
        """Whether it was one of the account's codes."""
        return self.answer in {CodeAnswer.APP, CodeAnswer.RECOVERY}


def require_second_factor(parts: Parts, officer_id: UUID, code: str | None) -> None:
    """Take an account's code; raises RefusedError, and the code is used up or counted then too.

    second_factor_needed: none was given or set up. sign_in_refused: wrong. too_many: wait.
    """
    if not code:
        raise RefusedError(ProblemCode.SECOND_FACTOR_NEEDED)
    now = parts.now()
    with transaction(parts.sessions, DOOR) as session:
        checked = check_code(session, parts.keys, officer_id, code, now)
    match checked.answer:
        case CodeAnswer.NOT_SET_UP:
            raise RefusedError(ProblemCode.SECOND_FACTOR_NEEDED)
        case CodeAnswer.WRONG:
            raise RefusedError(ProblemCode.SIGN_IN_REFUSED)
        case CodeAnswer.WAIT:
            wait = (checked.wait_until or now) - now
            raise RefusedError(
                ProblemCode.TOO_MANY, retry_after_s=max(int(wait.total_seconds()), 1)
            )


def check_code(
    session: Session, keys: Keys, officer_id: UUID, typed: str, now: datetime
) -> CheckedCode:
    """Look at a code and use it up; the caller's transaction must commit whatever the answer."""
    factor = current_factor(session, officer_id, lock=True)
    if factor is None:
        return CheckedCode(CodeAnswer.NOT_SET_UP)
    if factor.wait_until is not None and factor.wait_until > now:
        return CheckedCode(CodeAnswer.WAIT, factor.wait_until)
    answer = _answer(session, keys, factor, typed, now)
    if answer is CodeAnswer.WRONG:
        _count_wrong(factor, now)
        log.warning("second_factor_refused", extra={"officer_id": officer_id})
        audit.record(session, "second_factor_refused", now, subject=officer_id)
    else:
        factor.wrong_codes, factor.wait_until = 0, None
    if answer is CodeAnswer.RECOVERY:
        audit.record(session, "recovery_code_used", now, subject=officer_id)
    return CheckedCode(answer)


def current_factor(
    session: Session, officer_id: UUID, *, lock: bool = False
) -> SecondFactor | None:
    """Give the second factor that an account signs in with; None before it is set up."""
    wanted = select(SecondFactor).where(
        SecondFactor.officer_id == officer_id,
        SecondFactor.confirmed_at.is_not(None),
        SecondFactor.ended_at.is_(None),
    )
    return session.scalars(wanted.with_for_update() if lock else wanted).first()


def matching_step(secret: str, typed: str, now: datetime, after: int = 0) -> int | None:
    """Give the time step whose code this is, later than `after`; None for a wrong or used one."""
    app = pyotp.TOTP(secret)
    this_step = app.timecode(now)
    for step in range(this_step - DRIFT_STEPS, this_step + DRIFT_STEPS + 1):
        if step > after and hmac.compare_digest(app.generate_otp(step), typed):
            return step
    return None


def _answer(
    session: Session, keys: Keys, factor: SecondFactor, typed: str, now: datetime
) -> CodeAnswer:
    code = plain_code(typed)
    if not code.isascii():
        return CodeAnswer.WRONG
    step = _step(keys, factor, code, now)
    if step is not None:
        factor.last_step = step
        return CodeAnswer.APP
    # The lock on the factor lets two requests with the same code pass one after the other.
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.officer_id == factor.officer_id,
            RecoveryCode.code_sha256 == hashed(code),
            RecoveryCode.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(RecoveryCode.id)
    ).all()
    return CodeAnswer.RECOVERY if used else CodeAnswer.WRONG


def _step(keys: Keys, factor: SecondFactor, code: str, now: datetime) -> int | None:
    try:
        secret = unseal(keys, factor.sealed_secret, str(factor.officer_id))
    except SealBrokenError:
        log.exception("second_factor_unreadable", extra={"officer_id": factor.officer_id})
        return None
    return matching_step(secret, code, now, factor.last_step)


def _count_wrong(factor: SecondFactor, now: datetime) -> None:
    factor.wrong_codes += 1
    if factor.wrong_codes >= FREE_TRIES:
        doubled = min(factor.wrong_codes - FREE_TRIES, 10)
        factor.wait_until = now + min(FIRST_WAIT * 2**doubled, LONGEST_WAIT)
