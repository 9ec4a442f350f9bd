"""The monthly report: of the own people only, for who leads an office or a district."""

import re
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select

from checkin_api.reviews.service import AnswerGiven, answer_checkin
from storage.records import IdentityAnswer, Offender, Officer, Review, Role
from tests.browser_forms import Browser
from tests.checkin_api.arranged import caller_of, lay_checkin
from tests.checkin_api.console.conftest import Desk
from tests.factories import Factory
from verifier.local_time import local_date
from verifier.verdicts.evidence import FaceVerdict

YES, NO = IdentityAnswer.YES, IdentityAnswer.NO


@dataclass
class Led:
    """An office with people who answer, and one person."""

    factory: Factory
    district: UUID
    office: UUID
    officer: Officer
    second: Officer
    head: Officer
    supervisor: Officer
    person: Offender

    def answered(
        self, by: Officer, said: IdentityAnswer, verdict: FaceVerdict = FaceVerdict.NO_MATCH
    ) -> UUID:
        """A check-in that the machine doubted and somebody answered."""
        checkin = lay_checkin(self.factory, self.person.id, verdict)
        self.answer(by, checkin, said)
        return checkin

    def answer(self, by: Officer, checkin: UUID, said: IdentityAnswer) -> None:
        """One answer."""
        given = AnswerGiven(self.person.id, checkin, said, None, "看过照片")
        answer_checkin(self.factory.parts, caller_of(self.factory, by), given)

    @property
    def page(self) -> str:
        """The address of this month's report."""
        today = local_date(self.factory.parts.now())
        return f"/reports?month={today:%Y-%m}"


@pytest.fixture
def led(factory: Factory) -> Led:
    """An office and its district."""
    district = factory.district()
    office = factory.office(district)
    person = factory.offender(office)
    factory.fence(person.id)
    return Led(
        factory,
        district,
        office,
        factory.officer(office),
        factory.officer(office),
        factory.officer(office, Role.HEAD),
        factory.officer(None, Role.DISTRICT, district),
        person,
    )


def listed(browser: Browser, page: str) -> set[str]:
    """The check-ins on the list of confirmations against the machine."""
    return set(re.findall(r'data-checkin="([0-9a-f-]+)"', browser.page(page)))


def line(page: str, part: str, name: str) -> list[str]:
    """The numbers of one line of a table."""
    table = page.split(f'data-report="{part}"')[1].split("</section>", maxsplit=1)[0]
    row = table.split(f'data-line="{name}"')[1].split("</tr>", maxsplit=1)[0]
    return re.findall(r"<span>([^<]*)</span>", row)[1:]


def test_the_head_reads_what_people_found(led: Led, desk: Desk) -> None:
    for _ in range(4):
        led.answered(led.officer, YES)
    refused = led.answered(led.officer, NO)
    led.answer(led.second, refused, NO)
    led.answered(led.officer, YES, FaceVerdict.UNSURE)
    page = desk(led.head).page(led.page)
    assert line(page, "verdict", "no_match") == ["5", "4", "1", "0", "0", "80 %"]
    assert line(page, "flag", "face_unsure") == ["1", "1", "0", "0", "0", "—"]
    assert line(page, "references", "3") == ["6", "5", "1", "0", "0", "83 %"]
    assert "误报 5 次" in page
    assert led.person.name in page.split('data-report="often"')[1]


def test_an_answer_that_awaits_a_second_is_not_shown(led: Led, desk: Desk) -> None:
    led.answered(led.officer, NO)
    assert line(desk(led.head).page(led.page), "verdict", "no_match") == [
        *["1", "0", "0", "0", "1"],
        "—",
    ]


def test_confirmations_against_the_machine_are_listed_for_the_head(led: Led, desk: Desk) -> None:
    against = led.answered(led.officer, YES)
    led.answered(led.officer, YES, FaceVerdict.UNSURE)
    assert listed(desk(led.head), led.page) == {str(against)}


def test_the_district_reads_one_in_twenty_and_what_a_head_confirmed(led: Led, desk: Desk) -> None:
    some = [led.answered(led.officer, YES) for _ in range(30)]
    by_head = led.answered(led.head, YES)
    with led.factory.session() as session:
        ids = dict(session.execute(select(Review.checkin_id, Review.id)).all())
    drawn = {str(one) for one in some if ids[one].int % 20 == 0}
    assert listed(desk(led.supervisor), led.page) == drawn | {str(by_head)}


def test_nobody_reads_of_another_office(led: Led, desk: Desk, factory: Factory) -> None:
    led.answered(led.officer, YES)
    for account in (
        factory.officer(factory.office(led.district), Role.HEAD),
        factory.officer(None, Role.DISTRICT, factory.district()),
    ):
        page = desk(account).page(led.page)
        assert listed(desk(account), led.page) == set()
        assert led.person.number not in page
        assert 'data-line="no_match"' not in page


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SOCIAL_WORKER])
def test_who_does_not_lead_reads_no_report(led: Led, desk: Desk, role: Role) -> None:
    desk(led.factory.officer(led.office, role)).page(led.page, expected=404)


@pytest.mark.parametrize("month", ["2026-13", "26-01", "2026-1", "x", "2026-01-01", "１２"])
def test_what_is_no_month_is_not_found(led: Led, desk: Desk, month: str) -> None:
    desk(led.head).page(f"/reports?month={month}", expected=404)


def test_a_month_without_check_ins_is_empty(led: Led, desk: Desk) -> None:
    led.answered(led.officer, YES)
    assert listed(desk(led.head), "/reports?month=2020-02") == set()
    desk(led.head).page("/reports")
