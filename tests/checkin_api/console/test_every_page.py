"""What holds for every page and every form, whichever is added next."""

import re
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest
from flask import Flask

from checkin_api.access.by_cookie import COOKIE
from checkin_api.console import pages, refusal_page
from checkin_api.routes import Route
from mobile_contract.problems import STATUS
from storage.records import Officer, Role
from storage.records.authority import DISTRICT_ROLES, OFFICE_ROLES
from tests.browser_forms import Browser
from tests.checkin_api.arranged import lay_checkin, lay_photo, lay_references, picture
from tests.checkin_api.console.conftest import Desk
from tests.factories import PASSWORD, Factory

OPEN_TO_ALL = {"/sign-in", "/set-up"}
# For who gave the password; everybody else begins at the first step.
SECOND_STEP = {"/second-factor", "/second-factor/set-up"}
GETS = [route for route in pages() if route.method == "GET"]
FORMS = [route for route in pages() if route.method == "POST"]
WITH_IDS = [route for route in pages() if "<uuid:" in route.path]
INLINE = re.compile(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?://", re.IGNORECASE)


def address(route: Route) -> str:
    """An address of a page, of nobody."""
    return re.sub(r"<uuid:\w+>", lambda _: str(uuid4()), route.path)


def name(route: Route) -> str:
    """A route in a test's name."""
    return f"{route.method} {route.path}"


@pytest.fixture
def officer(factory: Factory) -> Officer:
    """An officer of some office, who is everything else too: every page opens."""
    district = factory.district()
    office = factory.office(district)
    account = factory.officer(office)
    for role in set(Role) - {Role.OFFICER}:
        factory.posting(
            account.id,
            role,
            office=office if role in OFFICE_ROLES else None,
            district=district if role in DISTRICT_ROLES else None,
        )
    return account


def told(routes: list[Route], ask: Callable[[Route], httpx.Response]) -> dict[str, int]:
    """What each of these routes answers."""
    return {name(route): ask(route).status_code for route in routes}


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(nobody: Browser) -> None:
    for route in (one for one in GETS if one.path not in OPEN_TO_ALL | SECOND_STEP):
        answer = nobody.http.get(address(route))
        assert answer.status_code == 303, name(route)
        assert answer.headers["Location"].startswith("/sign-in?next=%2F"), name(route)


def test_the_second_step_is_for_who_took_the_first(nobody: Browser) -> None:
    for path in SECOND_STEP:
        for answer in (nobody.http.get(path), nobody.http.post(path, data={"code": "123456"})):
            assert answer.headers["Location"].startswith("/sign-in?next="), path


def test_a_form_without_its_token_is_refused(desk: Desk, officer: Officer) -> None:
    # Before signing in there is no token; the origin decides. The second step is tried elsewhere.
    forms = [one for one in FORMS if one.path not in OPEN_TO_ALL | SECOND_STEP]
    http = desk(officer).http
    answers = told(forms, lambda route: http.post(address(route), data={"reason": "x"}))
    assert {route: status for route, status in answers.items() if status != 403} == {}


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_of_another_site_is_refused(
    desk: Desk, officer: Officer, headers: dict[str, str]
) -> None:
    browser = desk(officer)
    token = re.search(r'name="form_token" value="(\w+)"', browser.page("/account"))
    assert token
    sent = {"form_token": token[1]}
    answers = told(
        FORMS, lambda route: browser.http.post(address(route), data=sent, headers=headers)
    )
    assert {route: status for route, status in answers.items() if status != 403} == {}


def test_what_is_of_nobody_is_not_found(desk: Desk, officer: Officer) -> None:
    http = desk(officer).http
    pages_of_somebody = [one for one in WITH_IDS if one.method == "GET"]
    answers = told(pages_of_somebody, lambda route: http.get(address(route)))
    assert {route: status for route, status in answers.items() if status != 404} == {}


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMINISTRATOR])
def test_accounts_without_people_find_only_their_own_account(
    desk: Desk, factory: Factory, role: Role
) -> None:
    browser = desk(factory.officer(role=role))
    assert browser.http.get("/items").status_code == 404
    assert browser.http.get("/people").status_code == 404
    assert "/items" not in browser.page("/account")


def everything(factory: Factory, officer: Officer) -> list[str]:
    """The addresses of all pages, of a person of whom there is something to see."""
    person = factory.offender(factory.office_of(officer))
    factory.fence(person.id, radius_m=500)
    window = factory.window(person.id)
    lay_references(factory, person.id, officer.id)
    checkin = lay_checkin(factory, person.id, window_id=window)
    _, photo = lay_photo(factory, person.id, picture(90), checkin)
    office = factory.office_of(officer)
    colleague = factory.account()
    ids = {
        "offender_id": person.id,
        "checkin_id": checkin,
        "window_id": window,
        "media_id": photo,
        "account_id": colleague.id,
        "posting_id": factory.posting(colleague.id, office=office),
        "district_id": factory.district_of(office),
    }
    return [re.sub(r"<uuid:(\w+)>", lambda found: str(ids[found[1]]), one.path) for one in GETS]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_shows_itself_without_anything_inline(
    desk: Desk, factory: Factory, officer: Officer, language: str
) -> None:
    browser = desk(officer)
    for path in everything(factory, officer):
        answer = browser.http.get(path, params={"lang": language}, follow_redirects=True)
        assert answer.status_code == 200, path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]
        if answer.headers["Content-Type"].startswith("text/html"):
            assert INLINE.findall(answer.text) == [], path
            assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in answer.text


def test_every_page_of_a_person_is_404_for_another_office(
    desk: Desk, factory: Factory, officer: Officer
) -> None:
    stranger = desk(factory.officer(factory.office()))
    for path in everything(factory, officer):
        if re.search(r"[0-9a-f]{8}-", path):
            assert stranger.http.get(path).status_code == 404, path


@pytest.mark.parametrize("status", sorted(set(STATUS.values())))
def test_every_refusal_has_a_page_in_words(app: Flask, status: int) -> None:
    with app.test_request_context("/items"):
        text, answered = refusal_page(status)
    assert answered == status
    assert "<h1>" in text


def test_the_cookie_is_out_of_scripts_reach(nobody: Browser, officer: Officer) -> None:
    answer = nobody.http.post("/sign-in", data={"login": officer.login, "password": PASSWORD})
    cookie = next(one for one in answer.headers.get_list("Set-Cookie") if COOKIE in one)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
