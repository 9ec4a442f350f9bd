"""Who is signed in, as the head of every page shows it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from storage.records import District, Office, Officer, Role


@dataclass(frozen=True)
class Account:
    """The signed-in account in words."""

    login: str
    name: str
    role: Role
    place: str  # office or district, empty for accounts of neither


def account(session: Session, caller: OfficerCaller) -> Account:
    """Give the caller's own account."""
    officer = session.get_one(Officer, caller.officer_id)
    return Account(officer.login, officer.name, Role(officer.role), _place(session, officer))


def _place(session: Session, officer: Officer) -> str:
    if officer.office_id is not None:
        return session.get_one(Office, officer.office_id).name
    if officer.district_id is not None:
        return session.get_one(District, officer.district_id).name
    return ""
