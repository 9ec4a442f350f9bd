"""Activation: an officer's code is exchanged for tokens, once; later tokens are refreshed.

The key that all tokens are bound to is the one that proves the request of the activation itself.
"""

from typing import Annotated

from pydantic import Base64Bytes, Field, StringConstraints

from mobile_contract.checkins import Opaque
from mobile_contract.codes import Platform
from mobile_contract.shapes import Id, Instant, Line, Sent, Told, Version


class DeviceNamed(Sent):
    """What the officer sees of the phone that was activated."""

    model: Line
    os: Line
    app: Version


LARGEST_ATTESTATION = 16 * 1024  # bytes; a chain of certificates has about 5,000


class Attestation(Sent):
    """What the phone's key store says of its key: stored, and judged once a checker exists."""

    platform: Platform
    blob: Annotated[Base64Bytes, Field(min_length=1, max_length=LARGEST_ATTESTATION)]


class ActivationBody(Sent):
    """Exchange of the code; `notice_version` says which processing notice was shown."""

    person_number: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,32}$")]
    code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{4,64}$")]
    install_id: Opaque
    attestation: Attestation | None = None
    device: DeviceNamed
    notice_version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.-]{1,32}$")]


class TokenPair(Told):
    """Tokens of one registration; the refresh token lives as long as the registration."""

    device_id: Id
    access_token: str
    access_expires_at: Instant
    refresh_token: str


class Activated(TokenPair):
    """Answer of `POST /v1/activations`."""
