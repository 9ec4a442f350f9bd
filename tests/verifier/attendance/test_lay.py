"""The windows that reporting plans mean are laid ahead, once, and for nobody who is not due."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from storage.records import (
    ReportingPlan,
    SupervisionPeriod,
    Window,
)
from tests.factories import Factory
from verifier.attendance.lay import DAYS_AHEAD, lay_windows

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
TODAY = date(2026, 11, 23)


def lay(factory: Factory, now: datetime = MONDAY) -> int:
    """Lay until nothing is missing; returns how many were laid."""
    laid = 0
    while True:
        with factory.session() as session:
            batch = lay_windows(session, now)
        if not batch:
            return laid
        laid += batch


def windows(factory: Factory) -> list[Window]:
    with factory.session() as session:
        return list(session.scalars(select(Window).order_by(Window.opens_at)))


def test_a_daily_plan_gets_its_windows_for_the_days_ahead(factory: Factory) -> None:
    factory.plan(factory.offender().id)
    lay(factory)
    assert [window.planned_for for window in windows(factory)] == [
        TODAY + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)
    ]


def test_a_window_has_the_hours_of_the_plan_in_shanghai(factory: Factory) -> None:
    factory.plan(factory.offender().id)
    lay(factory)
    first = windows(factory)[0]
    assert first.opens_at == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert first.due_at == datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert first.grace_ends_at == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    assert first.upload_until == first.grace_ends_at + timedelta(hours=72)


def test_laying_again_lays_nothing(factory: Factory) -> None:
    factory.plan(factory.offender().id)
    assert lay(factory) == DAYS_AHEAD + 1
    assert lay(factory) == 0


def test_no_window_is_laid_outside_supervision(factory: Factory) -> None:
    person = factory.offender(supervised=False)
    factory.plan(person.id)
    factory.period(person.id, ends_on=TODAY + timedelta(days=1))
    lay(factory)
    assert [window.planned_for for window in windows(factory)] == [
        TODAY,
        TODAY + timedelta(days=1),
    ]


def test_a_person_whose_supervision_has_not_begun_is_not_due(factory: Factory) -> None:
    person = factory.offender(supervised=False)
    factory.plan(person.id)
    with factory.session() as session:
        session.add(
            SupervisionPeriod(
                offender_id=person.id,
                starts_on=TODAY + timedelta(days=3),
                created_at=MONDAY,
            )
        )
    lay(factory)
    assert [window.planned_for for window in windows(factory)] == [TODAY + timedelta(days=3)]


def test_a_plan_made_after_todays_hours_begins_tomorrow(factory: Factory) -> None:
    factory.plan(factory.offender().id)
    lay(factory, now=datetime(2026, 11, 23, 12, 30, tzinfo=UTC))  # 20:30, due was 20:00
    assert windows(factory)[0].planned_for == TODAY + timedelta(days=1)


def test_a_plan_past_midnight_is_laid_until_its_own_evening_is_over(factory: Factory) -> None:
    plan = factory.plan(factory.offender().id)
    with factory.session() as session:
        row = session.get_one(ReportingPlan, plan)
        row.opens, row.due, row.grace_ends = time(22), time(2), time(3)
    lay(factory, now=datetime(2026, 11, 23, 15, 0, tzinfo=UTC))  # 23:00
    assert windows(factory)[0].planned_for == TODAY
    assert windows(factory)[0].due_at == datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def test_an_ended_plan_lays_nothing_from_its_end_on(factory: Factory) -> None:
    plan = factory.plan(factory.offender().id)
    with factory.session() as session:
        session.get_one(ReportingPlan, plan).ended_on = TODAY + timedelta(days=1)
    lay(factory)
    assert [window.planned_for for window in windows(factory)] == [TODAY]


def test_an_impossible_plan_keeps_no_other_from_being_laid(factory: Factory) -> None:
    broken = factory.plan(factory.offender().id)
    factory.plan(factory.offender().id)
    with factory.session() as session:
        row = session.get_one(ReportingPlan, broken)
        row.opens, row.due, row.grace_ends = time(8), time(20), time(19)
    lay(factory)
    assert len([one for one in windows(factory) if one.plan_id != broken]) == DAYS_AHEAD + 1
