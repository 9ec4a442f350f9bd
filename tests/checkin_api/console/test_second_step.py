"""Signing in takes two steps; nothing of the second can be skipped, guessed, replayed or lent."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, update

from checkin_api.access.by_cookie import COOKIE
from checkin_api.access.secret_texts import hashed
from checkin_api.console import pages
from storage.records import AuditEntry, Officer, SecondFactor, SignIn
from tests.browser_forms import Browser
from tests.checkin_api.console.conftest import SITE
from tests.checkin_api.console.second_steps import give, is_in
from tests.factories import PASSWORD, Factory, totp_secret

PAGES = sorted(
    {one.path for one in pages() if one.method == "GET" and "<" not in one.path}
    - {"/sign-in", "/set-up", "/second-factor", "/second-factor/set-up"}
)


@pytest.fixture
def officer(factory: Factory) -> Officer:
    """An officer of some office."""
    return factory.officer(factory.office())


@pytest.fixture
def half(nobody: Browser, officer: Officer) -> Browser:
    """A browser that gave the password and no code."""
    nobody.submit("/sign-in", "/sign-in", login=officer.login, password=PASSWORD)
    return nobody


@pytest.fixture
def another(app: Flask) -> Iterator[Browser]:
    """A second browser."""
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url=SITE) as http:
        yield Browser(http)


@pytest.mark.parametrize("path", PAGES)
def test_a_password_alone_reaches_no_page(half: Browser, path: str) -> None:
    answer = half.http.get(path)
    assert (answer.status_code, answer.headers["Location"][:13]) == (303, "/sign-in?next")


def test_a_code_signs_in_and_every_secret_of_before_is_worth_nothing(
    half: Browser, another: Browser, factory: Factory, officer: Officer
) -> None:
    before = half.http.cookies[COOKIE]
    assert give(half, factory.code(officer)).status_code == 303
    assert is_in(half)
    assert half.http.cookies[COOKIE] != before
    another.http.cookies.set(COOKIE, before)
    assert not is_in(another)


def test_a_secret_that_somebody_planted_is_never_taken_over(
    nobody: Browser, another: Browser, factory: Factory, officer: Officer
) -> None:
    for browser in (nobody, another):
        browser.http.cookies.set(COOKIE, "planted", domain="console.test", path="/")
    nobody.sign_in(officer.login, PASSWORD, factory.code(officer))
    assert is_in(nobody)
    assert not is_in(another)
    with factory.session() as session:
        assert "planted" not in nobody.http.cookies.values()
        assert hashed("planted") not in session.scalars(select(SignIn.secret_sha256)).all()


def test_a_code_works_once(
    half: Browser, another: Browser, factory: Factory, officer: Officer
) -> None:
    code = factory.code(officer)
    another.submit("/sign-in", "/sign-in", login=officer.login, password=PASSWORD)
    assert give(half, code).status_code == 303
    assert give(another, code).status_code == 401
    assert not is_in(another)


def test_an_older_code_is_not_taken_after_a_newer_one(
    half: Browser, another: Browser, factory: Factory, officer: Officer
) -> None:
    factory.code(officer)
    app = pyotp.TOTP(totp_secret(officer))
    now = app.timecode(factory.parts.now())
    another.submit("/sign-in", "/sign-in", login=officer.login, password=PASSWORD)
    assert give(half, app.generate_otp(now + 1)).status_code == 303
    assert give(another, app.generate_otp(now)).status_code == 401


@pytest.mark.parametrize("steps", [-3, 3])
def test_a_code_of_another_minute_is_refused(
    half: Browser, factory: Factory, officer: Officer, steps: int
) -> None:
    app = pyotp.TOTP(totp_secret(officer))
    far = app.generate_otp(app.timecode(factory.parts.now()) + steps)
    assert give(half, far).status_code == 401


def test_the_code_of_another_account_is_refused(half: Browser, factory: Factory) -> None:
    other = factory.officer(factory.office())
    assert give(half, factory.code(other)).status_code == 401
    assert give(half, factory.code(other)).status_code == 401
    assert not is_in(half)


def test_after_five_wrong_codes_the_right_one_waits_too(
    half: Browser, factory: Factory, officer: Officer
) -> None:
    for _ in range(5):
        assert give(half, "000000").status_code == 401
    answer = give(half, factory.code(officer))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert not is_in(half)
    with factory.session() as session:
        past = factory.parts.now() - timedelta(seconds=1)
        session.execute(update(SecondFactor).values(wait_until=past))
    assert give(half, "000000").status_code == 401
    answer = give(half, factory.code(officer))
    assert 60 < int(answer.headers["Retry-After"]) <= 120  # it grows


def test_wrong_codes_stay_counted_and_audited(
    half: Browser, factory: Factory, officer: Officer
) -> None:
    give(half, "000000")
    give(half, "验证码")
    with factory.session() as session:
        assert session.scalars(select(SecondFactor.wrong_codes)).one() == 2
        refused = AuditEntry.action == "second_factor_refused"
        subjects = session.scalars(select(AuditEntry.subject).where(refused)).all()
    assert subjects == [str(officer.id)] * 2


def test_a_step_that_waits_too_long_begins_anew(
    half: Browser, factory: Factory, officer: Officer
) -> None:
    with factory.session() as session:
        session.execute(
            update(SignIn).values(last_seen_at=factory.parts.now() - timedelta(minutes=16))
        )
    answer = half.http.post("/second-factor", data={"code": factory.code(officer)})
    assert answer.headers["Location"].startswith("/sign-in")


def test_an_account_closed_between_the_steps_gets_no_further(
    half: Browser, factory: Factory, officer: Officer
) -> None:
    with factory.session() as session:
        session.get_one(Officer, officer.id).disabled_at = factory.parts.now()
    assert half.http.get("/second-factor").headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/second-factor", "/second-factor/set-up"])
def test_the_second_step_takes_no_form_of_another_page(
    half: Browser, factory: Factory, officer: Officer, path: str
) -> None:
    code = factory.code(officer)
    assert half.http.post(path, data={"code": code}).status_code == 403
    stolen = {"code": code, "form_token": "0" * 64}
    assert half.http.post(path, data=stolen).status_code == 403
    assert give(half, code).status_code == 303  # it was not used up
