"""A posting ends for who holds it with the next request; the last who could confirm stays."""

import time

import pytest
from sqlalchemy import select

from storage.records import Posting, Role
from tests.checkin_api.postings.city import City, confirm, send


def posting_of(city: City, officer: object) -> str:
    """The id of an account's one posting."""
    with city.factory.session() as session:
        asked = select(Posting.id).where(Posting.officer_id == officer.id)  # type: ignore[attr-defined]
        return str(session.scalars(asked).one())


def test_an_ended_posting_reaches_nothing_at_once(city: City) -> None:
    officer = city.factory.officer(city.office)
    person = city.factory.offender(city.office)
    browser, head = city.desk(officer), city.desk(city.head())
    assert city.sees(browser, person.id)
    head.submit(f"/postings/{posting_of(city, officer)}/end", "/end")
    started = time.monotonic()
    assert not city.sees(browser, person.id)
    assert time.monotonic() - started < 5
    assert city.count("posting_ended") == 1


def test_a_changed_role_takes_effect_within_five_seconds(city: City) -> None:
    officer = city.factory.officer(city.office)
    old = posting_of(city, officer)
    browser, supervisor = city.desk(officer), city.desk(city.supervisor())
    assert browser.http.get("/postings").status_code == 404
    new = city.factory.posting(officer.id, Role.HEAD, office=city.office, confirmed=False)
    started = time.monotonic()
    assert confirm(supervisor, new).status_code == 303
    assert browser.http.get("/postings").status_code == 200
    supervisor.submit(f"/postings/{old}/end", "/end")
    assert browser.http.get("/postings").status_code == 200
    supervisor.submit(f"/postings/{new}/end", "/end")
    assert browser.http.get("/postings").status_code == 404
    assert time.monotonic() - started < 5


def test_several_offices_are_one_officers(city: City) -> None:
    officer = city.factory.officer(city.office)
    there = city.factory.offender(city.neighbour)
    second = city.factory.posting(officer.id, office=city.neighbour, confirmed=False)
    browser = city.desk(officer)
    assert not city.sees(browser, there.id)
    assert confirm(city.desk(city.head(city.neighbour)), second).status_code == 303
    assert city.sees(browser, there.id)
    city.desk(city.head(city.neighbour)).submit(f"/postings/{second}/end", "/end")
    assert not city.sees(browser, there.id)
    assert city.sees(browser, city.factory.offender(city.office).id)


def test_a_head_ends_nobody_above_or_elsewhere(city: City) -> None:
    browser = city.desk(city.head())
    for other in (
        city.head(),
        city.supervisor(),
        city.factory.officer(city.neighbour),
        city.factory.officer(role=Role.PROCURATOR, district=city.district),
    ):
        address = f"/postings/{posting_of(city, other)}/end"
        assert browser.http.get(address).status_code == 404
        assert send(browser, address).status_code == 404


def test_a_district_does_not_end_its_inspector(city: City) -> None:
    inspector = city.factory.officer(role=Role.PROCURATOR, district=city.district)
    address = f"/postings/{posting_of(city, inspector)}/end"
    assert send(city.desk(city.supervisor()), address).status_code == 404


@pytest.mark.parametrize("role", [Role.DISTRICT, Role.CITY])
def test_the_last_supervisor_is_not_ended_before_a_successor_is_confirmed(
    city: City, role: Role
) -> None:
    district = city.district if role is Role.DISTRICT else None
    first = city.factory.officer(role=role, district=district)
    address = f"/postings/{posting_of(city, first)}/end"
    administrator = city.desk(city.factory.officer(role=Role.ADMINISTRATOR))
    assert "最后一位" in administrator.page(address)
    said = send(administrator, address)
    assert (said.status_code, "最后一位" in said.text) == (422, True)
    city.factory.officer(role=role, district=district)
    assert send(administrator, address).status_code == 303


def test_ending_twice_records_once(city: City) -> None:
    officer = city.factory.officer(city.office)
    browser, address = city.desk(city.head()), f"/postings/{posting_of(city, officer)}/end"
    assert [send(browser, address).status_code for _ in range(2)] == [303, 303]
    assert city.count("posting_ended") == 1
