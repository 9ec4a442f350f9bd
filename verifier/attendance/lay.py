"""Lays the windows that reporting plans mean, a few days ahead."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mobile_contract.codes import WindowOutcome
from storage.records import Offender, Office, ReportingPlan, SupervisionPeriod, Window
from verifier.attendance.plans import DailyPlan
from verifier.attendance.supervision import due_between
from verifier.local_time import SHANGHAI, local_date
from verifier.rules.in_force import in_force

log = logging.getLogger(__name__)

DAYS_AHEAD = 3
MOST_AT_ONCE = 500

Planned = tuple[ReportingPlan, UUID]


def lay_windows(session: Session, now: datetime) -> int:
    """Lays what is missing from today on, the nearest day first; returns how many were laid.

    Idempotent; at most MOST_AT_ONCE, so more may be missing. Nothing is laid outside a
    supervision period or in a pause, nor for today once it could no longer be reported in time.
    """
    today = local_date(now)
    for ahead in range(DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        not_before = now.astimezone(SHANGHAI).time() if ahead == 0 else time.min
        planned = _without_window(session, day, not_before)
        if laid := _lay(session, planned, day, now):
            return laid
    return 0


def _without_window(session: Session, day: date, not_before: time) -> list[Planned]:
    rows = session.execute(
        select(ReportingPlan, Office.district_id)
        .join(Offender, Offender.id == ReportingPlan.offender_id)
        .join(Office, Office.id == Offender.office_id)
        .where(
            ReportingPlan.starts_on <= day,
            or_(ReportingPlan.ended_on.is_(None), ReportingPlan.ended_on > day),
            # A plan whose day runs past midnight is due tomorrow.
            or_(ReportingPlan.due > not_before, ReportingPlan.due <= ReportingPlan.opens),
            due_between(
                ReportingPlan.offender_id,
                literal(day),
                _last_day(day),
                SupervisionPeriod.end_decided_at.is_(None),
            ),
            ~select(Window.id)
            .where(Window.plan_id == ReportingPlan.id, Window.planned_for == day)
            .exists(),
        )
        .order_by(ReportingPlan.id)
        .limit(MOST_AT_ONCE)
    )
    return [(plan, district) for plan, district in rows]


def _last_day(day: date) -> ColumnElement[date]:
    """Gives the last day that a plan's window touches: the next, where it ends past midnight."""
    ends_tomorrow = and_(
        ReportingPlan.grace_ends <= ReportingPlan.opens, ReportingPlan.grace_ends > time.min
    )
    return case((ends_tomorrow, literal(day + timedelta(days=1))), else_=literal(day))


def _lay(session: Session, planned: list[Planned], day: date, now: datetime) -> int:
    values = list(_values(session, planned, day, now))
    if not values:
        return 0
    laid = session.scalars(
        insert(Window)
        .on_conflict_do_nothing(index_elements=["plan_id", "planned_for"])
        .returning(Window.id),
        values,
    )
    return len(laid.all())


def _values(
    session: Session, planned: list[Planned], day: date, now: datetime
) -> Iterator[dict[str, object]]:
    hours = {
        district: in_force(session, district, now).upload_hours
        for district in {district for _, district in planned}
    }
    for plan, district in planned:
        try:
            times = DailyPlan(plan.opens, plan.due, plan.grace_ends).on(day, hours[district])
        except ValueError:
            # One impossible plan must not keep the others from being laid.
            log.error("plan_impossible", extra={"plan": plan.id})  # noqa: TRY400 - the event says all
            continue
        yield {
            "offender_id": plan.offender_id,
            "plan_id": plan.id,
            "planned_for": day,
            "opens_at": times.opens,
            "due_at": times.due,
            "grace_ends_at": times.grace_ends,
            "upload_until": times.upload_until,
            "outcome": WindowOutcome.AWAITED,
            "outcome_since": now,
        }
