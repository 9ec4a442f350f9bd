"""Takes back the windows in which nobody is due any more, and gives back those not yet opened."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from mobile_contract.codes import WindowOutcome
from storage.records import Window
from verifier.attendance.settle import settle
from verifier.attendance.supervision import due_in_window
from verifier.local_time import local_instant

MOST_AT_ONCE = 200


def put_right(session: Session, now: datetime) -> int:
    """Settles the windows that no longer agree with supervision; returns how many changed.

    At most MOST_AT_ONCE. Who changes a period or a pause does this at once for that person; here
    come those that were being laid meanwhile, and those of periods that a file of people changed.
    """
    ids = session.scalars(
        select(Window.id)
        .where(
            or_(
                and_(
                    Window.outcome.in_((WindowOutcome.AWAITED, WindowOutcome.NOT_RECEIVED)),
                    ~due_in_window(),
                ),
                and_(
                    Window.outcome == WindowOutcome.WITHDRAWN,
                    Window.grace_ends_at > now,
                    Window.opens_at > now,
                    due_in_window(),
                ),
            )
        )
        .limit(MOST_AT_ONCE)
    ).all()
    return settle(session, ids, now)


def put_right_from(session: Session, offender_id: UUID, day: date, now: datetime) -> int:
    """Settles one person's windows from a day on, as supervision stands now."""
    ids = session.scalars(
        select(Window.id).where(
            Window.offender_id == offender_id,
            Window.grace_ends_at > local_instant(day, time.min),
        )
    ).all()
    return settle(session, ids, now)
