"""The person's enrolled photos: what waits, what is in force, and what to do better."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from mobile_contract.checkins import ReasonTold
from mobile_contract.shapes import OPEN, Instant, Sha256, Told

MOST_PHOTOS = 5


class EnrolmentState(StrEnum):
    """Where the photos stand that are not in force yet."""

    NONE = "none"
    COLLECTING = "collecting"  # more photos may be sent; an officer approves them
    AWAITING_SECOND = "awaiting_second"


class PhotoState(StrEnum):
    """What was found of one photo that was sent."""

    EXAMINING = "examining"
    USABLE = "usable"
    RETAKE = "retake"  # the reasons say what would make it better


class PhotoSentTold(Told):
    """One photo that the phone sent."""

    sha256: Sha256
    state: Annotated[PhotoState, OPEN]
    reasons: tuple[ReasonTold, ...] = ()


class ExemptionTold(Told):
    """Days on which the person need not send a photo of the face; no last one: permanent."""

    starts_on: date
    ends_on: date | None = None


class EnrolmentTold(Told):
    """Answer of `GET /v1/enrolment`."""

    enrolled_since: Instant | None = None
    state: Annotated[EnrolmentState, OPEN]
    photos: tuple[PhotoSentTold, ...] = ()
    renewal_proposed: bool = False
    exempt: ExemptionTold | None = None
