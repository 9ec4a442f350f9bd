"""What a person's supervision begins with, whoever lays it: the period, and when to report."""

from datetime import date, timedelta
from uuid import UUID

from checkin_api.admin.acts import Act
from storage.records import PlanKind, ReportingPlan, SupervisionPeriod
from verifier.attendance.plans import DailyPlan
from verifier.local_time import local_date
from verifier.rules.in_force import in_force


def first_period(
    act: Act, person_id: UUID, starts: date | None, ends: date | None = None
) -> SupervisionPeriod:
    """Give a period from a day on, today where none is named."""
    return SupervisionPeriod(
        offender_id=person_id,
        starts_on=starts or local_date(act.now),
        ends_on=ends,
        created_at=act.now,
    )


def first_plan(act: Act, person_id: UUID, times: DailyPlan, starts: date) -> ReportingPlan:
    """Give a daily plan from a day on."""
    return ReportingPlan(
        offender_id=person_id,
        kind=PlanKind.DAILY,
        opens=times.opens,
        due=times.due,
        grace_ends=times.grace_ends,
        starts_on=starts,
        created_by=act.session.info["scope"].actor,
        created_at=act.now,
    )


def plan_starts(act: Act, supervision_starts: date | None) -> date:
    """Give the first day with a window: today's may be nearly over before anybody has told."""
    tomorrow = local_date(act.now) + timedelta(days=1)
    return max(supervision_starts or tomorrow, tomorrow)


def default_times(act: Act, district_id: UUID | None) -> DailyPlan:
    """Give the times of day that the rules of a district name."""
    return DailyPlan.of(in_force(act.session, district_id, act.now))
