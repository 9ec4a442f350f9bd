"""What every command works with, and what it says it did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from checkin_api.access import new_accounts
from checkin_api.access.new_accounts import propose_posting
from storage.records import Officer, Posting, Role

ONE_COMMAND_AT_A_TIME = 7_207_403  # advisory lock; any constant that nothing else uses


class Kind(StrEnum):
    """What a command can touch."""

    DISTRICT = "district"
    OFFICE = "office"
    OFFICER = "officer"
    PERSON = "person"
    RULE = "rule"
    KEY = "key"
    THRESHOLDS = "thresholds"


class Change(StrEnum):
    """What became of it."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Done:
    """One line of a command's report; a set-up code is shown here and never again."""

    kind: Kind
    key: str
    change: Change
    id: str = ""
    setup_code: str | None = None
    setup_expires_at: datetime | None = None


@dataclass(frozen=True)
class Act:
    """One command in its one transaction: when it happens, and where codes come from."""

    session: Session
    now: datetime
    new_code: Callable[[], str]


def wait_for_turn(act: Act) -> None:
    """Let commands pass one by one, so that two of them never lay the same row."""
    act.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_COMMAND_AT_A_TIME})


def hand_out_code(act: Act, officer: Officer) -> str:
    """Give an account a new one-time set-up code; an earlier one ends."""
    code = act.new_code()
    new_accounts.hand_out_code(officer, code, act.now)
    return code


def add_posting(act: Act, officer: Officer, role: Role, place: UUID | None) -> Posting:
    """Post an account; no command confirms: a terminal is one person."""
    return propose_posting(act.session, officer.id, role, place, act.now)
