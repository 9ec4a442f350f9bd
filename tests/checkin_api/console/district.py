"""A district with everybody in it, and one person whose case all of them come upon."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from checkin_api.case_openings.service import OPEN_FOR
from storage.records import CaseOpening, NamedOfficer, Offender, Officer, Recusal, Role
from storage.records.authority import DISTRICT_ROLES, OFFICE_ROLES
from tests.browser_forms import Browser
from tests.checkin_api.arranged import lay_checkin, lay_photo, lay_references, picture
from tests.factories import Factory
from verifier.attendance.settle import settle
from verifier.local_time import local_date


@dataclass
class Place:
    """A district, one of its offices, an account of each role, and a person with a case."""

    factory: Factory
    district: UUID
    office: UUID
    people: Mapping[Role, Officer]
    person: Offender

    def opened(self, hours_ago: float = 0) -> UUID:
        """The city supervisor's opening of the person's case."""
        opened_at = self.factory.parts.now() - timedelta(hours=hours_ago)
        return self.factory.added(
            CaseOpening(
                officer_id=self.people[Role.CITY].id,
                offender_id=self.person.id,
                reason="群众来信反映，需要查阅",
                opened_at=opened_at,
                expires_at=opened_at + OPEN_FOR,
            )
        )

    def recused(self, role: Role) -> UUID:
        """The recusal of an account from the person."""
        return self.factory.added(
            Recusal(
                offender_id=self.person.id,
                officer_id=self.people[role].id,
                reason="亲属",
                set_by=self.people[Role.DISTRICT].id,
                set_at=self.factory.parts.now(),
            )
        )

    def named(self, role: Role) -> UUID:
        """The naming of an account for the person, by somebody else."""
        by = Role.HEAD if role is Role.DISTRICT else Role.DISTRICT
        return self.factory.added(
            NamedOfficer(
                offender_id=self.person.id,
                officer_id=self.people[role].id,
                named_by=self.people[by].id,
                named_at=self.factory.parts.now(),
            )
        )

    def adult_in(self, days: int) -> date:
        """Let the person be 18 in so many days from today."""
        day = local_date(self.factory.parts.now()) + timedelta(days=days)
        with self.factory.session() as session:
            session.get_one(Offender, self.person.id).adult_on = day
        return day

    def missed_window(self) -> UUID:
        """A window without a check-in, long over: it waits for an officer."""
        now = self.factory.parts.now()
        window = self.factory.window(self.person.id, opens=now - timedelta(days=4))
        with self.factory.session() as session:
            settle(session, [window], now)
        return window

    def flagged_checkin(self) -> tuple[UUID, UUID]:
        """A check-in that waits for an officer, and what officers see of its photo."""
        checkin = lay_checkin(self.factory, self.person.id)
        _, photo = lay_photo(self.factory, self.person.id, picture(90), checkin)
        return checkin, photo

    def enrolled(self) -> UUID:
        """An approved set of photos."""
        return lay_references(self.factory, self.person.id, self.people[Role.OFFICER].id)


def sent(browser: Browser, action: str, **fields: str) -> int:
    """Send a form that no page shows, with the token of one that is shown; gives the status."""
    token = re.search(r'name="form_token" value="(\w+)"', browser.page("/account"))
    assert token
    return browser.http.post(action, data={"form_token": token[1]} | fields).status_code


def lay_place(factory: Factory) -> Place:
    """Lay a district with an office, an account for each role, and a person."""
    district = factory.district()
    office = factory.office(district)
    people = {role: _account(factory, role, office, district) for role in Role}
    return Place(factory, district, office, people, factory.offender(office))


def _account(factory: Factory, role: Role, office: UUID, district: UUID) -> Officer:
    if role in OFFICE_ROLES:
        return factory.officer(office, role)
    return factory.officer(None, role, district if role in DISTRICT_ROLES else None)
