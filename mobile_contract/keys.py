"""The public keys that receipts can be checked with, the withdrawn ones included."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from mobile_contract.shapes import Instant, Told


class PublishedKey(Told):
    """One Ed25519 key; a receipt names it by `key_id`."""

    key_id: str
    algorithm: Literal["Ed25519"] = "Ed25519"
    public_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]
    valid_from: Instant | None = None
    valid_until: Instant | None = None


class PublishedKeys(Told):
    """Answer of `GET /v1/keys`."""

    keys: tuple[PublishedKey, ...]
