"""A lost password or phone: two people, neither the owner, both over the account."""

import re

import pytest
from sqlalchemy import select, update

from storage.records import AccountReset, AuditEntry, Officer, Role
from tests.browser_forms import Browser, NoSuchFormError
from tests.checkin_api.console.conftest import Desk
from tests.factories import PASSWORD, Factory

CODE = re.compile(r'data-code="([0-9A-Z]{8})"')
NEW = "quite another long password"
REASON = "手机遗失，已当面核实"


class Place:
    """An office with its people, and a district above it."""

    def __init__(self, factory: Factory) -> None:
        self.district_id = factory.district()
        self.office_id = factory.office(self.district_id)
        self.lost = factory.officer(self.office_id)
        self.head = factory.officer(self.office_id, Role.HEAD)
        self.district = factory.officer(role=Role.DISTRICT, district=self.district_id)
        self.administrator = factory.officer(role=Role.ADMINISTRATOR)


@pytest.fixture
def place(factory: Factory) -> Place:
    """An office with its people."""
    return Place(factory)


def ask(browser: Browser, account: Officer, reason: str = REASON) -> int:
    """Ask for a reset; gives the status."""
    return browser.submit("/resets", "/resets", login=account.login, reason=reason).status_code


def open_reset(factory: Factory) -> str:
    """Where the one open reset is confirmed."""
    with factory.session() as session:
        found = session.scalars(select(AccountReset.id).where(AccountReset.confirmed_at.is_(None)))
        return f"/resets/{found.one()}"


def confirm(browser: Browser, where: str) -> int:
    """Confirm by hand, whether the page offers it or not; gives the status."""
    token = re.search(r'name="form_token" value="(\w+)"', browser.page("/account"))
    assert token
    return browser.http.post(where, data={"form_token": token[1]}).status_code


def test_two_people_let_the_owner_begin_anew(
    desk: Desk, nobody: Browser, factory: Factory, place: Place
) -> None:
    still_in = desk(place.lost)
    assert ask(desk(place.head), place.lost) == 200
    assert still_in.http.get("/account").status_code == 200  # asked is not done
    assert "尚未经第二人确认" in still_in.page("/account")
    where = open_reset(factory)
    shown = desk(place.district).submit("/resets", where)
    code = CODE.search(shown.text)
    assert code
    assert still_in.http.get("/account").status_code == 303
    nobody.submit("/sign-in", "/sign-in", login=place.lost.login, password=PASSWORD)
    assert nobody.http.get("/second-factor").status_code == 303  # the old password is gone
    nobody.submit("/set-up", "/set-up", login=place.lost.login, code=code[1], password=NEW,
                  password_again=NEW)  # fmt: skip
    nobody.set_second_factor_up()
    assert "经两人重置" in nobody.page("/account")


def test_the_old_phone_and_the_old_recovery_codes_are_worth_nothing(
    desk: Desk, nobody: Browser, factory: Factory, place: Place
) -> None:
    ask(desk(place.head), place.lost)
    shown = desk(place.administrator).submit("/resets", open_reset(factory)).text
    code = CODE.search(shown)
    assert code
    nobody.submit("/set-up", "/set-up", login=place.lost.login, code=code[1], password=NEW,
                  password_again=NEW)  # fmt: skip
    assert nobody.http.get("/second-factor").headers["Location"].startswith("/second-factor/set-up")
    assert nobody.http.get("/account").status_code == 303


@pytest.mark.parametrize("asker", ["head", "administrator", "district"])
def test_who_asked_cannot_confirm(desk: Desk, factory: Factory, place: Place, asker: str) -> None:
    browser = desk(getattr(place, asker))
    ask(browser, place.lost)
    where = open_reset(factory)
    with pytest.raises(NoSuchFormError):
        browser.submit("/resets", where)
    assert confirm(browser, where) == 409
    assert where == open_reset(factory)


def test_nobody_asks_for_or_confirms_a_reset_of_the_own_account(
    desk: Desk, factory: Factory, place: Place
) -> None:
    head = desk(place.head)
    assert ask(head, place.head) == 422
    assert ask(desk(place.district), place.head) == 200
    assert confirm(head, open_reset(factory)) == 409


def test_out_of_reach_an_account_and_its_reset_do_not_exist(
    desk: Desk, factory: Factory, place: Place
) -> None:
    elsewhere = Place(factory)
    strangers = [desk(elsewhere.head), desk(elsewhere.district)]
    for stranger in strangers:
        assert ask(stranger, place.lost) == 404
    ask(desk(place.head), place.lost)
    where = open_reset(factory)
    for stranger in strangers:
        assert place.lost.login not in stranger.page("/resets")
        assert confirm(stranger, where) == 404
    assert where == open_reset(factory)


def test_who_only_works_in_the_office_finds_no_such_page(desk: Desk, place: Place) -> None:
    assert desk(place.lost).http.get("/resets").status_code == 404


def test_a_head_reaches_nobody_who_is_also_somebody_elsewhere(
    desk: Desk, factory: Factory, place: Place
) -> None:
    factory.posting(place.lost.id, Role.DUTY, district=place.district_id)
    assert ask(desk(place.head), place.lost) == 404
    assert ask(desk(place.head), place.district) == 404
    assert ask(desk(place.district), place.lost) == 200


def test_one_waits_at_a_time_and_an_expired_one_makes_room(
    desk: Desk, factory: Factory, place: Place
) -> None:
    head = desk(place.head)
    assert ask(head, place.lost, reason=" ") == 422
    assert ask(head, place.lost) == 200
    assert ask(head, place.lost) == 422
    where = open_reset(factory)
    with factory.session() as session:
        session.execute(update(AccountReset).values(expires_at=factory.parts.now()))
    assert confirm(desk(place.district), where) == 404
    assert ask(head, place.lost) == 200


def test_both_acts_are_written_down(desk: Desk, factory: Factory, place: Place) -> None:
    ask(desk(place.head), place.lost)
    desk(place.district).submit("/resets", open_reset(factory))
    with factory.session() as session:
        rows = session.execute(
            select(AuditEntry.action, AuditEntry.actor, AuditEntry.subject)
            .where(AuditEntry.action.startswith("account_reset"))
            .order_by(AuditEntry.number)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("account_reset_asked", f"officer:{place.head.id}", str(place.lost.id)),
        ("account_reset_confirmed", f"officer:{place.district.id}", str(place.lost.id)),
    ]
