"""An administrator makes, posts and closes accounts, and sees nothing of people or cases."""

import re
import time
from uuid import UUID

import pytest
from sqlalchemy import select

from storage.records import Officer, Posting, Role
from tests.browser_forms import Browser
from tests.checkin_api.postings.city import City, confirm, send
from tests.factories import PASSWORD

CODE = re.compile(r'data-code="([0-9A-Z]{8})"')


@pytest.fixture
def administrator(city: City) -> Browser:
    """An administrator's browser."""
    return city.desk(city.factory.officer(role=Role.ADMINISTRATOR))


def made(city: City, browser: Browser, login: str = "li.na", **fields: str) -> UUID:
    """Make an account through the page; gives its id."""
    asked = {"login": login, "name": "李娜", "role": "officer", "place": str(city.office)}
    said = browser.submit("/accounts/new", "/accounts/new", **(asked | fields))
    assert said.status_code == 200, said.text
    with city.factory.session() as session:
        return session.scalars(select(Officer.id).where(Officer.login == login)).one()


def test_a_new_account_gets_a_code_that_is_shown_once(
    city: City, administrator: Browser, nobody: Browser
) -> None:
    asked = {"login": "li.na", "name": "李娜", "role": "officer", "place": str(city.office)}
    said = administrator.submit("/accounts/new", "/accounts/new", **asked)
    code = CODE.search(said.text)
    assert code
    account = made_id(city)
    assert CODE.search(administrator.page(f"/accounts/{account}")) is None
    password = "any twelve letters and more"  # noqa: S105 - of this test
    typed = {"login": "li.na", "code": code[1], "password": password, "password_again": password}
    nobody.submit("/set-up", "/set-up", **typed)
    nobody.set_second_factor_up()
    assert "还没有已确认的任职" in nobody.page("/account")
    assert "已启用" in administrator.page(f"/accounts/{account}")
    assert {city.count(act) for act in ("officer_added", "posting_proposed")} == {1}


def made_id(city: City) -> UUID:
    """The id of the account li.na."""
    with city.factory.session() as session:
        return session.scalars(select(Officer.id).where(Officer.login == "li.na")).one()


def test_accounts_are_found_by_name_and_login(city: City, administrator: Browser) -> None:
    made(city, administrator)
    made(city, administrator, login="wang", name="王强")
    assert "王强" not in administrator.page("/accounts?q=李娜")
    assert "王强" in administrator.page("/accounts?q=WANG")
    assert "尚未首次登录" in administrator.page("/accounts?q=wang")
    assert "待确认" in administrator.page("/accounts?q=wang")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"login": "Li Na"}, "用户名只能用"),
        ({"login": "taken"}, "已被使用"),
        ({"name": ""}, "须为一行"),
        ({"role": "district"}, "角色与所属不符"),
        ({"role": "administrator"}, "角色与所属不符"),
        ({"place": ""}, "角色与所属不符"),
        ({"role": "emperor"}, "角色与所属不符"),
    ],
)
def test_what_makes_no_sense_is_said_and_makes_nothing(
    city: City, administrator: Browser, fields: dict[str, str], said: str
) -> None:
    made(city, administrator, login="taken")
    asked = {"login": "li.na", "name": "李娜", "role": "officer", "place": str(city.office)}
    answer = administrator.submit("/accounts/new", "/accounts/new", **(asked | fields))
    assert (answer.status_code, said in answer.text) == (422, True)
    assert city.count("officer_added") == 1


def test_a_disabled_account_is_signed_out_at_once_and_stays_out(
    city: City, administrator: Browser
) -> None:
    officer = city.factory.officer(city.office)
    browser = city.desk(officer)
    assert browser.http.get("/items").status_code == 200
    started = time.monotonic()
    administrator.submit(f"/accounts/{officer.id}", "/disable")
    assert browser.http.get("/items").status_code == 303
    assert time.monotonic() - started < 5
    typed = {"login": officer.login, "password": PASSWORD}
    assert browser.http.post("/sign-in", data=typed).status_code == 401
    assert "已停用" in administrator.page(f"/accounts/{officer.id}")


def test_an_enabled_account_waits_for_its_confirmation_again(
    city: City, administrator: Browser
) -> None:
    officer, person = city.factory.officer(city.office), city.factory.offender(city.office)
    for act in ("/disable", "/enable"):
        administrator.submit(f"/accounts/{officer.id}", act)
    browser = city.desk(officer)
    assert not city.sees(browser, person.id)
    with city.factory.session() as session:
        asked = select(Posting.id).where(
            Posting.officer_id == officer.id, Posting.ended_at.is_(None)
        )
        anew = session.scalars(asked).one()
    assert confirm(city.desk(city.head()), anew).status_code == 303
    assert city.sees(browser, person.id)


def test_a_role_is_changed_by_a_new_posting_and_the_end_of_the_old(
    city: City, administrator: Browser
) -> None:
    officer = city.factory.officer(city.office)
    page = f"/accounts/{officer.id}"
    said = administrator.submit(page, "/postings", role="head", place=str(city.office))
    assert "任职已提出" in said.text
    assert "待确认" in said.text
    again = administrator.submit(page, "/postings", role="head", place=str(city.office))
    assert (again.status_code, "已有这个任职" in again.text) == (422, True)


def test_another_code_is_for_who_never_set_up_only(city: City, administrator: Browser) -> None:
    account = made(city, administrator)
    first = administrator.submit(f"/accounts/{account}", "/code")
    assert CODE.search(first.text)
    officer = city.factory.officer(city.office)
    assert send(administrator, f"/accounts/{officer.id}/code").status_code == 422
    with city.factory.session() as session:  # as a reset by two people leaves it
        session.merge(officer).password_hash = None
    assert send(administrator, f"/accounts/{officer.id}/code").status_code == 422
    assert city.count("setup_code_issued") == 1


def test_an_administrator_sees_no_people_no_photos_no_cases(
    city: City, administrator: Browser
) -> None:
    person = city.factory.offender(city.office, name="赵甲乙")
    for path in ("/items", "/people", f"/people/{person.id}", "/receipts"):
        assert administrator.http.get(path).status_code == 404, path
    assert person.name not in administrator.page("/accounts")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_finds_the_pages_of_accounts_and_offices(city: City, role: Role) -> None:
    of_office = {Role.SOCIAL_WORKER, Role.OFFICER, Role.HEAD}
    of_district = {Role.DUTY, Role.DISTRICT, Role.PROCURATOR}
    officer = city.factory.officer(
        city.office if role in of_office else None,
        role,
        city.district if role in of_district else None,
    )
    browser = city.desk(officer)
    for path in ("/accounts", "/accounts/new", f"/accounts/{officer.id}", "/offices"):
        assert browser.http.get(path).status_code == 404, path
        assert f'href="{path}"' not in browser.page("/account")
    assert send(browser, "/accounts/new", login="x").status_code == 404


def test_districts_and_offices_are_added_and_renamed(city: City, administrator: Browser) -> None:
    said = administrator.submit("/offices", "/offices", code="500112", name="渝北区")
    assert "渝北区" in said.text
    again = administrator.submit("/offices", "/offices", code="500112", name="渝北区")
    assert (again.status_code, "已被使用" in again.text) == (422, True)
    page = f"/offices/{city.district}"
    assert "龙溪司法所" in administrator.submit(page, page, code="YB1", name="龙溪司法所").text
    renamed = administrator.submit(page, f"/{city.office}/name", name="双凤司法所")
    assert "双凤司法所" in renamed.text
    assert "两江区" in administrator.submit(page, f"{city.district}/name", name="两江区").text
    acts = ("district_added", "office_added", "office_renamed", "district_renamed")
    assert [city.count(act) for act in acts] == [1, 1, 1, 1]


def test_an_administrators_day_begins_with_the_accounts(administrator: Browser) -> None:
    assert administrator.http.get("/").headers["Location"] == "/accounts"
