"""The public keys that receipts can be checked with, the withdrawn ones included."""

from typing import Annotated, Literal

from pydantic import Field

from mobile_contract.shapes import OPEN, Instant, Told


class PublishedKey(Told):
    """One Ed25519 key; a receipt names it by `key_id`."""

    key_id: str
    algorithm: Annotated[Literal["Ed25519"], OPEN] = "Ed25519"
    public_key: str = Field(description="Base64 of the raw public key, 32 bytes.")
    valid_from: Instant | None = None
    valid_until: Instant | None = None


class PublishedKeys(Told):
    """Answer of `GET /v1/keys`."""

    keys: tuple[PublishedKey, ...]
