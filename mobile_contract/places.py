"""A fix as the phone reports it, with the datum that its numbers are meant in."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticKnownError

from mobile_contract.codes import Datum
from mobile_contract.shapes import Instant, Number, Sent


def _named(datum: object) -> object:
    if datum is None:
        raise PydanticKnownError("missing")  # noqa: EM101 - a closed set of pydantic's own
    return datum


class Place(Sent):
    """One fix; without its datum it could lie 640 m elsewhere, so none is assumed."""

    latitude: Annotated[Number, Field(ge=-90, le=90)]
    longitude: Annotated[Number, Field(ge=-180, le=180)]
    datum: Annotated[Datum, BeforeValidator(_named)]
    accuracy_m: Annotated[Number, Field(ge=0, le=1_000_000, description="Radius in metres.")]
    fixed_at: Instant | None = None
