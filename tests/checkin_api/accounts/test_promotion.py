"""What a rogue administrator tries: to see photos alone, through himself or through an account."""

import re
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from storage.records import Officer, Posting, Role
from tests.browser_forms import Browser
from tests.checkin_api.postings.city import City, confirm, listed, send

CODE = re.compile(r'data-code="([0-9A-Z]{8})"')
PASSWORD = "chosen by the administrator"  # noqa: S105 - of accounts that live for one test


@pytest.fixture
def rogue(city: City) -> Officer:
    """An administrator, made at the terminal."""
    return city.factory.officer(role=Role.ADMINISTRATOR)


def accomplice(city: City, rogue: Browser, nobody: Browser, role: Role, place: str = "") -> UUID:
    """An account that the rogue makes and takes over by its code; gives its posting's id."""
    login = f"puppet.{role}".replace("_", "-")
    said = rogue.submit(
        "/accounts/new", "/accounts/new", login=login, name="王", role=str(role), place=place
    )
    code = CODE.search(said.text)
    assert code
    nobody.submit(
        "/set-up", "/set-up", login=login, code=code[1], password=PASSWORD, password_again=PASSWORD
    )
    nobody.set_second_factor_up()
    with city.factory.session() as session:
        asked = select(Posting.id).join(Officer, Officer.id == Posting.officer_id)
        return session.scalars(asked.where(Officer.login == login)).one()


def test_an_administrator_posts_nobody_less_than_himself(city: City, rogue: Officer) -> None:
    browser = city.desk(rogue)
    address = f"/accounts/{rogue.id}/postings"
    for role, place in (("head", str(city.office)), ("city", ""), ("editor", "")):
        assert send(browser, address, role=role, place=place).status_code == 422
    assert city.count("posting_proposed") == 0


@pytest.mark.parametrize(
    ("role", "placed"),
    [(Role.OFFICER, "office"), (Role.HEAD, "office"), (Role.DISTRICT, "district")],
)
def test_an_account_of_his_making_waits_for_others(
    city: City, rogue: Officer, nobody: Browser, role: Role, placed: str
) -> None:
    browser = city.desk(rogue)
    posting = accomplice(city, browser, nobody, role, str(getattr(city, placed)))
    person = city.factory.offender(city.office)
    assert listed(browser) == set()
    assert confirm(browser, posting).status_code == 404
    assert confirm(nobody, posting).status_code == 404  # the account itself
    assert not city.sees(nobody, person.id)
    assert not city.is_confirmed(posting)


def test_a_second_administrator_of_his_making_confirms_nothing(
    city: City, rogue: Officer, nobody: Browser
) -> None:
    browser = city.desk(rogue)
    puppet = accomplice(city, browser, nobody, Role.ADMINISTRATOR)
    _, first_of_city = city.waiting(Role.CITY)
    assert confirm(browser, puppet).status_code == 422  # what one proposed is for others
    assert nobody.http.get("/postings").status_code == httpx.codes.NOT_FOUND
    assert confirm(nobody, first_of_city).status_code == 404
    assert not city.is_confirmed(first_of_city)
    assert confirm(city.desk(city.factory.officer(role=Role.ADMINISTRATOR)), puppet).is_redirect


def test_the_citys_first_is_confirmed_by_another_administrator_than_who_proposed(
    city: City, rogue: Officer, nobody: Browser
) -> None:
    browser = city.desk(rogue)
    posting = accomplice(city, browser, nobody, Role.CITY)
    assert listed(browser) == set()
    assert confirm(browser, posting).status_code == 422
    second = city.desk(city.factory.officer(role=Role.ADMINISTRATOR))
    assert listed(second) == {posting}
    assert confirm(second, posting).status_code == 303
    assert nobody.http.get("/postings").status_code == 200


def test_where_the_city_has_a_supervisor_no_administrator_confirms_another(
    city: City, rogue: Officer
) -> None:
    supervisor = city.factory.officer(role=Role.CITY)
    _, posting = city.waiting(Role.CITY)
    administrator = city.desk(rogue)
    assert listed(administrator) == set()
    assert confirm(administrator, posting).status_code == 422
    assert confirm(city.desk(supervisor), posting).status_code == 303


def test_he_does_not_disable_himself_nor_end_the_last_administrator(
    city: City, rogue: Officer
) -> None:
    browser = city.desk(rogue)
    assert send(browser, f"/accounts/{rogue.id}/disable").status_code == 422
    with city.factory.session() as session:
        own = session.scalars(select(Posting.id).where(Posting.officer_id == rogue.id)).one()
    assert send(browser, f"/postings/{own}/end").status_code == 422
