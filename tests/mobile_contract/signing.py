"""A key that signs receipts in tests, and its published half."""

import base64
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mobile_contract.keys import PublishedKey, PublishedKeys
from mobile_contract.receipts import Receipt, ReceiptFacts, ReceiptPart, bytes_to_sign, short_code
from tests.mobile_contract.examples import CHECKIN_ID, PERSON_ID


def published(**keys: Ed25519PrivateKey) -> PublishedKeys:
    """Return the public halves of keys by their ids."""
    return PublishedKeys(
        keys=tuple(
            PublishedKey(
                key_id=key_id,
                public_key=base64.b64encode(key.public_key().public_bytes_raw()).decode(),
            )
            for key_id, key in keys.items()
        )
    )


def facts(
    code: str = "accepted", *parts: ReceiptPart, checkin_id: str = CHECKIN_ID
) -> ReceiptFacts:
    """Return what a receipt says."""
    return ReceiptFacts.model_validate(
        {
            "person_id": PERSON_ID,
            "checkin_id": checkin_id,
            "code": code,
            "server_time": datetime(2026, 3, 1, 0, 31, tzinfo=UTC),
            "parts": parts,
            "key_id": "k1",
        }
    )


def signed(said: ReceiptFacts, key: Ed25519PrivateKey) -> Receipt:
    """Sign a receipt as the server does."""
    signature = base64.b64encode(key.sign(bytes_to_sign(said))).decode()
    return Receipt(**said.model_dump(), short_code=short_code(said), signature=signature)
