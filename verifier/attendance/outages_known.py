"""Which outages count for which window, and settling again what one that came to light excuses."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mobile_contract.codes import WindowOutcome
from storage.records import Offender, Office, Outage, Window
from verifier.attendance.facts import OutageSpan
from verifier.rules.in_force import districts_of

# What stands below `excused_system` once a window is over; the rest is as good or better.
WORSE = (
    WindowOutcome.NOT_CONFIRMED,
    WindowOutcome.NOT_RECEIVED,
    WindowOutcome.MISSED,
    WindowOutcome.MISSED_CONFIRMED,
)


def outages_over(session: Session, rows: Sequence[Window]) -> dict[UUID, tuple[OutageSpan, ...]]:
    """Returns, for each window, the outages that may excuse it; two queries, however many."""
    if not rows:
        return {}
    outages = session.scalars(
        select(Outage).where(
            Outage.ends_at >= min(row.opens_at for row in rows),
            Outage.starts_at <= max(row.grace_ends_at for row in rows),
        )
    ).all()
    of_districts = any(outage.district_id is not None for outage in outages)
    people = {row.offender_id for row in rows}
    districts = districts_of(session, people) if of_districts else {}
    return {
        row.id: tuple(
            OutageSpan(one.starts_at, one.ends_at)
            for one in outages
            if counts(one, districts.get(row.offender_id), row.grace_ends_at)
        )
        for row in rows
    }


def counts(outage: Outage, district_id: UUID | None, grace_ends_at: datetime) -> bool:
    """Tells whether an outage counts for a window of a district that ended then.

    One that was withdrawn keeps counting for the windows that were over by then: nobody who was
    excused is called missed afterwards.
    """
    if outage.withdrawn_at is not None and grace_ends_at > outage.withdrawn_at:
        return False
    return outage.district_id is None or outage.district_id == district_id


def to_settle(session: Session, outage: Outage, now: datetime, most: int) -> list[UUID]:
    """Returns the next windows that an outage may still excuse, in the order of their ids."""
    wanted = (
        select(Window.id)
        .join(Offender, Offender.id == Window.offender_id)
        .join(Office, Office.id == Offender.office_id)
        .where(
            Window.outcome.in_(WORSE),
            Window.grace_ends_at >= outage.starts_at,
            Window.grace_ends_at < now,
            Window.opens_at <= outage.ends_at,
        )
        .order_by(Window.id)
        .limit(most)
    )
    if outage.district_id is not None:
        wanted = wanted.where(Office.district_id == outage.district_id)
    if outage.settled_to is not None:
        wanted = wanted.where(Window.id > outage.settled_to)
    return list(session.scalars(wanted))
