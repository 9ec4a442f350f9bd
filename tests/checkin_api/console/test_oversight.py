"""The city's figures and single cases; what a procurator reads, writes, and leaves behind."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from checkin_api.figures.service import Counts, Line, hidden
from storage.records import AuditEntry, CaseOpening, InspectionOpinion, Offender, Role
from tests.checkin_api.arranged import lay_checkin, new_id
from tests.checkin_api.console.conftest import Desk
from tests.checkin_api.console.district import Place, lay_place, sent
from tests.factories import Factory
from verifier.verdicts.evidence import FaceVerdict

REASON = "群众来信反映，需要查阅"


@pytest.fixture
def place(factory: Factory) -> Place:
    """A district with everybody in it."""
    return lay_place(factory)


def test_the_city_opens_one_case_for_a_day_with_its_reason(desk: Desk, place: Place) -> None:
    other = place.factory.offender(place.office)
    city = desk(place.people[Role.CITY])
    city.page(f"/people/{place.person.id}", expected=404)
    page = city.submit("/openings", "/openings", number=place.person.number, reason=REASON)
    assert place.person.number in page.text
    city.page(f"/people/{other.id}", expected=404)
    assert other.number not in city.page("/people")
    assert REASON in city.page("/openings")
    with place.factory.session() as session:
        row = session.scalars(select(CaseOpening)).one()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "case_opened")).one()
    assert row.expires_at - row.opened_at == timedelta(hours=24)
    assert (row.officer_id, row.reason) == (place.people[Role.CITY].id, REASON)
    assert (entry.offender_id, entry.inspection) == (place.person.id, False)


def test_an_opening_ends_by_itself_and_is_nobody_elses(desk: Desk, place: Place) -> None:
    place.opened(hours_ago=23.9)
    path = f"/people/{place.person.id}"
    desk(place.people[Role.CITY]).page(path)
    desk(place.factory.officer(role=Role.CITY)).page(path, expected=404)


def test_a_day_later_the_case_is_closed_again(desk: Desk, place: Place) -> None:
    place.opened(hours_ago=24.1)
    city = desk(place.people[Role.CITY])
    city.page(f"/people/{place.person.id}", expected=404)
    page = city.page("/openings")
    assert "已结束" in page
    assert place.person.number not in page


@pytest.mark.parametrize(
    ("number", "reason"), [(None, "太短的理由"), ("CQ999999", REASON), ("", REASON), ("%", REASON)]
)
def test_without_a_reason_or_a_person_nothing_opens(
    desk: Desk, place: Place, number: str | None, reason: str
) -> None:
    fields = {"number": place.person.number if number is None else number, "reason": reason}
    answer = desk(place.people[Role.CITY]).submit("/openings", "/openings", **fields)
    assert answer.status_code == 422
    with place.factory.session() as session:
        assert session.scalars(select(CaseOpening)).all() == []


def test_the_same_form_opens_once(desk: Desk, place: Place) -> None:
    city, made = desk(place.people[Role.CITY]), str(new_id())
    for _ in range(2):
        fields = {"id": made, "number": place.person.number, "reason": REASON}
        city.submit("/openings", "/openings", **fields)
    with place.factory.session() as session:
        assert len(session.scalars(select(CaseOpening)).all()) == 1


def counts(people: int, items: int = 0) -> Counts:
    """Counts of so many people."""
    return Counts(people, 0, 0, items, 0, 0, 0, 0, 0, 0)


def lines(*people: int) -> tuple[Line, ...]:
    """Places with so many people each."""
    return tuple(Line(new_id(), str(number), counts(number)) for number in people)


def shown(*people: int) -> list[int]:
    """The people of the places whose counts are shown."""
    return [one.counts.people for one in hidden(lines(*people)) if one.counts]


def test_few_people_are_not_counted_out() -> None:
    assert shown(40, 12, 9) == [40, 12, 9]
    assert shown(40, 12, 4) == [40]
    assert shown(40, 12, 4, 3) == [40, 12]


def test_nor_can_they_be_worked_out_from_the_rest() -> None:
    assert shown(40, 12, 1, 1) == [40]
    assert shown(40, 4) == []
    assert shown(0, 40) == [0, 40]


def test_shares_of_few_are_not_told() -> None:
    few = Counts(9, 0, 0, 0, 0, 0, received_week=4, confirmed_week=4, reviewed_month=4,
                 reviewed_confirmed_month=1)  # fmt: skip
    enough = Counts(9, 0, 0, 0, 0, 0, received_week=8, confirmed_week=6, reviewed_month=5,
                    reviewed_confirmed_month=1)  # fmt: skip
    assert (few.confirmed_share, few.false_alarm_share) == (None, None)
    assert (enough.confirmed_share, enough.false_alarm_share) == (0.75, 0.2)


def cells(page: str, place: UUID) -> list[str]:
    """The figures of one line of the page."""
    row = re.search(rf'<tr data-place="{place}">(.*?)</tr>', page, re.DOTALL)
    assert row
    return [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<td.*?</td>", row[1])][1:]


def test_a_district_reads_its_offices_as_they_are(desk: Desk, place: Place) -> None:
    quiet = place.factory.offender(place.office)
    place.factory.device(place.person.id)
    place.enrolled()
    lay_checkin(place.factory, place.person.id, FaceVerdict.MATCH)
    lay_checkin(place.factory, quiet.id, FaceVerdict.NO_MATCH)
    place.factory.offender(place.office, supervised=False)
    place.factory.offender()
    page = desk(place.people[Role.DISTRICT]).page("/figures")
    assert cells(page, place.office) == ["2", "1", "1", "1", "0", "2", "2", "—", "—"]


def test_the_city_reads_districts_and_then_offices_but_not_few_people(
    desk: Desk, place: Place
) -> None:
    small = place.factory.office(place.district)
    for _ in range(5):
        place.factory.offender(place.office)
    for _ in range(2):
        place.factory.offender(small)
    city = desk(place.people[Role.CITY])
    page = city.page("/figures")
    assert cells(page, place.district)[0] == "8"
    offices = city.page(f"/figures?district={place.district}")
    assert cells(offices, small) == ["少于 5 人，不显示"]
    assert cells(offices, place.office) == ["少于 5 人，不显示"]  # 8 - 6 would tell


def test_a_district_reads_no_other(desk: Desk, place: Place) -> None:
    other = place.factory.district()
    supervisor = desk(place.people[Role.DISTRICT])
    supervisor.page(f"/figures?district={other}", expected=404)
    supervisor.page("/figures?district=x", expected=404)
    supervisor.page(f"/figures?district={place.district}")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD, Role.DUTY, Role.PROCURATOR])
def test_figures_and_openings_are_for_district_and_city(
    desk: Desk, place: Place, role: Role
) -> None:
    browser = desk(place.people[role])
    browser.page("/figures", expected=404)
    browser.page("/openings", expected=404)


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


def test_figures_name_nobody_to_the_city(desk: Desk, place: Place) -> None:
    with place.factory.session() as session:
        session.get_one(Offender, place.person.id).name = "张某某"
    page = desk(place.people[Role.CITY]).page("/figures")
    assert "张某某" not in page
    assert place.person.number not in page
