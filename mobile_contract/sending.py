"""What a phone says with every try to send: its clocks, in headers."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidatorFunctionWrapHandler, WrapValidator

from mobile_contract.checkins import Opaque
from mobile_contract.shapes import LARGEST_SAFE_INTEGER, Instant, Told


def _or_none(value: Any, known: ValidatorFunctionWrapHandler) -> Any:
    try:
        return known(value)
    except ValueError:
        return None


PROVES_NOTHING = WrapValidator(_or_none)
"""Marks a header that is read as absent where it cannot be read: no reason to refuse a person."""


class SendingHeaders(Told):
    """What changes with every try; never compared, and a missing clock only proves nothing."""

    model_config = ConfigDict(populate_by_name=True)

    sent_at: Annotated[Instant | None, PROVES_NOTHING] = Field(default=None, alias="Sent-At")
    # From a header, hence from text.
    sent_monotonic_ms: Annotated[
        Annotated[int, Field(ge=0, le=LARGEST_SAFE_INTEGER)] | None, PROVES_NOTHING
    ] = Field(default=None, alias="Sent-Monotonic")
    boot_id: Annotated[Opaque | None, PROVES_NOTHING] = Field(default=None, alias="Boot-Id")
