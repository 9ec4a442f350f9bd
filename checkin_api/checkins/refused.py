"""What a refused attempt to check in leaves: its receipt, and nothing else."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OffenderCaller
from checkin_api.checkins.receipts import Attempt, keep_receipt, make_receipt, stored_receipt
from checkin_api.checkins.submission import arrived_parts
from checkin_api.uploads import Part
from mobile_contract.codes import ProblemCode
from mobile_contract.receipts import ACCEPTED, Receipt
from storage.database import transaction
from storage.parts import Parts
from storage.records import ReceiptRow

NO_RECEIPT = frozenset({ProblemCode.UNAVAILABLE, ProblemCode.INTERNAL})
# Refused attempts count in no limit, so that a weak line costs nobody a check-in; without an end to
# their receipts one modified app would fill the disk. A window that is asked for is longer than a
# minute, so there is a trace of whoever tried in it.
MOST_KEPT = 30
A_MINUTE = timedelta(minutes=1)


def record_refusal(
    parts: Parts,
    caller: OffenderCaller,
    checkin_id: UUID,
    code: ProblemCode,
    arrived: Mapping[str, Part],
) -> Receipt | None:
    """Leave nothing of a refused attempt but its receipt; None where our own fault refused it.

    None too where somebody leaves more in a minute than any phone does: those of before stand.
    """
    if code in NO_RECEIPT:
        return None
    attempt, now = Attempt(caller.offender_id, checkin_id, str(code)), parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        standing = stored_receipt(session, attempt)
        if standing is not None or _kept_lately(session, caller, now) >= MOST_KEPT:
            return standing
        receipt = make_receipt(parts.keys, attempt, arrived_parts(arrived.values()), now)
        return keep_receipt(session, parts.keys, receipt)


def _kept_lately(session: Session, caller: OffenderCaller, now: datetime) -> int:
    lately = select(func.count()).where(
        ReceiptRow.server_time > now - A_MINUTE,
        ReceiptRow.offender_id == caller.offender_id,
        ReceiptRow.code != ACCEPTED,
    )
    return session.scalar(lately) or 0
