"""What an account begins with, at the terminal and in the console: its code and its postings."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from checkin_api.access.confirming import CONFIRMED_BY
from checkin_api.access.secret_texts import hashed
from storage import audit
from storage.database import Scope, ScopeKind
from storage.records import Officer, Posting, Role
from storage.records.authority import DISTRICT_ROLES, OFFICE_ROLES
from verifier.local_time import local_date

LOGIN_PATTERN = r"^[0-9a-z][0-9a-z._-]{0,63}$"
CODE_PATTERN = r"^[0-9A-Za-z_-]{1,32}$"  # of districts and offices
SETUP_CODE_LIFE = timedelta(days=7)


def hand_out_code(officer: Officer, code: str, now: datetime) -> None:
    """Give an account a new one-time set-up code; an earlier one ends."""
    officer.setup_code_sha256 = hashed(code)
    officer.setup_expires_at = now + SETUP_CODE_LIFE


def propose_posting(
    session: Session, officer_id: UUID, role: Role, place: UUID | None, now: datetime
) -> Posting:
    """Post an account; it grants nothing until somebody else has confirmed it, where one must."""
    scope: Scope = session.info["scope"]
    posting = new_posting(officer_id, role, place, now, scope)
    session.add(posting)
    session.flush()
    audit.record(session, "posting_proposed", now, subject=posting.id, **in_codes(posting))
    return posting


def new_posting(
    officer_id: UUID, role: Role, place: UUID | None, now: datetime, by: Scope
) -> Posting:
    """Give the row of a posting from today on."""
    at_once = needs_no_confirmation(role, by.kind)
    return Posting(
        officer_id=officer_id,
        role=role,
        office_id=place if role in OFFICE_ROLES else None,
        district_id=place if role in DISTRICT_ROLES else None,
        starts_on=local_date(now),
        created_by=by.actor,
        created_at=now,
        confirmed_by=by.actor if at_once else None,
        confirmed_at=now if at_once else None,
    )


def in_codes(posting: Posting) -> dict[str, Any]:
    """Say of a posting what its entry in the audit says."""
    place = posting.office_id or posting.district_id
    return {
        "officer": str(posting.officer_id),
        "role": posting.role,
        "place": None if place is None else str(place),
        "in_force": posting.confirmed_at is not None,
    }


def needs_no_confirmation(role: Role, by: ScopeKind) -> bool:
    """Tell whether a posting holds at once: an editor's, and an administrator's of the terminal.

    Who has the terminal has the database; the first two administrators can come from nowhere else.
    """
    return not CONFIRMED_BY[role] or (role is Role.ADMINISTRATOR and by is ScopeKind.COMMAND)
