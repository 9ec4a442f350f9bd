"""A receipt: signed proof of what was sent and when, the same for ever."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mobile_contract.canonical import canonical_json
from mobile_contract.codes import ProblemCode
from mobile_contract.shapes import OPEN, Count, Id, Instant, Sha256, Told

ACCEPTED: Literal["accepted"] = "accepted"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no letter that sounds or looks twice
SHORT_CODE_LETTERS = 12  # 60 bits: years of a city without two alike
GROUP = 4

ReceiptCode = Literal["accepted"] | ProblemCode
ShortCode = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$")
]
Signature = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{86}==$")]


class ReceiptPart(Told):
    """One part: the JSON as it arrived, a file as declared; of a refusal, what arrived."""

    name: str
    sha256: Sha256
    length: Count


class ReceiptFacts(Told):
    """What a receipt says, before it is signed; one for each check-in id and code."""

    person_id: Id
    checkin_id: Id
    code: Annotated[ReceiptCode, OPEN]
    server_time: Instant
    parts: tuple[ReceiptPart, ...] = ()
    key_id: str = Field(min_length=1, max_length=64)


class Receipt(ReceiptFacts):
    """The signed receipt; `short_code` is what a person reads out on the telephone."""

    short_code: ShortCode
    signature: Signature


def short_code(facts: ReceiptFacts) -> str:
    """Return the twelve letters that stand for these facts."""
    digest = hashlib.sha256(canonical_json(facts.model_dump(mode="json"))).digest()
    bits = int.from_bytes(digest, "big")
    letters = [ALPHABET[(bits >> 5 * place) & 31] for place in range(SHORT_CODE_LETTERS)]
    groups = ["".join(letters[at : at + GROUP]) for at in range(0, SHORT_CODE_LETTERS, GROUP)]
    return "-".join(groups)


def bytes_to_sign(facts: ReceiptFacts) -> bytes:
    """Return what the server signs: the facts and their short code."""
    return signed_bytes(facts.model_dump(mode="json") | {"short_code": short_code(facts)})


def signed_bytes(receipt: Mapping[str, object]) -> bytes:
    """Return what a signature covers: every member but itself, so later members are covered too."""
    covered = {name: value for name, value in receipt.items() if name != "signature"}
    return b"checkin-receipt-1\n" + canonical_json(covered)
