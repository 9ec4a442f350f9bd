"""One request of the fuzz: what is sent, and what has to hold if it is taken in."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from mobile_contract.client.queue import Submission

BOUNDARY = "--checkin-fuzz-4cf1"
JPEG_FILE = 'filename="selfie.jpg"'


@dataclass(frozen=True)
class Attempt:
    """A request to `POST /v1/checkins`; `kind` is its row in the table."""

    kind: str
    checkin_id: UUID
    content: bytes
    content_type: str = f"multipart/form-data; boundary={BOUNDARY}"
    headers: Mapping[str, str] = field(default_factory=dict)
    # The parts whose bytes a receipt has to state; empty where the request itself lies.
    parts: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Base:
    """A check-in that would be taken in as it is, to be broken."""

    submission: Submission
    other: bytes  # another person's body or photo, to splice with
    chance: Random

    @property
    def photo(self) -> bytes:
        """The selfie."""
        return self.submission.files["selfie"]

    @property
    def body(self) -> dict[str, object]:
        """The JSON part, to be changed."""
        members: dict[str, object] = json.loads(self.submission.body)
        return members


Break = Callable[[Base], Attempt]


def well_formed(kind: str, base: Base, body: bytes, photo: bytes | None = None) -> Attempt:
    """Send a body and a photo in a request that is itself in order."""
    parts = {"checkin": body, "selfie": base.photo if photo is None else photo}
    content = b"".join(part(name, data) for name, data in parts.items()) + closing()
    return Attempt(kind, base.submission.id, content, headers=known_as(base), parts=parts)


def known_as(base: Base) -> dict[str, str]:
    """Name the check-in as a phone does."""
    return {"Idempotency-Key": str(base.submission.id)}


def part(name: str, data: bytes, boundary: str = BOUNDARY) -> bytes:
    """Write one part; the JSON without a filename, as the reference phone does."""
    named = f'form-data; name="{name}"' + ("" if name == "checkin" else f"; {JPEG_FILE}")
    kind = "application/json" if name == "checkin" else "image/jpeg"
    head = f"--{boundary}\r\nContent-Disposition: {named}\r\nContent-Type: {kind}\r\n\r\n"
    return head.encode() + data + b"\r\n"


def closing(boundary: str = BOUNDARY) -> bytes:
    """Write what ends a body."""
    return f"--{boundary}--\r\n".encode()
