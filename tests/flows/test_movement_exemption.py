"""Who cannot do the movements is exempted, until a day or for good, and nobody writes down why."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from mobile_contract.client.phone import Phone
from storage.records import AuditEntry, Offender, Officer
from tests.browser_forms import Browser
from tests.factories import Factory
from tests.world import World
from verifier.local_time import local_date


@pytest.fixture
def offender(factory: Factory) -> Offender:
    """A person whose plan asks for movement, with a window."""
    offender = factory.offender()
    factory.plan(offender.id, movement=True)
    factory.window(offender.id)
    return offender


@pytest.fixture
def officer(factory: Factory, offender: Offender) -> Officer:
    return factory.officer(offender.office_id)


@pytest.fixture
def browser(world: World, officer: Officer) -> Browser:
    return world.officer(officer)


@pytest.fixture
def phone(world: World, offender: Offender) -> Phone:
    return world.phone_of(offender)


def exempt(browser: Browser, offender: Offender, until: str, day: date | None = None) -> int:
    fields = {"movement_until": until, "movement_ends_on": day.isoformat() if day else ""}
    page = f"/people/{offender.id}/exemption"
    return browser.submit(page, "/movement-exemption", **fields).status_code


def is_asked(phone: Phone) -> set[bool]:
    """What the phone hears of it, wherever it hears of it."""
    plan = phone.me().plan
    assert plan is not None
    return {plan.movement, *(one.movement for one in phone.windows().windows)}


@pytest.mark.parametrize("until", ["day", "permanent"])
def test_an_exempt_person_is_not_asked_from_today_on(
    until: str, browser: Browser, phone: Phone, offender: Offender, factory: Factory
) -> None:
    assert is_asked(phone) == {True}
    today = local_date(factory.parts.now())
    exempt(browser, offender, until, today + timedelta(days=30) if until == "day" else None)
    assert is_asked(phone) == {False}
    assert "data-movement-exempt" in browser.page(f"/people/{offender.id}")


@pytest.mark.parametrize("until", ["day", "permanent"])
def test_the_person_is_told_once_of_each_change(
    until: str, browser: Browser, phone: Phone, offender: Offender, factory: Factory
) -> None:
    day = local_date(factory.parts.now()) + timedelta(days=30)
    exempt(browser, offender, until, day if until == "day" else None)
    for _ in range(2):  # a double click
        browser.submit(f"/people/{offender.id}/exemption", "/movement-exemption/end")
    notices = phone.notices().notices
    assert [one.kind for one in notices] == ["movement_exempt", "movement_exemption_ended"]
    told = day.isoformat() if until == "day" else "无，长期有效"
    assert f"截止日期：{told}" in notices[0].text_zh


def test_ended_it_is_asked_again_from_tomorrow_on(
    browser: Browser, offender: Offender, factory: Factory
) -> None:
    exempt(browser, offender, "permanent")
    browser.submit(f"/people/{offender.id}/exemption", "/movement-exemption/end")
    with factory.session() as session:
        person = session.get_one(Offender, offender.id)
        assert person.movement_exempt_to == local_date(factory.parts.now())
        acts = session.scalars(
            select(AuditEntry.action).where(AuditEntry.offender_id == offender.id)
        ).all()
    assert {"movement_exempted", "movement_exemption_ended"} <= set(acts)


@pytest.mark.parametrize("days", [None, -1, 400], ids=["no day", "past", "too far"])
def test_an_end_that_makes_no_sense_exempts_nobody(
    days: int | None, browser: Browser, offender: Offender, factory: Factory
) -> None:
    day = None if days is None else local_date(factory.parts.now()) + timedelta(days=days)
    assert exempt(browser, offender, "day", day) == 422
    with factory.session() as session:
        assert session.get_one(Offender, offender.id).movement_exempt_from is None
