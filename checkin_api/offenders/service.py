"""Reading people, and setting from where and when a person reports."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.offenders.person import PeopleAsked, PersonListed, PersonSheet, Shown
from checkin_api.offenders.queries import month_of, people_in_reach, read_sheet
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import Datum, ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Fence, Offender, PlanKind, ReportingPlan, Window
from verifier.attendance.plans import DailyPlan
from verifier.local_time import local_date
from verifier.place.datum import to_wgs84
from verifier.place.fences import LARGEST_RADIUS_M, SMALLEST_RADIUS_M, CircularFence
from verifier.rules.in_force import in_force_for


@dataclass(frozen=True)
class FenceWanted:
    """The circle a person is to report from; the datum is named, never guessed."""

    offender_id: UUID
    latitude: float
    longitude: float
    datum: Datum
    radius_m: float


@dataclass(frozen=True)
class PlanWanted:
    """One window a day; times of day in Asia/Shanghai; whether it asks for movement."""

    offender_id: UUID
    opens: time
    due: time
    grace_ends: time
    movement: bool = False


def read_people(parts: Parts, caller: OfficerCaller, asked: PeopleAsked) -> list[PersonListed]:
    """Give the people the caller reaches."""
    with transaction(parts.sessions, caller.scope) as session:
        return people_in_reach(session, caller, asked, local_date(parts.now()))


def read_person(
    parts: Parts, caller: OfficerCaller, offender_id: UUID, day: date | None = None
) -> PersonSheet:
    """Give one person in the month of a day, or in this one; raises RefusedError(not_found)."""
    today = local_date(parts.now())
    with transaction(parts.sessions, caller.scope) as session:
        return read_sheet(session, caller, offender_id, Shown(month_of(day or today), today))


def set_fence(parts: Parts, caller: OfficerCaller, wanted: FenceWanted) -> None:
    """Set a new fence; the old one ends and still judges what was received under it.

    The same fence again changes nothing. Raises RefusedError: not_found, invalid_content.
    """
    now = parts.now()
    _require_circle(wanted)
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, wanted.offender_id, Action.SET_DUTIES)
        _take_turns(session, wanted.offender_id)
        current = session.scalars(
            select(Fence).where(Fence.offender_id == wanted.offender_id, Fence.ended_at.is_(None))
        ).first()
        if current is not None and _is_same(current, wanted):
            return
        if current is not None:
            current.ended_at = now
            session.flush()
        row = Fence(
            offender_id=wanted.offender_id,
            latitude=wanted.latitude,
            longitude=wanted.longitude,
            datum=wanted.datum,
            radius_m=wanted.radius_m,
            created_by=caller.scope.actor,
            created_at=now,
        )
        session.add(row)
        session.flush()
        audit.record(session, "fence_set", now, offender_id=wanted.offender_id, subject=row.id)


def set_plan(parts: Parts, caller: OfficerCaller, wanted: PlanWanted) -> None:
    """Set when a person reports; windows already announced stay, the new times follow them.

    The same times again change nothing. Raises RefusedError: not_found, invalid_content for
    times that do not follow one another.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, wanted.offender_id, Action.SET_DUTIES)
        _take_turns(session, wanted.offender_id)
        rules = in_force_for(session, wanted.offender_id, now)
        _require_order(wanted, rules.upload_hours, now)
        current = _current_plan(session, wanted.offender_id)
        if current is not None and _is_same_plan(current, wanted):
            return
        starts_on = _after_announced(session, current, local_date(now))
        if current is not None:
            current.ended_on = max(current.starts_on, starts_on)
            session.flush()
        row = ReportingPlan(
            offender_id=wanted.offender_id,
            kind=PlanKind.DAILY,
            opens=wanted.opens,
            due=wanted.due,
            grace_ends=wanted.grace_ends,
            movement=wanted.movement,
            starts_on=starts_on,
            created_by=caller.scope.actor,
            created_at=now,
        )
        session.add(row)
        session.flush()
        audit.record(session, "plan_set", now, offender_id=wanted.offender_id, subject=row.id)


def _take_turns(session: Session, offender_id: UUID) -> None:
    """Let changes to one person follow one another: a lock on what stands would not do.

    Of two forms sent at once the second would wait for a row that is then no longer the current.
    """
    session.execute(
        select(Offender.id).where(Offender.id == offender_id).with_for_update(key_share=True)
    )


def _require_circle(wanted: FenceWanted) -> None:
    try:
        to_wgs84(wanted.latitude, wanted.longitude, wanted.datum)
        CircularFence(wanted.latitude, wanted.longitude, wanted.datum, wanted.radius_m)
    except ValueError:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/fence", "coordinates")) from None
    if not SMALLEST_RADIUS_M <= wanted.radius_m <= LARGEST_RADIUS_M:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/fence", "radius"))


def _is_same(row: Fence, wanted: FenceWanted) -> bool:
    return (row.latitude, row.longitude, row.datum, row.radius_m) == (
        wanted.latitude,
        wanted.longitude,
        wanted.datum,
        wanted.radius_m,
    )


def _require_order(wanted: PlanWanted, upload_hours: int, now: datetime) -> None:
    try:
        DailyPlan(wanted.opens, wanted.due, wanted.grace_ends).on(local_date(now), upload_hours)
    except ValueError:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/plan", "order")) from None


def _current_plan(session: Session, offender_id: UUID) -> ReportingPlan | None:
    return session.scalars(
        select(ReportingPlan).where(
            ReportingPlan.offender_id == offender_id, ReportingPlan.ended_on.is_(None)
        )
    ).first()


def _is_same_plan(row: ReportingPlan, wanted: PlanWanted) -> bool:
    return (row.opens, row.due, row.grace_ends, row.movement) == (
        wanted.opens,
        wanted.due,
        wanted.grace_ends,
        wanted.movement,
    )


def _after_announced(session: Session, current: ReportingPlan | None, today: date) -> date:
    """Give the first day without a window of the current plan, tomorrow at the earliest."""
    last = None
    if current is not None:
        last = session.scalar(
            select(func.max(Window.planned_for)).where(Window.plan_id == current.id)
        )
    return max(today, last or today) + timedelta(days=1)
