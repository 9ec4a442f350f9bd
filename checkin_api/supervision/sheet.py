"""Somebody's supervision as those who see the case read it: values, gathered by queries.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from mobile_contract.codes import SupervisionState
from storage.records import EndReason, PauseReason, TransferState


@dataclass(frozen=True)
class PeriodSeen:
    """One period; a reason stands where its end was decided."""

    starts_on: date
    ends_on: date | None
    reason: EndReason | None
    words: str | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class PauseSeen:
    """One pause; `can_end` and `can_be_called_off` say which form it gets."""

    id: UUID
    starts_on: date
    ends_on: date | None
    reason: PauseReason
    words: str | None
    decided_by: str | None
    called_off: bool
    can_end: bool
    can_be_called_off: bool


@dataclass(frozen=True)
class OfficeChoice:
    """An office that could take a person."""

    id: UUID
    name: str


@dataclass(frozen=True)
class SupervisionSheet:
    """Everything about one person's supervision, the latest first."""

    id: UUID
    number: str
    name: str
    office: str
    state: SupervisionState | None
    is_open: bool  # has a period whose end was neither decided nor is over
    can_end: bool  # has one whose end was not decided
    periods: tuple[PeriodSeen, ...]
    pauses: tuple[PauseSeen, ...]
    asked_office: str | None
    last_confirmed: date | None
    offices: Mapping[str, tuple[OfficeChoice, ...]]  # by district, without the own


@dataclass(frozen=True)
class TransferSeen:
    """One transfer as either side sees it: a number, a name while it is asked, no case."""

    id: UUID
    number: str
    name: str | None
    from_office: str
    to_office: str
    reason: str
    state: TransferState
    asked_at: datetime
    decided_at: datetime | None
    answer: str | None


@dataclass(frozen=True)
class TransferList:
    """What waits here, what was decided here, and what was asked for from here."""

    incoming: tuple[TransferSeen, ...]
    decided: tuple[TransferSeen, ...]
    outgoing: tuple[TransferSeen, ...]
