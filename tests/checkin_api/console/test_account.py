"""One's own account: password, open sign-ins, another phone; what others change counts at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from checkin_api.access.by_cookie import COOKIE
from storage.records import AuditEntry, Officer, Posting, SignIn
from tests.browser_forms import Browser
from tests.checkin_api.console.conftest import Desk
from tests.factories import PASSWORD, Factory

NEW = "quite another long password"


@pytest.fixture
def officer(factory: Factory) -> Officer:
    """An officer of some office."""
    return factory.officer(factory.office())


def is_in(browser: Browser) -> bool:
    """Whether the account page opens."""
    return browser.http.get("/account").status_code == 200


def change(browser: Browser, old: str, new: str) -> str:
    """Change the password; gives the page that follows."""
    return browser.submit(
        "/account", "/account/password", old_password=old, password=new, password_again=new
    ).text


def test_a_new_password_ends_every_other_sign_in_and_changes_the_secret(
    desk: Desk, nobody: Browser, factory: Factory, officer: Officer
) -> None:
    here, elsewhere = desk(officer), desk(officer)
    before = here.http.cookies[COOKIE]
    assert "密码已修改" in change(here, PASSWORD, NEW)
    assert is_in(here)
    assert not is_in(elsewhere)
    assert here.http.cookies[COOKIE] != before
    nobody.sign_in(officer.login, NEW, factory.code(officer))
    assert is_in(nobody)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("wrong", NEW, "现在的密码不正确"),
        (PASSWORD, "elevenchars", "至少需要 12 个字符"),
        (PASSWORD, "password2026!", "常见的密码"),
        (PASSWORD, "138123412345", "只有数字"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_said(
    desk: Desk, officer: Officer, old: str, new: str, words: str
) -> None:
    here, elsewhere = desk(officer), desk(officer)
    assert words in change(here, old, new)
    assert is_in(elsewhere)


def test_signing_out_everywhere_ends_all(desk: Desk, officer: Officer) -> None:
    here, elsewhere = desk(officer), desk(officer)
    assert here.page("/account").count("本浏览器") == 1
    assert here.page("/account").count('data-label="登录时间"') == 2
    here.submit("/account", "/sign-out-everywhere")
    assert (is_in(here), is_in(elsewhere)) == (False, False)


def test_another_phone_takes_over_and_the_old_one_signs_in_no_more(
    desk: Desk, nobody: Browser, factory: Factory, officer: Officer
) -> None:
    here = desk(officer)
    here.submit("/account", "/account/second-factor", code=factory.code(officer))
    assert not is_in(here)
    app = here.set_second_factor_up()
    assert is_in(here)
    nobody.sign_in(officer.login, PASSWORD, factory.code(officer))
    assert not is_in(nobody)
    nobody.submit("/second-factor", "/second-factor", code=app.code())
    assert is_in(nobody)


def test_without_a_right_code_no_other_phone(desk: Desk, officer: Officer) -> None:
    here = desk(officer)
    answer = here.submit("/account", "/account/second-factor", code="000000")
    assert answer.status_code == 422
    assert is_in(here)


def closed(factory: Factory, officer: Officer) -> None:
    with factory.session() as session:
        session.get_one(Officer, officer.id).disabled_at = factory.parts.now()


def idle(factory: Factory, officer: Officer) -> None:
    old = factory.parts.now() - timedelta(minutes=31)
    with factory.session() as session:
        session.execute(
            update(SignIn).where(SignIn.officer_id == officer.id).values(last_seen_at=old)
        )


def half_a_day(factory: Factory, officer: Officer) -> None:
    old = factory.parts.now() - timedelta(hours=12, minutes=1)
    with factory.session() as session:
        session.execute(
            update(SignIn).where(SignIn.officer_id == officer.id).values(started_at=old)
        )


@pytest.mark.parametrize("happens", [closed, idle, half_a_day])
def test_a_sign_in_ends_with_the_next_request(
    desk: Desk, factory: Factory, officer: Officer, happens: Callable[[Factory, Officer], None]
) -> None:
    here = desk(officer)
    assert is_in(here)
    happens(factory, officer)
    assert not is_in(here)


def test_a_posting_that_ends_takes_its_pages_along_at_once(
    desk: Desk, factory: Factory, officer: Officer
) -> None:
    here = desk(officer)
    assert here.http.get("/items").status_code == 200
    with factory.session() as session:
        session.execute(
            update(Posting)
            .where(Posting.officer_id == officer.id)
            .values(ended_at=factory.parts.now(), ended_by="command:test")
        )
    assert here.http.get("/items").status_code == 404
    assert is_in(here)


def test_what_secures_an_account_is_written_down(
    desk: Desk, factory: Factory, officer: Officer
) -> None:
    here = desk(officer)
    change(here, PASSWORD, NEW)
    here.submit("/account", "/recovery-codes", code=factory.code(officer))
    here.submit("/account", "/sign-out-everywhere")
    with factory.session() as session:
        acts = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.subject == str(officer.id))
            .order_by(AuditEntry.number)
        ).all()
    assert acts == [
        "password_accepted",
        "signed_in",
        "password_changed",
        "recovery_codes_made",
        "signed_out_everywhere",
    ]
