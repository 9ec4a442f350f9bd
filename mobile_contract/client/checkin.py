"""Freezing a check-in at capture, and the one request that hands it over."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from mobile_contract.checkins import (
    JSON_PART,
    SELFIE,
    AnswerGiven,
    CheckInBody,
    DeviceSent,
    FileSent,
    canonical_body,
)
from mobile_contract.client.challenges import Answered
from mobile_contract.client.clocks import Clocks, uuid7
from mobile_contract.client.connection import Request
from mobile_contract.client.queue import Submission
from mobile_contract.codes import NoPlaceReason, NoSelfieReason
from mobile_contract.movement_codes import NoMovementReason
from mobile_contract.places import Place
from mobile_contract.receipts import Receipt

JPEG = "image/jpeg"


@dataclass(frozen=True)
class Captured:
    """What the person did in front of the phone."""

    selfie: bytes | NoSelfieReason
    place: Place | NoPlaceReason
    window_id: UUID | None = None
    frames: Sequence[bytes] = ()
    question_set: str = "none"
    answers: Sequence[AnswerGiven] = ()
    movement: Answered | NoMovementReason | None = None


@dataclass(frozen=True)
class Moment:
    """What the phone knows of itself at capture."""

    clocks: Clocks
    chance: Random
    nonce: str | None
    device: DeviceSent


def freeze(captured: Captured, moment: Moment) -> Submission:
    """Freeze a check-in: from here on nothing of it changes, however often it is sent."""
    files = photos(captured)
    now = moment.clocks.wall()
    body = CheckInBody(
        id=uuid7(now, moment.chance),
        window_id=str(captured.window_id) if captured.window_id else None,
        captured_at=now,
        captured_monotonic_ms=moment.clocks.monotonic_ms(),
        boot_id=moment.clocks.boot_id(),
        server_nonce=moment.nonce,
        files=tuple(_described(name, data) for name, data in files.items()),
        question_set=captured.question_set,
        answers=tuple(captured.answers),
        device=moment.device,
        **_place_and_reasons(captured),
    )
    return Submission(body.id, canonical_body(body), files)


def photos(captured: Captured) -> dict[str, bytes]:
    """Name the photos of a capture; frames that answer a challenge go before any others."""
    selfie = {} if isinstance(captured.selfie, NoSelfieReason) else {SELFIE: captured.selfie}
    shown = captured.movement
    frames = [one.photo for one in shown.frames] if isinstance(shown, Answered) else captured.frames
    return selfie | {f"frame-{at}": frame for at, frame in enumerate(frames, 1)}


def handing_over(submission: Submission) -> Request:
    """Build the one multipart request of a check-in."""
    parts: dict[str, tuple[str | None, bytes, str]] = {
        JSON_PART: (None, submission.body, "application/json")
    }
    for name, data in submission.files.items():
        parts[name] = (f"{name}.jpg", data, JPEG)
    return Request(
        "POST",
        "/v1/checkins",
        files=parts,
        headers={"Idempotency-Key": str(submission.id)},
    )


def handing_over_file(checkin_id: UUID, name: str, photo: bytes) -> Request:
    """Build the request of one file that follows its check-in."""
    return Request("PUT", f"/v1/checkins/{checkin_id}/files/{name}", photo=photo)


def covers_body(receipt: Receipt, submission: Submission) -> bool:
    """Tell whether a receipt is for the very JSON that was frozen."""
    frozen = hashlib.sha256(submission.body).hexdigest()
    return (JSON_PART, frozen) in {(part.name, part.sha256) for part in receipt.parts}


def _described(name: str, data: bytes) -> FileSent:
    return FileSent(name=name, sha256=hashlib.sha256(data).hexdigest(), length=len(data))


def _place_and_reasons(captured: Captured) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(captured.place, Place):
        found["place"] = captured.place
    else:
        found["no_place_reason"] = captured.place
    if isinstance(captured.selfie, NoSelfieReason):
        found["no_selfie_reason"] = captured.selfie
    if isinstance(captured.movement, Answered):
        found["challenge_id"] = captured.movement.opened.challenge.id
        found["movement"] = captured.movement.as_sent()
    else:
        found["no_movement_reason"] = captured.movement
    return found
