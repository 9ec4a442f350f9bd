"""People under 18: seen by named officers only, until the day they are 18."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storage.records import AuditEntry, NamedOfficer, Offender, Role
from tests.checkin_api.console.conftest import Desk
from tests.checkin_api.console.district import Place, lay_place, sent
from tests.factories import Factory

WORKING = (Role.SOCIAL_WORKER, Role.OFFICER, Role.HEAD, Role.DUTY, Role.DISTRICT)


@pytest.fixture
def place(factory: Factory) -> Place:
    """A district, with somebody in it who is 17."""
    laid = lay_place(factory)
    laid.adult_in(days=100)
    return laid


@pytest.mark.parametrize("role", WORKING)
def test_only_who_is_named_sees_the_case(desk: Desk, place: Place, role: Role) -> None:
    (checkin, photo), path = place.flagged_checkin(), f"/people/{place.person.id}"
    pages = (path, f"/checkins/{place.person.id}/{checkin}", f"/media/{photo}")
    browser = desk(place.people[role])
    for one in pages:
        browser.page(one, expected=404)
    assert place.person.number not in browser.page("/people")
    assert place.person.number not in browser.page("/items?of=district")
    place.named(role)
    for one in pages:
        browser.page(one)
    assert place.person.number in browser.page("/people")


def test_a_procurator_reads_everything_and_the_city_opens_nothing(desk: Desk, place: Place) -> None:
    desk(place.people[Role.PROCURATOR]).page(f"/people/{place.person.id}")
    place.opened()
    city = desk(place.people[Role.CITY])
    city.page(f"/people/{place.person.id}", expected=404)
    reason = "群众来信反映，需要查阅"
    answer = city.submit("/openings", "/openings", number=place.person.number, reason=reason)
    assert answer.status_code == 422


@pytest.mark.parametrize(("days", "status"), [(1, 404), (0, 200), (-1, 200)])
def test_on_the_birthday_it_ends_by_itself(
    desk: Desk, place: Place, days: int, status: int
) -> None:
    place.adult_in(days)
    desk(place.people[Role.OFFICER]).page(f"/people/{place.person.id}", expected=status)
    listed = place.person.number in desk(place.people[Role.HEAD]).page("/minors")
    assert listed is (status == 404)


def test_the_page_shows_numbers_and_no_names_and_nobody_named_first(
    desk: Desk, place: Place
) -> None:
    name = "张某某"
    with place.factory.session() as session:
        session.get_one(Offender, place.person.id).name = name
    place.named(Role.OFFICER)
    unseen = place.factory.offender(place.office)
    foreign = place.factory.offender()
    with place.factory.session() as session:
        for one in (unseen, foreign):
            session.get_one(Offender, one.id).adult_on = session.get_one(
                Offender, place.person.id
            ).adult_on
    for role in (Role.HEAD, Role.DISTRICT):
        page = desk(place.people[role]).page("/minors")
        assert page.index(unseen.number) < page.index(place.person.number)
        assert name not in page
        assert foreign.number not in page
        assert f"/people/{place.person.id}" not in page


def test_who_was_named_and_works_here_no_more_counts_as_nobody(desk: Desk, place: Place) -> None:
    stranger = place.factory.officer(place.factory.office())
    place.factory.added(
        NamedOfficer(
            offender_id=place.person.id,
            officer_id=stranger.id,
            named_by=place.people[Role.HEAD].id,
            named_at=place.factory.parts.now(),
        )
    )
    page = desk(place.people[Role.HEAD]).page("/minors")
    assert "尚未指定人员" in page
    assert "已不在岗" in page


def test_a_head_names_an_officer_and_ends_it(desk: Desk, place: Place) -> None:
    officer, head = place.people[Role.OFFICER], desk(place.people[Role.HEAD])
    head.submit("/minors", "/names", officer_id=str(officer.id))
    desk(officer).page(f"/people/{place.person.id}")
    head.submit("/minors", "/end")
    desk(officer).page(f"/people/{place.person.id}", expected=404)
    with place.factory.session() as session:
        acts = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.subject == str(officer.id), AuditEntry.offender_id.is_not(None))
            .order_by(AuditEntry.number)
        ).all()
    assert [act.action for act in acts] == ["officer_named", "naming_ended"]


@pytest.mark.parametrize("role", [Role.HEAD, Role.DISTRICT])
def test_nobody_names_themselves(desk: Desk, place: Place, role: Role) -> None:
    leader = place.people[role]
    browser = desk(leader)
    assert f'value="{leader.id}"' not in browser.page("/minors")
    path = f"/minors/{place.person.id}/names"
    assert sent(browser, path, officer_id=str(leader.id)) == 422
    browser.page(f"/people/{place.person.id}", expected=404)


@pytest.mark.parametrize(("by", "role"), [(Role.DISTRICT, Role.HEAD), (Role.HEAD, Role.DISTRICT)])
def test_who_leads_is_named_by_another_and_the_entry_says_so(
    desk: Desk, place: Place, by: Role, role: Role
) -> None:
    leader, other = place.people[role], place.people[by]
    desk(other).submit("/minors", "/names", officer_id=str(leader.id))
    desk(leader).page(f"/people/{place.person.id}")
    with place.factory.session() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "officer_named")
        ).one()
    assert (entry.actor, entry.subject) == (f"officer:{other.id}", str(leader.id))


def test_the_database_itself_takes_no_naming_of_oneself(place: Place) -> None:
    head = place.people[Role.HEAD].id
    row = NamedOfficer(
        offender_id=place.person.id,
        officer_id=head,
        named_by=head,
        named_at=place.factory.parts.now(),
    )
    with pytest.raises(IntegrityError, match="by_another"):
        place.factory.added(row)


@pytest.mark.parametrize("role", [Role.PROCURATOR, Role.CITY, None])
def test_nobody_else_can_be_named(desk: Desk, place: Place, role: Role | None) -> None:
    target = place.people[role] if role else place.factory.officer(place.factory.office())
    path = f"/minors/{place.person.id}/names"
    assert sent(desk(place.people[Role.HEAD]), path, officer_id=str(target.id)) == 422


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SOCIAL_WORKER, Role.DUTY, Role.CITY])
def test_who_does_not_lead_names_nobody(desk: Desk, place: Place, role: Role) -> None:
    browser = desk(place.people[role])
    browser.page("/minors", expected=404)
    path = f"/minors/{place.person.id}/names"
    assert sent(browser, path, officer_id=str(place.people[role].id)) == 404


def test_a_head_of_another_office_names_nobody_here(desk: Desk, place: Place) -> None:
    stranger = place.factory.officer(place.factory.office(place.district), Role.HEAD)
    path = f"/minors/{place.person.id}/names"
    assert sent(desk(stranger), path, officer_id=str(stranger.id)) == 404


def test_a_recused_head_does_not_even_find_the_number(desk: Desk, place: Place) -> None:
    place.recused(Role.HEAD)
    assert place.person.number not in desk(place.people[Role.HEAD]).page("/minors")


def test_where_nobody_in_the_office_is_named_the_named_supervisor_finds_the_item(
    desk: Desk, place: Place
) -> None:
    checkin, _ = place.flagged_checkin()
    place.named(Role.DISTRICT)
    assert str(checkin) in desk(place.people[Role.DISTRICT]).page("/items")
