"""What every command works with, and what it says it did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from checkin_api.access.secret_texts import hashed
from storage.records import Officer, Posting, Role
from storage.records.authority import DISTRICT_ROLES, OFFICE_ROLES
from verifier.local_time import local_date

ONE_COMMAND_AT_A_TIME = 7_207_403  # advisory lock; any constant that nothing else uses
SETUP_CODE_LIFE = timedelta(days=7)
# They see no photo and no case; all others wait until somebody confirms them (postings/).
NEED_NO_CONFIRMATION = frozenset({Role.EDITOR, Role.ADMINISTRATOR})


class Kind(StrEnum):
    """What a command can touch."""

    DISTRICT = "district"
    OFFICE = "office"
    OFFICER = "officer"
    PERSON = "person"
    RULE = "rule"
    KEY = "key"


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
    officer.setup_code_sha256 = hashed(code)
    officer.setup_expires_at = act.now + SETUP_CODE_LIFE
    return code


def add_posting(act: Act, officer: Officer, role: Role, place: UUID | None) -> Posting:
    """Post an account; who sees photos does so once somebody else has confirmed it."""
    actor = act.session.info["scope"].actor
    needs_none = role in NEED_NO_CONFIRMATION
    posting = Posting(
        officer_id=officer.id,
        role=role,
        office_id=place if role in OFFICE_ROLES else None,
        district_id=place if role in DISTRICT_ROLES else None,
        starts_on=local_date(act.now),
        created_by=actor,
        created_at=act.now,
        confirmed_by=actor if needs_none else None,
        confirmed_at=act.now if needs_none else None,
    )
    act.session.add(posting)
    act.session.flush()
    return posting
