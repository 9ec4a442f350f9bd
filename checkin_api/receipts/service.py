"""Finding a receipt by its short code, within the caller's reach."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import Action
from mobile_contract.codes import CheckInState
from mobile_contract.receipts import GROUP, SHORT_CODE_LETTERS
from storage.database import transaction
from storage.parts import Parts
from storage.records import CheckIn, Offender, ReceiptRow

# What people hear and type for letters that the alphabet leaves out.
MISHEARD = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "-": "", " ": "", "－": ""})


@dataclass(frozen=True)
class PartReceived:
    """One part of the request as it arrived."""

    name: str
    length: int
    sha256: str


@dataclass(frozen=True)
class ReceiptFound:
    """A receipt, and the check-in it is for, if that was taken in."""

    short_code: str
    code: str
    server_time: datetime
    person_id: UUID
    person: str
    number: str
    checkin_id: UUID
    state: CheckInState | None
    parts: tuple[PartReceived, ...]


def as_written(words: str) -> str:
    """Give a short code in its one written form, however it was typed."""
    letters = words.strip().upper().translate(MISHEARD)[:SHORT_CODE_LETTERS]
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def find_receipt(parts: Parts, caller: OfficerCaller, words: str) -> ReceiptFound | None:
    """Give the receipt of a short code; None for none of people in reach."""
    with transaction(parts.sessions, caller.scope) as session:
        found = session.execute(
            select(ReceiptRow, Offender, CheckIn)
            .join(Offender, Offender.id == ReceiptRow.offender_id)
            .outerjoin(
                CheckIn,
                (CheckIn.offender_id == ReceiptRow.offender_id)
                & (CheckIn.id == ReceiptRow.checkin_id),
            )
            .where(ReceiptRow.short_code == as_written(words), in_reach(caller, Action.SEE_PERSON))
        ).first()
    return None if found is None else _seen(*found)


def _seen(row: ReceiptRow, offender: Offender, checkin: CheckIn | None) -> ReceiptFound:
    return ReceiptFound(
        short_code=row.short_code,
        code=row.code,
        server_time=row.server_time,
        person_id=offender.id,
        person=offender.name,
        number=offender.number,
        checkin_id=row.checkin_id,
        state=checkin.state if checkin else None,
        parts=tuple(PartReceived(one["name"], one["length"], one["sha256"]) for one in row.parts),
    )
