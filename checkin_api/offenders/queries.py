"""Reads about supervised people, each within the caller's reach."""

from datetime import date, time
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach, offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.offenders.known import KnownOf
from checkin_api.offenders.person import (
    CheckInListed,
    CompletionListed,
    FenceSeen,
    Month,
    PeopleAsked,
    PersonListed,
    PersonSheet,
    PhoneSeen,
    PlanSeen,
    Shown,
    WindowListed,
)
from mobile_contract.codes import DeviceState, WindowOutcome
from storage.records import (
    CheckIn,
    Completion,
    Device,
    Fence,
    Offender,
    Office,
    ReportingPlan,
    StudyModule,
    StudyVersion,
    SupervisionPeriod,
    Window,
)
from verifier.attendance.supervised import Days
from verifier.attendance.supervision import supervision_of
from verifier.local_time import local_instant

MOST_LISTED = 500
DECEMBER = 12


def month_of(day: date) -> Month:
    """Give the calendar month of a day."""
    first = day.replace(day=1)
    after = (
        first.replace(year=first.year + 1, month=1)
        if first.month == DECEMBER
        else first.replace(month=first.month + 1)
    )
    return Month(first, local_instant(first, time()), local_instant(after, time()))


def people_in_reach(
    session: Session, caller: OfficerCaller, asked: PeopleAsked, today: date
) -> list[PersonListed]:
    """Give the people an officer reaches, by name or number where words are given."""
    wanted = select(Offender, Office.name).join(Office, Office.id == Offender.office_id)
    wanted = wanted.where(in_reach(caller, Action.SEE_PERSON))
    if asked.words:
        wanted = wanted.where(
            or_(
                Offender.name.contains(asked.words, autoescape=True),
                Offender.number.contains(asked.words, autoescape=True),
            )
        )
    if not asked.ended_too:
        wanted = wanted.where(~_has_ended(today))
    rows = session.execute(wanted.order_by(Office.name, Offender.number).limit(MOST_LISTED)).all()
    ids = [offender.id for offender, _ in rows]
    facts = KnownOf(session, ids)
    supervision = supervision_of(session, ids)
    return [
        PersonListed(
            id=offender.id,
            number=offender.number,
            name=offender.name,
            office=office,
            enrolled=offender.id in facts.enrolled,
            has_phone=offender.id in facts.with_phone,
            waiting=facts.waiting.get(offender.id, 0),
            last_contact=facts.last_contact.get(offender.id),
            supervision=supervision[offender.id].state(today),
        )
        for offender, office in rows
    ]


def read_sheet(
    session: Session, caller: OfficerCaller, offender_id: UUID, shown: Shown
) -> PersonSheet:
    """Give one person in one month; raises RefusedError(not_found)."""
    offender = offender_in_reach(session, caller, offender_id, Action.SEE_PERSON)
    supervision = supervision_of(session, [offender_id])[offender_id]
    period, month = supervision.period(shown.today), shown.month
    facts = KnownOf(session, [offender_id])
    return PersonSheet(
        id=offender.id,
        number=offender.number,
        name=offender.name,
        office=session.get_one(Office, offender.office_id).name,
        supervised_from=period.first if period else None,
        supervised_to=period.last if period else None,
        supervision=supervision.state(shown.today),
        pause=supervision.next_pause(shown.today),
        face_exempt_reason=offender.face_exempt_reason,
        movement_exempt=_movement_exempt(offender, shown.today),
        fence=_fence(session, offender_id),
        plan=_plan(session, offender_id),
        phone=_phone(session, offender_id),
        last_contact=facts.last_contact.get(offender_id),
        windows=_windows(session, offender_id, month),
        checkins=_checkins(session, offender_id, month),
        completions=_completions(session, offender_id),
    )


def _has_ended(today: date) -> ColumnElement[bool]:
    """Give the condition that somebody was under supervision, and neither is nor will be."""
    periods = select(SupervisionPeriod.id).where(SupervisionPeriod.offender_id == Offender.id)
    not_over = or_(SupervisionPeriod.ends_on.is_(None), SupervisionPeriod.ends_on >= today)
    return and_(periods.exists(), ~periods.where(not_over).exists())


def _fence(session: Session, offender_id: UUID) -> FenceSeen | None:
    row = session.scalars(
        select(Fence).where(Fence.offender_id == offender_id, Fence.ended_at.is_(None))
    ).first()
    if row is None:
        return None
    return FenceSeen(row.latitude, row.longitude, row.datum, row.radius_m, row.created_at)


def _plan(session: Session, offender_id: UUID) -> PlanSeen | None:
    row = session.scalars(
        select(ReportingPlan).where(
            ReportingPlan.offender_id == offender_id, ReportingPlan.ended_on.is_(None)
        )
    ).first()
    if row is None:
        return None
    return PlanSeen(row.opens, row.due, row.grace_ends, row.movement, row.starts_on)


def _movement_exempt(offender: Offender, today: date) -> Days | None:
    begins, ends = offender.movement_exempt_from, offender.movement_exempt_to
    if begins is None or (ends is not None and ends < today):
        return None
    return Days(begins, ends)


def _phone(session: Session, offender_id: UUID) -> PhoneSeen | None:
    row = session.scalars(
        select(Device).where(Device.offender_id == offender_id, Device.state == DeviceState.ACTIVE)
    ).first()
    return None if row is None else PhoneSeen(row.model, row.os, row.app, row.state_since)


def _windows(session: Session, offender_id: UUID, month: Month) -> tuple[WindowListed, ...]:
    rows = session.scalars(
        select(Window)
        .where(
            Window.offender_id == offender_id,
            Window.opens_at >= month.begins,
            Window.opens_at < month.ends,
        )
        .order_by(Window.opens_at.desc(), Window.id)
    )
    return tuple(
        WindowListed(
            id=row.id,
            opens_at=row.opens_at,
            due_at=row.due_at,
            outcome=WindowOutcome(row.outcome),
            ordered=row.ordered_by is not None,
            checkin_id=row.checkin_id,
        )
        for row in rows
    )


def _checkins(session: Session, offender_id: UUID, month: Month) -> tuple[CheckInListed, ...]:
    rows = session.scalars(
        select(CheckIn)
        .where(
            CheckIn.offender_id == offender_id,
            CheckIn.received_at >= month.begins,
            CheckIn.received_at < month.ends,
        )
        .order_by(CheckIn.received_at.desc(), CheckIn.id)
    )
    return tuple(
        CheckInListed(row.id, row.channel, row.received_at, row.state, row.place_accepted)
        for row in rows
    )


def _completions(session: Session, offender_id: UUID) -> tuple[CompletionListed, ...]:
    rows = session.execute(
        select(Completion, StudyVersion, StudyModule.theme)
        .join(StudyVersion, StudyVersion.id == Completion.version_id)
        .join(StudyModule, StudyModule.id == StudyVersion.module_id)
        .where(Completion.offender_id == offender_id)
        .order_by(Completion.finished_at.desc())
        .limit(MOST_LISTED)
    )
    return tuple(
        CompletionListed(
            theme=theme,
            title_zh=version.title_zh,
            title_en=version.title_en,
            version=version.number,
            score=row.score,
            passed=row.passed,
            minutes=row.minutes,
            finished_at=row.finished_at,
        )
        for row, version, theme in rows
    )
