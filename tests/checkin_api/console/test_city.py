"""What the city sees: figures that point at nobody, and single cases with a stated reason."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from checkin_api.figures.service import Counts, Line, hidden
from storage.database import DOOR, transaction
from storage.records import AuditEntry, CaseOpening, Offender, Officer, Role
from tests.checkin_api.arranged import caller_of, lay_checkin, new_id
from tests.checkin_api.console.conftest import Desk
from tests.checkin_api.console.district import Place, lay_place
from tests.factories import Factory
from verifier.verdicts.evidence import FaceVerdict

NOT_SHOWN = ["少于 5 人，或可由合计推算，不显示"]
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


def test_a_number_that_opens_nothing_is_written_down(desk: Desk, place: Place) -> None:
    desk(place.people[Role.CITY]).submit("/openings", "/openings", number="CQ9", reason=REASON)
    with place.factory.session() as session:
        tried = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "case_opening_refused")
        ).one()
    assert tried.actor == f"officer:{place.people[Role.CITY].id}"
    assert "CQ9" not in str(tried.detail)


def test_the_whole_city_reads_whose_numbers_opened_nothing(desk: Desk, place: Place) -> None:
    guesser = place.people[Role.CITY]
    with place.factory.session() as session:
        session.get_one(Officer, guesser.id).name = "猜号人"
    for number in ("CQ7", "CQ8"):
        desk(guesser).submit("/openings", "/openings", number=number, reason=REASON)
    page = desk(place.factory.officer(None, Role.CITY)).page("/openings")
    assert "猜号人" in page
    assert "2 次" in page
    assert "CQ7" not in page


def test_nobody_else_reads_them_even_where_the_code_forgets(desk: Desk, place: Place) -> None:
    desk(place.people[Role.CITY]).submit("/openings", "/openings", number="CQ9", reason=REASON)
    refused = select(AuditEntry.number).where(AuditEntry.action == "case_opening_refused")
    found = {}
    for role, account in place.people.items():
        scope = caller_of(place.factory, account).scope
        with transaction(place.factory.parts.sessions, scope) as session:
            found[role] = len(session.scalars(refused).all())
    assert {role for role, number in found.items() if number} == {Role.CITY}


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
    assert cells(offices, small) == NOT_SHOWN
    assert cells(offices, place.office) == NOT_SHOWN  # 8 - 6 would tell


def test_a_district_reads_no_other(desk: Desk, place: Place) -> None:
    other = place.factory.district()
    supervisor = desk(place.people[Role.DISTRICT])
    supervisor.page(f"/figures?district={other}", expected=404)
    supervisor.page("/figures?district=x", expected=404)
    supervisor.page(f"/figures?district={place.district}")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD, Role.DUTY])
def test_figures_and_openings_are_for_district_and_city(
    desk: Desk, place: Place, role: Role
) -> None:
    browser = desk(place.people[role])
    browser.page("/figures", expected=404)
    browser.page("/openings", expected=404)


def test_figures_name_nobody_to_the_city(desk: Desk, place: Place) -> None:
    with place.factory.session() as session:
        session.get_one(Offender, place.person.id).name = "张某某"
    page = desk(place.people[Role.CITY]).page("/figures")
    assert "张某某" not in page
    assert place.person.number not in page


@pytest.mark.parametrize(
    ("role", "places", "opens"),
    [
        (Role.CITY, 2, True),
        (Role.DISTRICT, 1, False),
        (Role.PROCURATOR, 1, False),
        (Role.HEAD, 0, False),
        (None, 0, False),
    ],
)
def test_the_database_itself_counts_and_opens_for_nobody_else(
    place: Place, role: Role | None, places: int, *, opens: bool
) -> None:
    parts, now = place.factory.parts, place.factory.parts.now()
    place.factory.office()
    scope = DOOR if role is None else caller_of(place.factory, place.people[role]).scope
    with transaction(parts.sessions, scope) as session:
        counted = session.execute(text("SELECT * FROM office_figures(:now)"), {"now": now}).all()
        found = session.scalar(select(func.person_to_open(place.person.number, now.date())))
    assert len(counted) == places
    assert (found is not None) is opens
