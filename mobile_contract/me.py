"""What the signed-in person reads about themselves."""

from datetime import date, time
from typing import Annotated

from mobile_contract.codes import DeviceState
from mobile_contract.shapes import OPEN, Id, Instant, Told


class OfficeTold(Told):
    """The justice office to turn to, and its telephone number."""

    name: str
    phone: str | None = None


class SupervisionTold(Told):
    """The period in which windows fall due; no end means open."""

    starts_on: date
    ends_on: date | None = None


class PlanTold(Told):
    """The daily window, in Shanghai time."""

    opens: time
    due: time
    grace_ends: time


class ThisDevice(Told):
    """The registration that the request was made with."""

    id: Id
    state: Annotated[DeviceState, OPEN]
    registered_at: Instant


class Me(Told):
    """Answer of `GET /v1/me`."""

    id: Id
    number: str
    name: str
    office: OfficeTold
    device: ThisDevice
    enrolled: bool
    supervision: SupervisionTold | None = None
    plan: PlanTold | None = None
    notice_version: str | None = None
