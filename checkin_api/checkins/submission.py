"""One attempt to check in, as it arrived: read and checked before anything is put anywhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel

from checkin_api.refusals import RefusedError, at
from checkin_api.routes import validated_json
from checkin_api.uploads import Part, require_photo
from mobile_contract.challenges import MOST_FRAMES
from mobile_contract.checkins import (
    JSON_PART,
    SELFIE,
    CheckInBody,
    FileSent,
)
from mobile_contract.codes import ProblemCode
from mobile_contract.receipts import ReceiptPart
from mobile_contract.sending import SendingHeaders
from mobile_contract.shapes import PhoneMadeId
from verifier.photos import PhotoLimits

FRAMES = (f"frame-{number}" for number in range(1, MOST_FRAMES + 1))
PARTS = frozenset({JSON_PART, SELFIE, *FRAMES})


class _Named(BaseModel):
    """A body of which only the id has to be right: what is refused for the rest has it too."""

    id: PhoneMadeId


@dataclass(frozen=True)
class Submission:
    """The frozen body, what changed with this try, and the files that came along."""

    body: CheckInBody
    headers: SendingHeaders
    parts: Mapping[str, Part]

    @property
    def files(self) -> list[Part]:
        """The files that came along."""
        return [part for name, part in self.parts.items() if name != JSON_PART]

    @property
    def receipt_parts(self) -> list[ReceiptPart]:
        """What the receipt says: the JSON as it arrived and every file as declared.

        The same whether the files came along or follow, so that it need never change.
        """
        frozen = self.parts[JSON_PART]
        told = [(JSON_PART, frozen.sha256, len(frozen.data))]
        told += [(file.name, file.sha256, file.length) for file in self.body.files]
        return [ReceiptPart(name=name, sha256=sha, length=size) for name, sha, size in sorted(told)]


def arrived_parts(parts: Iterable[Part]) -> list[ReceiptPart]:
    """Give what arrived of a refused attempt as its receipt lists it, in order of name.

    Only those that a check-in can have: any other name is the sender's own text, of any length.
    """
    known = (part for part in parts if part.name in PARTS)
    return [
        ReceiptPart(name=part.name, sha256=part.sha256, length=len(part.data))
        for part in sorted(known, key=lambda part: part.name)
    ]


def read_submission(parts: Mapping[str, Part], headers: SendingHeaders) -> Submission:
    """Read the JSON part and compare the others with it; raises RefusedError."""
    frozen = parts.get(JSON_PART)
    if frozen is None:
        raise RefusedError(ProblemCode.PART_MISSING, at(JSON_PART, "missing"))
    body = validated_json(CheckInBody, frozen.data)
    declared = {file.name for file in body.files}
    unknown = set(parts) - declared - {JSON_PART}
    if unknown:
        raise RefusedError(ProblemCode.UNKNOWN_PART, at("", "unknown_part"))
    return Submission(body, headers, parts)


def require_possible(body: CheckInBody, limits: PhotoLimits) -> None:
    """Raise RefusedError where a declared file could never be taken, whenever it comes."""
    for declared in body.files:
        if declared.length > limits.max_bytes:
            code = ProblemCode.PHOTO_TOO_LARGE
            raise RefusedError(code, at(declared.name, str(code)))


def require_declared(part: Part, declared: FileSent, limits: PhotoLimits) -> None:
    """Raise RefusedError unless a file is what was declared, and a whole photo.

    In this order: bytes that changed on the way say nothing about the photo on the phone, and
    must never be a reason to drop it.
    """
    if len(part.data) != declared.length or part.sha256 != declared.sha256:
        raise RefusedError(ProblemCode.HASH_DIFFERS, at(part.name, "hash_differs"))
    require_photo(part, limits)


def require_photos(submission: Submission, limits: PhotoLimits) -> None:
    """Raise RefusedError unless what came is what was declared, and the rest can still come."""
    declared = {file.name: file for file in submission.body.files}
    for part in submission.files:
        require_declared(part, declared[part.name], limits)
    require_possible(submission.body, limits)


def attempted_id(idempotency_key: str, parts: Mapping[str, Part]) -> UUID | None:
    """Read which check-in was attempted, as far as that can be told, for the receipt."""
    try:
        return UUID(idempotency_key)
    except ValueError:
        pass
    frozen = parts.get(JSON_PART)
    if frozen is None:
        return None
    try:
        return _Named.model_validate_json(frozen.data).id
    except ValueError:
        return None
