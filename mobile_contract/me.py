"""What the signed-in person reads about themselves."""

from datetime import date, time
from typing import Annotated

from mobile_contract.codes import DeviceState, SupervisionState
from mobile_contract.shapes import OPEN, Id, Instant, Told


class OfficeTold(Told):
    """The justice office to turn to, and its telephone number."""

    name: str
    phone: str | None = None


class PauseTold(Told):
    """Days on which no check-in is due, both included; no last one means until further notice."""

    starts_on: date
    ends_on: date | None = None


class SupervisionTold(Told):
    """The period in which windows fall due, its last day included; no end means open.

    `pause` is the one of today, else the next that is announced. After the end, check-ins are
    answered 410 `supervision_ended`; reading and objecting stay open.
    """

    starts_on: date
    ends_on: date | None = None
    state: Annotated[SupervisionState, OPEN]
    text_zh: str
    text_en: str
    pause: PauseTold | None = None


class PlanTold(Told):
    """The daily window, in Shanghai time, and whether its check-ins answer a challenge."""

    opens: time
    due: time
    grace_ends: time
    movement: bool = False


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
