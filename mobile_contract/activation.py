"""Activation: an officer's code is exchanged for tokens, once; later tokens are refreshed."""

from typing import Annotated

from pydantic import Field, StringConstraints

from mobile_contract.checkins import Opaque
from mobile_contract.shapes import Id, Instant, Line, Sent, Told, Version


class DeviceNamed(Sent):
    """What the officer sees of the phone that was activated."""

    model: Line
    os: Line
    app: Version


class ActivationBody(Sent):
    """Exchange of the code; `notice_version` says which processing notice was shown."""

    person_number: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,32}$")]
    code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{4,64}$")]
    install_id: Opaque
    public_key: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="Reserved for the device key."
    )
    device: DeviceNamed
    notice_version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.-]{1,32}$")]


class TokenPair(Told):
    """Tokens of one registration; the refresh token lives as long as the registration."""

    access_token: str
    access_expires_at: Instant
    refresh_token: str


class Activated(TokenPair):
    """Answer of `POST /v1/activations`."""

    device_id: Id
