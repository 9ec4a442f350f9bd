"""Asking for a registration without a code: a lost, wiped or re-installed phone.

The request carries a proof of the phone's new key (header `DPoP`) and no token. Its answer says
nothing of the person: the phone then asks `POST /v1/tokens` by its key, now and then, until an
officer has let it in.
"""

from base64 import b32encode, urlsafe_b64decode
from typing import Annotated

from pydantic import Field, StringConstraints

from mobile_contract.activation import Attestation, DeviceNamed
from mobile_contract.checkins import Opaque
from mobile_contract.shapes import Line, Sent, Told


class DeviceRequestBody(Sent):
    """Who asks and with which phone; never the number of an identity card."""

    person_number: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,32}$")]
    install_id: Opaque
    attestation: Attestation | None = None
    device: DeviceNamed
    notice_version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.-]{1,32}$")]
    words: Line | None = Field(default=None, description="What happened, in the person's words.")


class DeviceRequested(Told):
    """The one answer, for every number."""

    text_zh: str
    text_en: str


def short_name(thumbprint: str) -> str:
    """Give a key's name (RFC 7638) as people compare it: 12 letters, 60 bits, nothing alike.

    The phone shows it while it waits, and the person reads it out to the officer.
    """
    letters = b32encode(urlsafe_b64decode(f"{thumbprint}=")[:8]).decode()[:12]
    return "-".join(letters[at : at + 4] for at in (0, 4, 8))
