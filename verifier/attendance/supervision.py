"""Supervision as the database knows it: one person's days, and the same rule as a condition."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, or_, select
from sqlalchemy.orm import Session

from storage.records import SupervisionPause, SupervisionPeriod, Window
from verifier.attendance.supervised import A_MOMENT, Days, Period, Supervision

# An expression of PostgreSQL or a value: a day in Asia/Shanghai.
Day = SQLColumnExpression[date] | date


def supervision_of(session: Session, offender_ids: Iterable[UUID]) -> dict[UUID, Supervision]:
    """Returns the supervision of several people, in one query however many they are."""
    rows = session.execute(
        select(SupervisionPeriod, SupervisionPause)
        .outerjoin(
            SupervisionPause,
            and_(
                SupervisionPause.period_id == SupervisionPeriod.id,
                SupervisionPause.called_off_at.is_(None),
            ),
        )
        .where(SupervisionPeriod.offender_id.in_(set(offender_ids)))
        .execution_options(populate_existing=True)
    )
    periods: dict[UUID, set[Period]] = defaultdict(set)
    pauses: dict[UUID, set[Days]] = defaultdict(set)
    for period, pause in rows:
        periods[period.offender_id].add(
            Period(period.starts_on, period.ends_on, period.end_decided_at)
        )
        if pause is not None:
            pauses[period.offender_id].add(Days(pause.starts_on, pause.ends_on))
    return defaultdict(
        Supervision,
        {one: Supervision(tuple(periods[one]), tuple(pauses[one])) for one in periods},
    )


def due_between(
    person: SQLColumnExpression[UUID], first: Day, last: Day, expected: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Gives the condition that a person is under supervision on all these days, none paused.

    `expected` says of a period whether its end was not decided before. Together they say in SQL
    what Supervision.covers says of one window.
    """
    period = (
        select(SupervisionPeriod.id)
        .where(
            SupervisionPeriod.offender_id == person,
            SupervisionPeriod.starts_on <= first,
            or_(SupervisionPeriod.ends_on.is_(None), SupervisionPeriod.ends_on >= last),
            expected,
        )
        .exists()
    )
    pause = (
        select(SupervisionPause.id)
        .where(
            SupervisionPause.offender_id == person,
            SupervisionPause.called_off_at.is_(None),
            SupervisionPause.starts_on <= last,
            or_(SupervisionPause.ends_on.is_(None), SupervisionPause.ends_on >= first),
        )
        .exists()
    )
    return and_(period, ~pause)


def due_in_window() -> ColumnElement[bool]:
    """Gives the same condition for a row of windows."""
    return due_between(
        Window.offender_id,
        _local_day(Window.opens_at),
        _local_day(Window.grace_ends_at - A_MOMENT),
        or_(
            SupervisionPeriod.end_decided_at.is_(None),
            Window.grace_ends_at <= SupervisionPeriod.end_decided_at,
        ),
    )


def _local_day(instant: SQLColumnExpression[datetime]) -> ColumnElement[date]:
    return func.date(func.timezone("Asia/Shanghai", instant))
