"""The list of what waits, as values: gathered by queries.py, shown by the page of items."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mobile_contract.codes import Channel, DeviceState, WindowOutcome
from storage.records import Cause, Level


@dataclass(frozen=True)
class Wanted:
    """What the officer asked the list for."""

    cause: Cause | None = None
    whole_district: bool = False


@dataclass(frozen=True)
class CheckInWaiting:
    """A check-in on the list."""

    id: UUID
    channel: Channel
    received_at: datetime


@dataclass(frozen=True)
class WindowWaiting:
    """A window on the list."""

    id: UUID
    opens_at: datetime
    due_at: datetime
    outcome: WindowOutcome


@dataclass(frozen=True)
class PhoneWaiting:
    """A phone on the list: one that asks to be let in, or that was reported lost."""

    id: UUID
    model: str
    state: DeviceState
    since: datetime


@dataclass(frozen=True)
class Entry:
    """One check-in, window or phone that waits."""

    cause: Cause
    level: Level
    due_at: datetime
    overdue: bool
    added_at: datetime
    person_id: UUID
    person: str
    number: str
    office: str
    checkin: CheckInWaiting | None
    window: WindowWaiting | None
    phone: PhoneWaiting | None
    flags: tuple[str, ...]  # codes, the weightiest first
    face_verdict: str | None
    severity: int
    came_up: bool  # to the district: past its deadline, or nobody in the office is left to act


@dataclass(frozen=True)
class Waiting:
    """The list, and how many wait under each cause whatever was asked for."""

    entries: tuple[Entry, ...]
    counts: Mapping[Cause, int]
    total: int
    overdue: int
