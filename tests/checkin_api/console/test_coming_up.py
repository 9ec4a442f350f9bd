"""What comes up to the district: past its deadline to who is on duty, or where nobody is left."""

import pytest
from sqlalchemy import select, update

from mobile_contract.codes import WindowOutcome
from storage.records import IdentityAnswer, Item, Level, Posting, Review, Role, Window
from tests.checkin_api.console.conftest import Desk
from tests.checkin_api.console.district import Place, lay_place, sent
from tests.factories import Factory


@pytest.fixture
def place(factory: Factory) -> Place:
    """A district with everybody in it."""
    laid = lay_place(factory)
    laid.opened()
    return laid


def moved_up(place: Place, level: Level = Level.DISTRICT) -> None:
    """Let everything that waits have moved up."""
    with place.factory.session() as session:
        session.execute(update(Item).values(level=level))


def test_the_duty_officer_decides_a_window_once_it_has_come_up(desk: Desk, place: Place) -> None:
    window = place.missed_window()
    browser = desk(place.people[Role.DUTY])
    action, fields = f"/windows/{window}/decision", {"finding": "excused", "reason": "停电"}
    assert sent(browser, action, **fields) == 422
    moved_up(place, Level.HEAD)
    assert sent(browser, action, **fields) == 422
    moved_up(place)
    browser.submit(f"/windows/{window}", "/decision", **fields)
    with place.factory.session() as session:
        assert session.get_one(Window, window).outcome is WindowOutcome.EXCUSED


def test_the_duty_officer_answers_a_check_in_once_it_has_come_up(desk: Desk, place: Place) -> None:
    checkin, _ = place.flagged_checkin()
    path = f"/checkins/{place.person.id}/{checkin}"
    browser = desk(place.people[Role.DUTY])
    assert "/answer" not in browser.page(path)
    moved_up(place)
    browser.submit(path, "/answer", identity="yes", reason="看过照片")
    with place.factory.session() as session:
        review = session.scalars(select(Review)).one()
    assert (review.officer_role, review.identity) == (Role.DUTY, IdentityAnswer.YES)


def test_the_duty_officers_list_shows_first_what_has_come_up(desk: Desk, place: Place) -> None:
    early, _ = place.flagged_checkin()
    other = place.factory.offender(place.office)
    place.person = other
    late = place.missed_window()
    with place.factory.session() as session:
        session.execute(
            update(Item).where(Item.offender_id == other.id).values(level=Level.DISTRICT)
        )
    browser = desk(place.people[Role.DUTY])
    assert str(early) not in browser.page("/items")
    assert str(late) in browser.page("/items")
    whole = browser.page("/items?of=district")
    assert whole.index(str(late)) < whole.index(str(early))


def test_an_officer_who_is_on_duty_too_answers_as_an_officer(desk: Desk, place: Place) -> None:
    officer = place.people[Role.OFFICER]
    place.factory.posting(officer.id, Role.DUTY, district=place.district)
    checkin, _ = place.flagged_checkin()
    browser = desk(officer)
    assert str(checkin) in browser.page("/items")
    path = f"/checkins/{place.person.id}/{checkin}"
    browser.submit(path, "/answer", identity="yes", reason="看过照片")
    with place.factory.session() as session:
        assert session.scalars(select(Review.officer_role)).one() == Role.OFFICER


def test_where_nobody_in_the_office_can_act_the_district_finds_the_item(
    desk: Desk, place: Place
) -> None:
    checkin, _ = place.flagged_checkin()
    supervisor = desk(place.people[Role.DISTRICT])
    assert str(checkin) not in supervisor.page("/items")
    place.recused(Role.OFFICER)
    assert str(checkin) not in supervisor.page("/items")
    with place.factory.session() as session:
        session.execute(
            update(Posting)
            .where(Posting.officer_id == place.people[Role.HEAD].id)
            .values(ended_at=place.factory.parts.now(), ended_by="command:test")
        )
    page = supervisor.page("/items")
    assert str(checkin) in page
    assert "所内无人可以处理" in page
