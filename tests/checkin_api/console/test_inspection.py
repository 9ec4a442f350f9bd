"""What a procurator reads of a district, writes to it, and leaves behind."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.records import AuditEntry, InspectionOpinion, Officer, Role
from tests.checkin_api.arranged import lay_checkin, new_id
from tests.checkin_api.console.conftest import Desk
from tests.checkin_api.console.district import Place, lay_place, sent
from tests.factories import Factory


@pytest.fixture
def place(factory: Factory) -> Place:
    """A district with everybody in it."""
    return lay_place(factory)


def forms_on(page: str) -> set[str]:
    """Where the forms of a page go, but for looking things up and leaving."""
    found = re.findall(r'<form method="post" action="([^"]+)"', page)
    return {one for one in found if one != "/sign-out"}


def test_an_inspector_reads_everything_of_the_district_and_finds_no_form_in_it(
    desk: Desk, place: Place
) -> None:
    (checkin, _), window = place.flagged_checkin(), place.missed_window()
    place.enrolled()
    person = f"/people/{place.person.id}"
    at_person = ("", "/references", "/phones", "/supervision")
    own = ("/people", "/items", "/receipts", "/figures", "/outages", "/minors", "/postings")
    pages = (
        *own, "/audit", *(f"{person}{one}" for one in at_person),
        f"/checkins/{place.person.id}/{checkin}", f"/windows/{window}",
    )  # fmt: skip
    browser = desk(place.people[Role.PROCURATOR])
    assert {path: forms_on(browser.page(path)) for path in pages} == {one: set() for one in pages}
    nav = browser.page("/account")
    assert [path for path in own if f'href="{path}"' not in nav] == []
    assert forms_on(browser.page("/opinions")) == {"/opinions"}
    browser.page("/openings", expected=404)


def test_an_inspector_reads_who_is_posted_named_and_out_of_order_in_the_own_district_only(
    desk: Desk, place: Place
) -> None:
    place.adult_in(days=100)
    place.named(Role.OFFICER)
    away = lay_place(place.factory)
    away.adult_in(days=100)
    browser = desk(place.people[Role.PROCURATOR])
    pages = {path: browser.page(path) for path in ("/postings", "/minors")}
    assert place.people[Role.HEAD].login in pages["/postings"]
    assert away.people[Role.HEAD].login not in pages["/postings"]
    assert place.person.number in pages["/minors"]
    assert place.people[Role.OFFICER].name in pages["/minors"]
    assert away.person.number not in pages["/minors"]
    assert str(place.office) in browser.page("/figures")
    browser.page(f"/figures?district={away.district}", expected=404)


def test_what_an_inspector_reads_of_no_single_person_is_hidden_too(
    desk: Desk, place: Place
) -> None:
    browser = desk(place.people[Role.PROCURATOR])
    read = ("/figures", "/outages", "/minors", "/postings")
    for path in read:
        browser.page(path)
    with place.factory.session() as session:
        looks = session.scalars(select(AuditEntry).where(AuditEntry.action == "looked")).all()
    assert {look.detail["page"] for look in looks if look.inspection} >= set(read)
    assert [look for look in looks if not look.inspection] == []


def write_opinion(desk: Desk, place: Place, **fields: str) -> int:
    """Let the procurator write; gives the status."""
    browser = desk(place.people[Role.PROCURATOR])
    return browser.submit(
        "/opinions", "/opinions", words="建议及时处理超期待办", **fields
    ).status_code


def test_an_opinion_is_read_by_the_office_concerned_and_the_district(
    desk: Desk, place: Place
) -> None:
    neighbour = place.factory.officer(place.factory.office(place.district), Role.HEAD)
    assert write_opinion(desk, place, office_id=str(place.office)) == 200
    for role in (Role.HEAD, Role.DISTRICT, Role.PROCURATOR):
        assert "建议及时处理超期待办" in desk(place.people[role]).page("/opinions")
    assert "建议及时处理超期待办" not in desk(neighbour).page("/opinions")
    for role in (Role.OFFICER, Role.DUTY, Role.SOCIAL_WORKER, Role.CITY):
        desk(place.people[role]).page("/opinions", expected=404)


def test_an_opinion_about_a_person_concerns_their_office(desk: Desk, place: Place) -> None:
    assert write_opinion(desk, place, number=place.person.number) == 200
    assert place.person.number in desk(place.people[Role.HEAD]).page("/opinions")
    with place.factory.session() as session:
        row = session.scalars(select(InspectionOpinion)).one()
    assert (row.district_id, row.office_id, row.offender_id) == (
        place.district, place.office, place.person.id
    )  # fmt: skip


def test_an_opinion_about_a_minor_is_read_by_who_is_named(desk: Desk, place: Place) -> None:
    place.adult_in(days=100)
    write_opinion(desk, place, number=place.person.number)
    assert "只由指定人员阅读" in desk(place.people[Role.HEAD]).page("/opinions")
    place.named(Role.HEAD)
    assert "建议及时处理超期待办" in desk(place.people[Role.HEAD]).page("/opinions")
    place.recused(Role.DISTRICT)
    assert place.person.number not in desk(place.people[Role.DISTRICT]).page("/opinions")


def test_a_procurator_writes_about_the_own_district_only(desk: Desk, place: Place) -> None:
    foreign = place.factory.offender()
    assert write_opinion(desk, place, number=foreign.number) == 422
    assert write_opinion(desk, place, office_id=str(foreign.office_id)) == 422
    assert write_opinion(desk, place) == 422
    with place.factory.session() as session:
        assert session.scalars(select(InspectionOpinion)).all() == []


@pytest.mark.parametrize("role", [Role.HEAD, Role.DISTRICT])
def test_those_concerned_write_none(desk: Desk, place: Place, role: Role) -> None:
    browser = desk(place.people[role])
    fields = {"id": str(new_id()), "office_id": str(place.office), "words": "x"}
    assert sent(browser, "/opinions", **fields) == 404


def test_looks_of_a_procurator_are_hidden_from_the_inspected(desk: Desk, place: Place) -> None:
    place.opened()
    for role in (Role.PROCURATOR, Role.CITY):
        desk(place.people[role]).page(f"/people/{place.person.id}")
    address = f"/audit?number={place.person.number}"
    own, theirs = (
        desk(place.people[role]).page(address) for role in (Role.PROCURATOR, Role.DISTRICT)
    )
    assert own.count("查看页面") == 2
    assert own.count(">检察<") == 1
    assert theirs.count("查看页面") == 1
    assert ">检察<" not in theirs


def test_photos_that_a_procurator_saw_are_hidden_too(desk: Desk, place: Place) -> None:
    _, photo = place.flagged_checkin()
    desk(place.people[Role.PROCURATOR]).page(f"/media/{photo}")
    address = f"/audit?number={place.person.number}"
    assert "查看照片" in desk(place.people[Role.PROCURATOR]).page(address)
    assert "查看照片" not in desk(place.people[Role.DISTRICT]).page(address)


def test_the_record_is_of_the_own_district_and_of_cases_one_sees(desk: Desk, place: Place) -> None:
    foreign, recused_from = place.factory.offender(), place.factory.offender(place.office)
    for person in (place.person, foreign, recused_from):
        lay_checkin(place.factory, person.id)
    supervisor = desk(place.people[Role.DISTRICT])
    assert recused_from.number in supervisor.page("/audit")
    mine = place.person
    place.person = recused_from
    place.recused(Role.DISTRICT)
    page = supervisor.page("/audit")
    assert mine.number in page
    assert foreign.number not in page
    assert recused_from.number not in page
    assert recused_from.number in desk(place.people[Role.PROCURATOR]).page("/audit")


def test_the_record_can_be_read_by_day_person_and_officer(desk: Desk, place: Place) -> None:
    other = place.factory.offender(place.office)
    officer = place.people[Role.OFFICER]
    for person in (place.person, other):
        desk(officer).submit(f"/people/{person.id}", "/notes", note="联系")
    lay_checkin(place.factory, place.person.id)
    reader = desk(place.people[Role.PROCURATOR])
    only = reader.page(f"/audit?number={other.number}")
    assert other.number in only
    assert f">{place.person.number}<" not in only
    acts = reader.page(f"/audit?actor={officer.login}")
    assert acts.count("写入笔记") == 2
    assert "签到经机器处理" not in acts
    assert "写入笔记" not in reader.page("/audit?day=2026-01-01")
    assert "写入笔记" in reader.page("/audit?day=x&page=y")


def test_nobody_inspected_reads_when_an_inspector_signs_in(desk: Desk, place: Place) -> None:
    inspector = place.people[Role.PROCURATOR]
    with place.factory.session() as session:
        session.get_one(Officer, inspector.id).name = "检察甲"
    own = desk(inspector).page("/audit")
    assert "检察甲" in own.split("<table")[1]
    assert "检察甲" not in desk(place.people[Role.DISTRICT]).page("/audit")


def test_the_record_goes_on_page_by_page(desk: Desk, place: Place) -> None:
    now = place.factory.parts.now()
    with place.factory.session() as session:
        session.add_all(
            AuditEntry(
                at=now - timedelta(seconds=number), actor="clock", action=f"act_{number:03}",
                offender_id=place.person.id, detail={},
            )
            for number in range(150)
        )  # fmt: skip
    reader = desk(place.people[Role.DISTRICT])
    first = reader.page(f"/audit?number={place.person.number}")
    older = re.search(r'href="(/audit[^"]*)" rel="next"', first)
    assert older
    second = reader.page(older[1].replace("&amp;", "&"))
    told = re.findall(r"act_\d{3}", first), re.findall(r"act_\d{3}", second)
    assert len(set(told[0]) | set(told[1])) == 150
    assert set(told[0]) & set(told[1]) == set()
    assert 'rel="next"' not in second


@pytest.mark.parametrize(
    "role", [Role.OFFICER, Role.HEAD, Role.DUTY, Role.CITY, Role.ADMINISTRATOR]
)
def test_the_record_is_not_for_everybody(desk: Desk, place: Place, role: Role) -> None:
    desk(place.people[role]).page("/audit", expected=404)
