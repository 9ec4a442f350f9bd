"""Setting the second factor up, and the recovery codes that stand in for a lost phone."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from flask import Flask
from sqlalchemy import select, update

from storage.records import Officer, RecoveryCode, SecondFactor
from tests.browser_forms import Browser
from tests.checkin_api.console.conftest import SITE, Desk
from tests.checkin_api.console.second_steps import give, is_in
from tests.factories import PASSWORD, Factory

RECOVERY = re.compile(r'data-recovery="([0-9A-Z]{12})"')


@pytest.fixture
def officer(factory: Factory) -> Officer:
    """An officer of some office."""
    return factory.officer(factory.office())


@pytest.fixture
def another(app: Flask) -> Iterator[Browser]:
    """A second browser."""
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url=SITE) as http:
        yield Browser(http)


def without_factor(factory: Factory, officer: Officer) -> None:
    """The account as it was before its second factor."""
    with factory.session() as session:
        session.execute(
            update(SecondFactor)
            .where(SecondFactor.officer_id == officer.id)
            .values(ended_at=factory.parts.now())
        )


def test_who_has_none_sets_it_up_and_reaches_nothing_before(
    nobody: Browser, factory: Factory, officer: Officer
) -> None:
    without_factor(factory, officer)
    nobody.submit("/sign-in", "/sign-in", login=officer.login, password=PASSWORD)
    assert not is_in(nobody)
    nobody.submit("/second-factor/set-up", "/second-factor/set-up", code="000000")
    assert not is_in(nobody)
    nobody.set_second_factor_up()
    assert is_in(nobody)
    with factory.session() as session:
        kept = session.scalars(select(RecoveryCode.code_sha256)).all()
        sealed = session.scalars(
            select(SecondFactor.sealed_secret).where(SecondFactor.ended_at.is_(None))
        ).all()
    assert len(kept) == 10
    assert [len(one) for one in kept] == [64] * 10
    assert len(sealed) == 1
    assert "=" in sealed[0] or "." in sealed[0]


def test_what_another_browser_was_shown_confirms_nothing(
    nobody: Browser, another: Browser, factory: Factory, officer: Officer
) -> None:
    without_factor(factory, officer)
    for browser in (nobody, another):
        browser.submit("/sign-in", "/sign-in", login=officer.login, password=PASSWORD)
    strangers = another.page("/second-factor/set-up")
    owners = nobody.set_second_factor_up()
    assert owners.secret not in strangers
    answer = another.http.get("/second-factor/set-up")
    assert answer.headers["Location"].startswith("/sign-in")  # its sign-in has ended


def recovery_codes(browser: Browser, code: str) -> list[str]:
    """New recovery codes, from the account page."""
    return RECOVERY.findall(browser.submit("/account", "/recovery-codes", code=code).text)


def test_a_recovery_code_works_once(
    desk: Desk, nobody: Browser, another: Browser, factory: Factory, officer: Officer
) -> None:
    codes = recovery_codes(desk(officer), factory.code(officer))
    assert len(set(codes)) == 10
    for browser in (nobody, another):
        browser.submit("/sign-in", "/sign-in", login=officer.login, password=PASSWORD)
    typed = f"{codes[3][:4]}-{codes[3][4:8]} {codes[3][8:]}".lower()
    assert give(nobody, typed).status_code == 303
    assert give(another, codes[3]).status_code == 401
    assert give(another, codes[4]).status_code == 303


def test_new_recovery_codes_end_the_old_ones(
    desk: Desk, nobody: Browser, factory: Factory, officer: Officer
) -> None:
    browser = desk(officer)
    first = recovery_codes(browser, factory.code(officer))
    assert recovery_codes(browser, "000000") == []
    recovery_codes(browser, factory.code(officer))
    nobody.submit("/sign-in", "/sign-in", login=officer.login, password=PASSWORD)
    assert give(nobody, first[0]).status_code == 401


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_four_that_send_one_code_at_once_one_gets_in(
    app: Flask, desk: Desk, factory: Factory, officer: Officer, kind: str
) -> None:
    codes = recovery_codes(desk(officer), factory.code(officer))
    nobodys = [
        Browser(httpx.Client(transport=httpx.WSGITransport(app=app), base_url=SITE))
        for _ in range(4)
    ]
    for browser in nobodys:
        browser.submit("/sign-in", "/sign-in", login=officer.login, password=PASSWORD)
    code = codes[0] if kind == "recovery" else factory.code(officer)
    with ThreadPoolExecutor(4) as crowd:
        statuses = list(crowd.map(lambda one: give(one, code).status_code, nobodys))
    assert sorted(statuses) == [303, 401, 401, 401]
    for browser in nobodys:
        browser.http.close()
