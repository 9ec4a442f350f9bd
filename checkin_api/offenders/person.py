"""One supervised person as their officers see them: values, gathered by queries.py."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from mobile_contract.codes import (
    Channel,
    CheckInState,
    Datum,
    SupervisionState,
    Theme,
    WindowOutcome,
)
from verifier.attendance.supervised import Days


@dataclass(frozen=True)
class PersonListed:
    """One line of the list of people."""

    id: UUID
    number: str
    name: str
    office: str
    enrolled: bool
    has_phone: bool
    waiting: int  # open matters
    last_contact: datetime | None
    supervision: SupervisionState | None


@dataclass(frozen=True)
class FenceSeen:
    """The circle a person reports from."""

    latitude: float
    longitude: float
    datum: Datum
    radius_m: float
    since: datetime


@dataclass(frozen=True)
class PlanSeen:
    """When windows are laid; times of day in Asia/Shanghai."""

    opens: time
    due: time
    grace_ends: time
    movement: bool
    starts_on: date


@dataclass(frozen=True)
class PhoneSeen:
    """The phone that is active."""

    model: str
    os: str
    app: str
    since: datetime


@dataclass(frozen=True)
class WindowListed:
    """One window of the month."""

    id: UUID
    opens_at: datetime
    due_at: datetime
    outcome: WindowOutcome
    ordered: bool
    checkin_id: UUID | None


@dataclass(frozen=True)
class CheckInListed:
    """One check-in of the month."""

    id: UUID
    channel: Channel
    received_at: datetime
    state: CheckInState
    place_accepted: bool | None


@dataclass(frozen=True)
class CompletionListed:
    """One study module worked through."""

    theme: Theme
    title_zh: str
    title_en: str
    version: int
    score: int
    passed: bool
    minutes: int
    finished_at: datetime


@dataclass(frozen=True)
class Month:
    """A calendar month in Asia/Shanghai, as instants."""

    first: date
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Shown:
    """What a sheet shows: the month asked for, and what day it is."""

    month: Month
    today: date


@dataclass(frozen=True)
class PeopleAsked:
    """Whom a list of people is to show; those whose supervision ended only where asked for."""

    words: str = ""
    ended_too: bool = False


@dataclass(frozen=True)
class PersonSheet:
    """One person, in one month."""

    id: UUID
    number: str
    name: str
    office: str
    supervised_from: date | None
    supervised_to: date | None
    supervision: SupervisionState | None
    pause: Days | None  # of today, else the next that is announced
    face_exempt_reason: str | None
    movement_exempt: Days | None  # of today
    fence: FenceSeen | None
    plan: PlanSeen | None
    phone: PhoneSeen | None
    last_contact: datetime | None
    windows: tuple[WindowListed, ...]
    checkins: tuple[CheckInListed, ...]
    completions: tuple[CompletionListed, ...]
