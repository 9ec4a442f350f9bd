"""Refusals (RFC 9457): one code each, in words, with what to do next and never an echo of input."""

from http import HTTPStatus
from typing import Annotated

from mobile_contract.codes import ProblemCode, Retry
from mobile_contract.receipts import Receipt
from mobile_contract.shapes import OPEN, Told

CONTENT_TYPE = "application/problem+json"

STATUS: dict[ProblemCode, HTTPStatus] = {
    ProblemCode.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    ProblemCode.UNKNOWN_PART: HTTPStatus.BAD_REQUEST,
    ProblemCode.REPEATED_PART: HTTPStatus.BAD_REQUEST,
    ProblemCode.NOT_SIGNED_IN: HTTPStatus.UNAUTHORIZED,
    ProblemCode.TOKEN_EXPIRED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.DEVICE_REVOKED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.NOT_REGISTERED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.USE_DPOP_NONCE: HTTPStatus.UNAUTHORIZED,
    ProblemCode.INVALID_DPOP_PROOF: HTTPStatus.UNAUTHORIZED,
    ProblemCode.SIGN_IN_REFUSED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.SECOND_FACTOR_NEEDED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.ACTIVATION_REFUSED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    ProblemCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ProblemCode.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    ProblemCode.CONTENT_DIFFERS: HTTPStatus.CONFLICT,
    ProblemCode.NOT_OPEN: HTTPStatus.CONFLICT,
    ProblemCode.SUPERVISION_ENDED: HTTPStatus.GONE,
    ProblemCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ProblemCode.UNSUPPORTED_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ProblemCode.INVALID_CONTENT: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.PHOTO_NOT_JPEG: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ProblemCode.PHOTO_DAMAGED: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.PHOTO_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ProblemCode.HASH_DIFFERS: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.PART_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.DATUM_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.MODULE_INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    ProblemCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    ProblemCode.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
}

# `never` lets a phone drop a photo, so it stands only where the frozen content can never pass.
RETRY: dict[ProblemCode, Retry] = {
    ProblemCode.BAD_REQUEST: Retry.FIX,
    ProblemCode.UNKNOWN_PART: Retry.FIX,
    ProblemCode.REPEATED_PART: Retry.FIX,
    ProblemCode.NOT_SIGNED_IN: Retry.SIGN_IN,
    ProblemCode.TOKEN_EXPIRED: Retry.SIGN_IN,
    ProblemCode.DEVICE_REVOKED: Retry.SIGN_IN,
    ProblemCode.NOT_REGISTERED: Retry.SIGN_IN,
    # The same request with a fresh proof, which is made with the nonce of this very answer.
    ProblemCode.USE_DPOP_NONCE: Retry.SAME,
    ProblemCode.INVALID_DPOP_PROOF: Retry.SAME,
    ProblemCode.SIGN_IN_REFUSED: Retry.FIX,
    ProblemCode.SECOND_FACTOR_NEEDED: Retry.FIX,
    ProblemCode.ACTIVATION_REFUSED: Retry.FIX,
    ProblemCode.NOT_ALLOWED: Retry.FIX,
    ProblemCode.NOT_FOUND: Retry.FIX,
    ProblemCode.METHOD_NOT_ALLOWED: Retry.FIX,
    ProblemCode.CONTENT_DIFFERS: Retry.NEVER,
    ProblemCode.NOT_OPEN: Retry.NEVER,
    ProblemCode.SUPERVISION_ENDED: Retry.NEVER,
    ProblemCode.TOO_LARGE: Retry.FIX,
    ProblemCode.UNSUPPORTED_TYPE: Retry.FIX,
    ProblemCode.INVALID_CONTENT: Retry.FIX,
    ProblemCode.PHOTO_NOT_JPEG: Retry.NEVER,
    ProblemCode.PHOTO_DAMAGED: Retry.NEVER,
    ProblemCode.PHOTO_TOO_LARGE: Retry.NEVER,
    # Bytes that changed on the way or stayed behind: the frozen content itself may be fine.
    ProblemCode.HASH_DIFFERS: Retry.SAME,
    ProblemCode.PART_MISSING: Retry.SAME,
    ProblemCode.DATUM_MISSING: Retry.FIX,
    ProblemCode.MODULE_INVALID: Retry.FIX,
    ProblemCode.TOO_MANY: Retry.LATER,
    ProblemCode.UNAVAILABLE: Retry.LATER,
    ProblemCode.INTERNAL: Retry.LATER,
}


class ProblemFault(Told):
    """Where (a JSON pointer or a part's name) and what kind of mistake; never the value."""

    pointer: str
    reason: str


class Problem(Told):
    """One refusal as the phone reads it; the receipt proves the attempt."""

    type: str
    title: str
    status: int
    code: Annotated[ProblemCode, OPEN]
    text_zh: str
    text_en: str
    retry: Annotated[Retry, OPEN]
    receipt: Receipt | None = None
    errors: tuple[ProblemFault, ...] = ()
