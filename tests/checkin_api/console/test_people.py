"""The pages of people: the list, the month, the plan, and what waits, as an officer works."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from mobile_contract.codes import WindowOutcome
from storage.records import Fence, Offender, Officer, ReportingPlan, Role, Window
from tests.checkin_api.arranged import lay_checkin, new_id
from tests.checkin_api.console.conftest import Desk
from tests.factories import Factory
from verifier.attendance.settle import settle
from verifier.local_time import SHANGHAI, local_date
from verifier.verdicts.evidence import FaceVerdict


@pytest.fixture
def officer(factory: Factory) -> Officer:
    """An officer of some office."""
    return factory.officer(factory.office())


@pytest.fixture
def person(factory: Factory, officer: Officer) -> Offender:
    """A person of that office."""
    return factory.offender(factory.office_of(officer))


def test_the_list_of_people_is_the_offices_own_and_can_be_searched(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    other, foreign = factory.offender(factory.office_of(officer)), factory.offender()
    page = desk(officer).page("/people")
    assert person.number in page
    assert other.number in page
    assert foreign.number not in page
    found = desk(officer).page(f"/people?q={person.number}")
    assert other.number not in found


def test_a_new_plan_begins_after_the_windows_already_announced(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    old, today = factory.plan(person.id), local_date(factory.parts.now())
    announced = today + timedelta(days=3)
    lay_planned(factory, person, announced)
    times = {"opens": "06:00", "due": "12:00", "grace_ends": "13:00"}
    for _ in range(2):
        desk(officer).submit(f"/people/{person.id}", "/plan", **times)
    with factory.session() as session:
        plans = session.scalars(select(ReportingPlan).order_by(ReportingPlan.starts_on)).all()
        assert session.get_one(ReportingPlan, old).ended_on == announced + timedelta(days=1)
    assert [(one.opens, one.starts_on) for one in plans[1:]] == [
        (time(6), announced + timedelta(days=1))
    ]


def lay_planned(factory: Factory, person: Offender, day: date) -> None:
    """A window that the plan laid ahead."""
    window = factory.window(person.id)
    with factory.session() as session:
        plan = session.scalars(select(ReportingPlan)).one()
        row = session.get_one(Window, window)
        row.plan_id, row.planned_for = plan.id, day


def test_a_plan_whose_times_do_not_follow_is_not_set(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    times = {"opens": "08:00", "due": "21:00", "grace_ends": "20:00"}
    answer = desk(officer).submit(f"/people/{person.id}", "/plan", **times)
    assert answer.status_code == 422
    with factory.session() as session:
        assert session.scalars(select(ReportingPlan)).all() == []


def test_a_new_fence_ends_the_old_one_and_the_same_changes_nothing(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    factory.fence(person.id)
    fields = {"latitude": "29.5", "longitude": "106.5", "radius_m": "800", "datum": "BD-09"}
    for _ in range(2):
        desk(officer).submit(f"/people/{person.id}", "/fence", **fields)
    with factory.session() as session:
        fences = session.scalars(select(Fence).order_by(Fence.created_at)).all()
    assert [one.ended_at is None for one in fences] == [False, True]
    assert fences[0].ended_at == fences[1].created_at


def test_an_order_typed_to_the_second_is_kept_to_the_second(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    opens = factory.parts.now().replace(microsecond=0)
    typed = [
        (opens + timedelta(seconds=add)).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S")
        for add in (0, 5, 7)
    ]
    made = str(new_id())
    fields = dict(zip(("opens_at", "due_at", "grace_ends_at"), typed, strict=True))
    path = f"/people/{person.id}/order"
    desk(officer).submit(path, path, id=made, reason="抽查", **fields)
    with factory.session() as session:
        row = session.scalars(select(Window)).one()
    assert (str(row.id), row.opens_at) == (made, opens)
    assert row.grace_ends_at - row.due_at == timedelta(seconds=2)


def test_a_call_recorded_from_a_window_s_page_settles_it(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    now = factory.parts.now()
    window = factory.window(person.id, opens=now - timedelta(hours=3))
    with factory.session() as session:
        settle(session, [window], now)
    browser = desk(officer)
    assert f"/windows/{window}" in browser.page("/items")
    path = f"/people/{person.id}/contact"
    assert f"{path}?window={window}" in browser.page(f"/windows/{window}")
    browser.submit(path, path, channel="call", words="已通话", window_id=str(window))
    with factory.session() as session:
        assert session.get_one(Window, window).outcome is WindowOutcome.LATE
    assert f"/windows/{window}" not in browser.page("/items")


def test_what_is_due_first_stands_first_and_causes_can_be_picked(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    hint = lay_checkin(factory, person.id, FaceVerdict.SEVERAL_FACES)
    heavy = lay_checkin(factory, person.id, FaceVerdict.NO_MATCH)
    missing = lay_checkin(factory, person.id, FaceVerdict.NOT_ENROLLED)
    page = desk(officer).page("/items")
    assert page.index(str(heavy)) < page.index(str(hint))
    only = desk(officer).page("/items?cause=not_enrolled")
    assert str(missing) in only
    assert str(heavy) not in only


def test_the_district_sees_all_of_it_at_a_switch(desk: Desk, factory: Factory) -> None:
    district = factory.district()
    office = factory.office(district)
    factory.officer(office)
    checkin = lay_checkin(factory, factory.offender(office).id)
    browser = desk(factory.officer(None, Role.DISTRICT, district))
    assert str(checkin) not in browser.page("/items")
    assert str(checkin) in browser.page("/items?of=district")


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "2026-13", "x"])
def test_a_month_that_no_calendar_shows_is_answered_with_this_one(
    month: str, desk: Desk, officer: Officer, person: Offender
) -> None:
    page = desk(officer).page(f"/people/{person.id}?month={month}")
    assert person.number in page


def test_a_contact_in_the_year_one_is_asked_again(
    desk: Desk, officer: Officer, person: Offender
) -> None:
    answer = desk(officer).submit(
        f"/people/{person.id}/contact",
        "/contact",
        channel="visit",
        happened_at="0001-01-01T00:00",
        words="在家",
    )
    assert answer.status_code == 422
