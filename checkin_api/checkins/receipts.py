"""Signed proof of each attempt: made once for each check-in id and code, then always the same."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mobile_contract.codes import ProblemCode
from mobile_contract.receipts import (
    ACCEPTED,
    Receipt,
    ReceiptFacts,
    ReceiptPart,
    bytes_to_sign,
    short_code,
)
from storage.keys import Keys
from storage.records import ReceiptRow

TRIES = 3  # a short code has 60 bits: two alike are rare, not impossible
A_MOMENT = timedelta(milliseconds=1)  # gives other letters to otherwise equal facts


@dataclass(frozen=True)
class Attempt:
    """What a receipt is about; `code` is `accepted` or that of the refusal."""

    offender_id: UUID
    checkin_id: UUID
    code: str


class NoShortCodeError(Exception):
    """Three short codes in a row were taken: the letters no longer suffice."""


def to_milliseconds(instant: datetime) -> datetime:
    """Cut an instant to what a receipt says, so that it reads the same from the database."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def stored_receipt(session: Session, attempt: Attempt) -> Receipt | None:
    """Read the receipt of an earlier attempt that ended in the same code."""
    row = session.scalars(
        select(ReceiptRow).where(
            ReceiptRow.offender_id == attempt.offender_id,
            ReceiptRow.checkin_id == attempt.checkin_id,
            ReceiptRow.code == attempt.code,
        )
    ).first()
    return None if row is None else receipt_of(row)


def receipt_of(row: ReceiptRow) -> Receipt:
    """Give a row as the phone reads it."""
    return Receipt(
        person_id=row.offender_id,
        checkin_id=row.checkin_id,
        code=ACCEPTED if row.code == ACCEPTED else ProblemCode(row.code),
        server_time=row.server_time,
        parts=tuple(ReceiptPart.model_validate(part) for part in row.parts),
        key_id=row.key_id,
        short_code=row.short_code,
        signature=row.signature,
    )


def make_receipt(
    keys: Keys, attempt: Attempt, parts: Iterable[ReceiptPart], now: datetime
) -> Receipt:
    """Sign a receipt for an attempt."""
    facts = ReceiptFacts(
        person_id=attempt.offender_id,
        checkin_id=attempt.checkin_id,
        code=ACCEPTED if attempt.code == ACCEPTED else ProblemCode(attempt.code),
        server_time=to_milliseconds(now),
        parts=tuple(parts),
        key_id=keys.receipt_kid,
    )
    signature = keys.receipts[facts.key_id].sign(bytes_to_sign(facts))
    return Receipt(
        **facts.model_dump(),
        short_code=short_code(facts),
        signature=base64.b64encode(signature).decode(),
    )


def keep_receipt(session: Session, keys: Keys, wanted: Receipt) -> Receipt:
    """Store a receipt, or give the one that stands already for this check-in and code."""
    for _ in range(TRIES):
        inserted = session.execute(
            insert(ReceiptRow)
            .values(
                offender_id=wanted.person_id,
                checkin_id=wanted.checkin_id,
                code=str(wanted.code),
                short_code=wanted.short_code,
                server_time=wanted.server_time,
                parts=[part.model_dump(mode="json") for part in wanted.parts],
                key_id=wanted.key_id,
                signature=wanted.signature,
            )
            .on_conflict_do_nothing()
            .returning(ReceiptRow.number)
        ).first()
        if inserted is not None:
            return wanted
        attempt = Attempt(wanted.person_id, wanted.checkin_id, str(wanted.code))
        standing = stored_receipt(session, attempt)
        if standing is not None:
            return standing
        moment = wanted.server_time + A_MOMENT
        wanted = make_receipt(keys, attempt, wanted.parts, moment)
    raise NoShortCodeError
