"""A small city with everybody in place, and what its people try through their browsers."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx
from sqlalchemy import func, select, update

from storage.records import AuditEntry, Officer, Posting, Role
from tests.browser_forms import Browser
from tests.checkin_api.arranged import new_id
from tests.checkin_api.console.conftest import Desk
from tests.factories import Factory
from verifier.local_time import local_date

LISTED = re.compile(r'name="posting" value="([0-9a-f-]+)"')
TOKEN = re.compile(r'name="form_token" value="(\w+)"')


@dataclass(frozen=True)
class City:
    """Two districts; the first has two offices."""

    factory: Factory
    desk: Desk
    district: UUID
    office: UUID
    neighbour: UUID
    other_district: UUID
    other_office: UUID

    def head(self, office: UUID | None = None) -> Officer:
        """The head of an office."""
        return self.factory.officer(office or self.office, Role.HEAD)

    def supervisor(self, district: UUID | None = None) -> Officer:
        """A supervisor of a district."""
        return self.factory.officer(role=Role.DISTRICT, district=district or self.district)

    def waiting(
        self, role: Role = Role.OFFICER, office: UUID | None = None, district: UUID | None = None
    ) -> tuple[Officer, UUID]:
        """An account with a posting that nobody has confirmed; of the first office unless said."""
        account = self.factory.account()
        if role in {Role.SOCIAL_WORKER, Role.OFFICER, Role.HEAD}:
            office = office or self.office
        posting = self.factory.posting(
            account.id, role, office=office, district=district, confirmed=False
        )
        return account, posting

    def row(self, posting: UUID) -> Posting:
        """What is kept of a posting."""
        with self.factory.session() as session:
            return session.get_one(Posting, posting)

    def is_confirmed(self, posting: UUID) -> bool:
        """Whether a posting is confirmed."""
        return self.row(posting).confirmed_at is not None

    def count(self, action: str) -> int:
        """How many audit entries an act has left."""
        asked = select(func.count()).where(AuditEntry.action == action)
        with self.factory.session() as session:
            return session.scalars(asked).one()

    def sees(self, browser: Browser, person: UUID) -> bool:
        """Whether somebody sees a person's page."""
        return browser.http.get(f"/people/{person}").status_code == httpx.codes.OK

    def move_days(self, posting: UUID, starts: int, ends: int) -> None:
        """Let the days of a posting lie so far from today, as they will with time."""
        today = local_date(self.factory.parts.now())
        with self.factory.session() as session:
            session.execute(
                update(Posting)
                .where(Posting.id == posting)
                .values(
                    starts_on=today + timedelta(days=starts), ends_on=today + timedelta(days=ends)
                )
            )


def listed(browser: Browser, address: str = "/postings") -> set[UUID]:
    """The postings that the page offers to confirm."""
    return {UUID(found) for found in LISTED.findall(browser.page(address))}


def send(browser: Browser, address: str, **fields: str | list[str]) -> httpx.Response:
    """Send a form that no page of this account may offer, with this sign-in's own token."""
    token = TOKEN.search(browser.page("/account"))
    assert token
    return browser.http.post(address, data={"form_token": token[1]} | fields)


def confirm(browser: Browser, *postings: UUID) -> httpx.Response:
    """Tick postings and confirm them, offered or not."""
    return send(browser, "/postings/confirm", posting=[str(one) for one in postings])


def cover_fields(officer: Officer, starts: int, ends: int, factory: Factory) -> dict[str, str]:
    """What the form of a cover sends."""
    today = local_date(factory.parts.now())
    return {
        "id": str(new_id()),
        "officer": str(officer.id),
        "starts_on": str(today + timedelta(days=starts)),
        "ends_on": str(today + timedelta(days=ends)),
    }
