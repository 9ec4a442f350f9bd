"""The two kinds of models, and the field types that every resource is made of.

Strictness lives in the types, because web frameworks validate parsed JSON: a number is never read
from text, an instant never from a number, and every text and list has an end.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LARGEST_SAFE_INTEGER = 2**53 - 1
# A phone's clock may be wrong by any number of years, but an instant that has no date in some
# zone can neither be stored nor shown: whoever sent it would have a record nobody can open.
FIRST_YEAR, LAST_YEAR = 2, 9998
PHONE_READS = {"open_codes": True}


class Sent(BaseModel):
    """What a phone or the content tool sends: nothing that the contract does not name."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Told(BaseModel):
    """What the server answers: a reader ignores what it does not know."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


def _instant_text(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and RFC3339.fullmatch(value):
        return value
    kind, text = "instant_form", "must be a date and time with its offset"
    raise PydanticCustomError(kind, text)


def _has_date_everywhere(value: datetime) -> datetime:
    if FIRST_YEAR <= value.year <= LAST_YEAR:
        return value
    kind, text = "instant_range", "must have a date in every time zone"
    raise PydanticCustomError(kind, text)


def _uuid_text(value: object) -> object:
    if isinstance(value, UUID) or (isinstance(value, str) and UUID_TEXT.fullmatch(value)):
        return value
    kind, text = "uuid_form", "must be a UUID"
    raise PydanticCustomError(kind, text)


def _version_seven(value: UUID) -> UUID:
    if value.version == 7:  # noqa: PLR2004 - the version's own number
        return value
    kind, text = "uuid_version", "must be a UUID of version 7"
    raise PydanticCustomError(kind, text)


def instant_text(moment: datetime) -> str:
    """Write an instant as RFC 3339 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _unknown_codes_pass(
    value: Any, known: ValidatorFunctionWrapHandler, info: ValidationInfo
) -> Any:
    """Let a phone keep a code that is newer than itself, as plain text."""
    try:
        return known(value)
    except ValueError:
        if info.context and info.context.get("open_codes") and isinstance(value, str):
            return value
        raise


OPEN = WrapValidator(_unknown_codes_pass)
"""Marks a code in an answer: closed for the server, open for a phone (`context=PHONE_READS`)."""

Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_instant_text),
    AfterValidator(_has_date_everywhere),
    PlainSerializer(instant_text, when_used="json"),
]
Id = Annotated[UUID, BeforeValidator(_uuid_text)]
PhoneMadeId = Annotated[
    UUID,
    BeforeValidator(_uuid_text),
    AfterValidator(_version_seven),
    Field(description="A UUIDv7 that the sender makes; the same id is the same thing for ever."),
]
Yes = Annotated[bool, Field(strict=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=0, le=LARGEST_SAFE_INTEGER)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Token = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,2048}$")]
Version = Annotated[str, StringConstraints(pattern=r"^\d{1,5}(\.\d{1,5}){0,3}$")]
# Control characters: PostgreSQL takes no NUL, and nobody reads the rest on a screen.
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Paragraphs = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
    ),
]
