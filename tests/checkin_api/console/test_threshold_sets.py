"""One person asks for a set of limits, another agrees; the page shows what it was measured on."""

from dataclasses import asdict

import pytest
from sqlalchemy import select

from storage.records import AuditEntry, Officer, Role, RuleRow, ThresholdSetRow
from tests.browser_forms import NoSuchFormError
from tests.checkin_api.console.conftest import Desk
from tests.factories import Factory
from verifier.rules.in_force import in_force
from verifier.verdicts.bands import DEFAULT
from verifier.verdicts.quality import limits_to_row

NAME = "people-of-2027"
PAGE = "/threshold-sets"
RATES = {"genuine": 412, "impostor": 98_765, "fmr": {"all": 0.001}, "fnmr": {"all": 0.07}}
MEASURED = {"target_fmr": 0.001, "limits": [{"references": 1} | RATES]}


@pytest.fixture
def laid(factory: Factory) -> str:
    """A set that a command has laid in."""
    with factory.session() as session:
        session.add(
            ThresholdSetRow(
                name=NAME,
                limits=[asdict(DEFAULT.limits[0])],
                quality=limits_to_row(DEFAULT.quality) | {"most_yaw": 0.55},
                measured=MEASURED,
                laid_by="command:wang",
                laid_at=factory.parts.now(),
                reason="measured on our own people",
            )
        )
    return NAME


@pytest.fixture
def city(factory: Factory) -> Officer:
    """A supervisor of the city."""
    return factory.officer(None, Role.CITY)


@pytest.fixture
def administrator(factory: Factory) -> Officer:
    """An administrator."""
    return factory.officer(None, Role.ADMINISTRATOR)


def after(page: str, words: str) -> str:
    """What stands in quotes behind some words of a page."""
    return page.split(words)[1].split('"', maxsplit=1)[0]


def in_force_now(factory: Factory) -> str | None:
    """The set that a check-in received now is judged by."""
    with factory.session() as session:
        return in_force(session, None, factory.parts.now()).threshold_set


def test_one_asks_and_another_agrees(
    factory: Factory, desk: Desk, laid: str, city: Officer, administrator: Officer
) -> None:
    asked = desk(city).submit(PAGE, PAGE, name=laid, reason="fewer of our own are missed")
    assert "等待另一人同意" in asked.text
    assert in_force_now(factory) is None
    agreed = desk(administrator).submit(PAGE, "/confirm")
    assert "已启用" in agreed.text
    assert in_force_now(factory) == laid
    with factory.session() as session:
        row = session.scalars(select(RuleRow)).one()
        assert row.set_by == f"officer:{administrator.id}"
        assert "thresholds_activated" in session.scalars(select(AuditEntry.action)).all()


def test_who_asked_can_only_take_it_back(
    factory: Factory, desk: Desk, laid: str, city: Officer
) -> None:
    browser = desk(city)
    shown = browser.submit(PAGE, PAGE, name=laid, reason="measured").text
    with pytest.raises(NoSuchFormError):
        browser.submit(PAGE, "/confirm")
    wish, token = after(shown, 'data-wish="'), after(shown, 'name="form_token" value="')
    forced = browser.http.post(f"{PAGE}/{wish}/confirm", data={"form_token": token})
    assert forced.status_code == 422
    assert "未启用" in browser.submit(PAGE, "/decline").text
    assert in_force_now(factory) is None


def test_the_page_shows_what_a_set_was_measured_on(desk: Desk, laid: str, city: Officer) -> None:
    shown = desk(city).page(PAGE)
    assert laid in shown
    assert "412 / 98,765" in shown
    assert "0.100 %" in shown
    # The gate's limits: its own, and those that come with the system.
    assert "侧脸超过 0.55" in shown
    assert f"侧脸超过 {DEFAULT.quality.most_yaw}" in shown
    assert DEFAULT.name in shown


def test_the_same_form_again_asks_once(
    factory: Factory, desk: Desk, laid: str, city: Officer
) -> None:
    browser = desk(city)
    fields = {"id": "01980000-0000-7000-8000-00000000abcd", "name": laid, "reason": "measured"}
    token = after(browser.page(PAGE), 'name="form_token" value="')
    for _ in range(2):
        answer = browser.http.post(PAGE, data={"form_token": token, **fields})
        assert answer.status_code == 303
    with factory.session() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("thresholds_asked") == 1


def test_a_set_that_there_is_not_cannot_be_asked_for(desk: Desk, laid: str, city: Officer) -> None:
    assert laid
    answer = desk(city).submit(PAGE, PAGE, name="another", reason="measured")
    assert answer.status_code == 404
