"""Handing out the one-time code that turns a phone into a person's phone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.access.secret_texts import hashed, new_code
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import NoticeKind, ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import ActivationCode
from verifier.local_time import local_date
from verifier.notices import tell_of_act

USUAL_LIFE = timedelta(minutes=30)
LONGEST_LIFE = timedelta(hours=24)


@dataclass(frozen=True)
class IssuedCode:
    """A code as it is shown once; only its hash is kept."""

    number: str
    code: str = field(repr=False)
    expires_at: datetime


def issue_code(
    parts: Parts, caller: OfficerCaller, offender_id: UUID, life: timedelta = USUAL_LIFE
) -> IssuedCode:
    """Make a code for a person; earlier unused ones stop working.

    Raises RefusedError: not_found, invalid_content for a life that is none or over a day.
    """
    if not timedelta(0) < life <= LONGEST_LIFE:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/minutes", "range"))
    now, code = parts.now(), new_code()
    with transaction(parts.sessions, caller.scope) as session:
        offender = offender_in_reach(session, caller, offender_id, Action.ISSUE_ACTIVATION)
        session.execute(
            update(ActivationCode)
            .where(
                ActivationCode.offender_id == offender_id,
                ActivationCode.used_at.is_(None),
                ActivationCode.expires_at > now,
            )
            .values(expires_at=now)
        )
        row = ActivationCode(
            offender_id=offender_id,
            code_sha256=hashed(code),
            issued_by=caller.officer_id,
            issued_at=now,
            expires_at=now + life,
        )
        session.add(row)
        session.flush()
        audit.record(session, "code_issued", now, offender_id=offender_id, subject=row.id)
        # Read on the phone that is there, if one is: nobody's phone is replaced behind their back.
        day = local_date(now).isoformat()
        tell_of_act(session, offender_id, NoticeKind.PHONE_CODE_ISSUED, now, day=day)
    return IssuedCode(offender.number, code, row.expires_at)
