"""Windows: when a check-in is due, and what became of each."""

from typing import Annotated

from pydantic import ConfigDict, Field

from mobile_contract.codes import WindowOutcome
from mobile_contract.shapes import OPEN, Id, Instant, Sent, Told


class WindowTold(Told):
    """One due check-in; the words of its outcome come with it."""

    id: Id
    opens_at: Instant
    due_at: Instant
    grace_ends_at: Instant
    upload_until: Instant
    outcome: Annotated[WindowOutcome, OPEN]
    text_zh: str
    text_en: str
    checkin_id: Id | None = None
    movement: bool = Field(
        default=False, description="Whether its check-in is to answer a movement challenge."
    )


class WindowList(Told):
    """Windows that touch the time asked for, oldest first."""

    windows: tuple[WindowTold, ...]


class WindowsBetween(Sent):
    """Query of `GET /v1/windows`."""

    model_config = ConfigDict(populate_by_name=True)

    start: Instant | None = Field(default=None, alias="from")
    end: Instant | None = Field(default=None, alias="to")
