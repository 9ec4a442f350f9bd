"""Standing in for a colleague: on the days that were set, by who leads, never by oneself."""

from uuid import UUID

import pytest
from sqlalchemy import select

from storage.records import Officer, Posting, Role
from tests.browser_forms import Browser
from tests.checkin_api.postings.city import City, cover_fields, send


def posting_of(city: City, officer: Officer) -> UUID:
    """The id of the posting that an account began with."""
    with city.factory.session() as session:
        asked = select(Posting.id).where(
            Posting.officer_id == officer.id, Posting.covers_id.is_(None)
        )
        return session.scalars(asked).one()


def covers(city: City) -> list[Posting]:
    """Every cover there is."""
    with city.factory.session() as session:
        return list(session.scalars(select(Posting).where(Posting.covers_id.is_not(None))))


def set_cover(
    city: City, browser: Browser, absent: Officer, there: Officer, days: tuple[int, int] = (0, 4)
) -> int:
    """Send the form of a cover; gives the answer's status."""
    fields = cover_fields(there, *days, city.factory)
    return send(browser, f"/postings/{posting_of(city, absent)}/cover", **fields).status_code


def test_a_cover_holds_on_its_days_and_on_no_other(city: City) -> None:
    absent, there = city.factory.officer(city.office), city.factory.officer(city.neighbour)
    person = city.factory.offender(city.office)
    head, browser = city.desk(city.head()), city.desk(there)
    address = f"/postings/{posting_of(city, absent)}/cover"
    said = head.submit(address, "/cover", **cover_fields(there, 1, 3, city.factory))
    assert "代班已安排" in said.text
    (cover,) = covers(city)
    assert (cover.covers_id, cover.role, cover.office_id) == (absent.id, Role.OFFICER, city.office)
    assert not city.sees(browser, person.id)
    for starts, ends, sees in ((0, 2, True), (-2, 0, True), (-3, -1, False)):
        city.move_days(cover.id, starts, ends)
        assert city.sees(browser, person.id) == sees
    assert city.count("cover_set") == 1


def test_a_cover_can_be_ended_early(city: City) -> None:
    absent, there = city.factory.officer(city.office), city.factory.officer(city.neighbour)
    person = city.factory.offender(city.office)
    head, browser = city.desk(city.head()), city.desk(there)
    assert set_cover(city, head, absent, there) == 303
    assert city.sees(browser, person.id)
    head.submit(f"/postings/{covers(city)[0].id}/end", "/end")
    assert not city.sees(browser, person.id)


def test_the_same_form_twice_sets_one_cover(city: City) -> None:
    absent, there = city.factory.officer(city.office), city.factory.officer(city.office)
    head, fields = city.desk(city.head()), cover_fields(there, 0, 1, city.factory)
    address = f"/postings/{posting_of(city, absent)}/cover"
    assert [send(head, address, **fields).status_code for _ in range(2)] == [303, 303]
    assert len(covers(city)) == 1


def test_nobody_sets_a_cover_for_himself(city: City) -> None:
    head, absent = city.head(), city.factory.officer(city.office)
    browser = city.desk(head)
    assert set_cover(city, browser, absent, head) == 422  # who sets it stands in
    assert set_cover(city, browser, absent, absent) == 422  # who is away stands in
    supervisor = city.supervisor()
    assert set_cover(city, city.desk(supervisor), absent, supervisor) == 422
    assert covers(city) == []


def test_who_leads_district_and_office_sets_no_cover_for_the_own_office_post(city: City) -> None:
    both, deputy = city.supervisor(), city.factory.officer(city.office)
    posting = city.factory.posting(both.id, Role.HEAD, office=city.office)
    browser, fields = city.desk(both), cover_fields(deputy, 0, 1, city.factory)
    assert f"/postings/{posting}/cover" not in browser.page("/postings")
    assert send(browser, f"/postings/{posting}/cover", **fields).status_code == 404
    assert covers(city) == []


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SOCIAL_WORKER])
def test_who_does_not_lead_sets_none(city: City, role: Role) -> None:
    absent, there = city.factory.officer(city.office), city.factory.officer(city.office)
    assert set_cover(city, city.desk(city.factory.officer(city.office, role)), absent, there) == 404
    assert set_cover(city, city.desk(city.head(city.neighbour)), absent, there) == 404
    assert set_cover(city, city.desk(city.supervisor(city.other_district)), absent, there) == 404


def test_a_heads_deputy_is_set_by_the_district_only(city: City) -> None:
    head, deputy = city.head(), city.factory.officer(city.office)
    assert set_cover(city, city.desk(head), head, deputy) == 404
    assert set_cover(city, city.desk(city.supervisor()), head, deputy) == 303
    assert city.desk(deputy).http.get("/postings").status_code == 200


def test_a_cover_lifts_no_social_worker_and_no_inspector(city: City) -> None:
    absent, browser = city.factory.officer(city.office), city.desk(city.head())
    unposted, unconfirmed = city.factory.account(), city.waiting()[0]
    for there in (
        city.factory.officer(city.office, Role.SOCIAL_WORKER),
        city.factory.officer(role=Role.PROCURATOR, district=city.district),
        city.factory.officer(city.other_office),
        city.factory.officer(role=Role.EDITOR),
        unposted,
        unconfirmed,
    ):
        assert set_cover(city, browser, absent, there) == 422
        assert str(there.id) not in browser.page(f"/postings/{posting_of(city, absent)}/cover")
    assert covers(city) == []


@pytest.mark.parametrize("days", [(-1, 3), (3, 2), (0, 90), (400, 401)])
def test_days_that_make_no_sense_are_refused(city: City, days: tuple[int, int]) -> None:
    absent, there = city.factory.officer(city.office), city.factory.officer(city.office)
    assert set_cover(city, city.desk(city.head()), absent, there, days) == 422
    assert set_cover(city, city.desk(city.head()), absent, there, (0, 89)) == 303


@pytest.mark.parametrize("by", ["head", "supervisor"])
def test_a_cover_ends_with_the_posting_it_rests_on(city: City, by: str) -> None:
    absent, there = city.factory.officer(city.office), city.factory.officer(city.neighbour)
    person = city.factory.offender(city.office)
    assert set_cover(city, city.desk(city.head()), absent, there) == 303
    browser = city.desk(there)
    assert city.sees(browser, person.id)
    leader = city.head(city.neighbour) if by == "head" else city.supervisor()
    city.desk(leader).submit(f"/postings/{posting_of(city, there)}/end", "/end")
    assert not city.sees(browser, person.id)
