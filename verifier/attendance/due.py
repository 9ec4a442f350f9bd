"""Which windows time alone has changed: grace or upload is over, and nothing came."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from mobile_contract.codes import WindowOutcome
from storage.records import Outage, Window
from verifier.attendance.outages_known import to_settle
from verifier.attendance.settle import settle
from verifier.outages import could_receive

MOST_AT_ONCE = 200
# What settles windows without knowing of a new outage yet has ended by then (a duty takes 2 s).
OTHERS_END = timedelta(seconds=5)


def settle_due(session: Session, now: datetime) -> int:
    """Settles the windows whose hour has come, the oldest first; returns how many were looked at.

    At most MOST_AT_ONCE. Settles none while nobody could report.
    """
    if not could_receive(session, now):
        return 0
    ids = session.scalars(
        select(Window.id)
        .where(
            or_(
                and_(Window.outcome == WindowOutcome.AWAITED, Window.grace_ends_at < now),
                and_(Window.outcome == WindowOutcome.NOT_RECEIVED, Window.upload_until < now),
            )
        )
        .order_by(Window.grace_ends_at)
        .limit(MOST_AT_ONCE)
    ).all()
    settle(session, ids, now)
    return len(ids)


def settle_outages(session: Session, now: datetime) -> int:
    """Settles again what an outage excuses that was declared, or found, after the window was over.

    At most MOST_AT_ONCE windows of one outage; returns how many were looked at. A window that is
    not over yet counts the outage when its own hour comes.
    """
    outage = session.scalars(
        select(Outage)
        .where(
            Outage.settled_at.is_(None),
            or_(Outage.declared_at.is_(None), Outage.declared_at < now - OTHERS_END),
        )
        .order_by(Outage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if outage is None:
        return 0
    ids = to_settle(session, outage, now, MOST_AT_ONCE)
    settle(session, ids, now)
    if len(ids) == MOST_AT_ONCE:
        outage.settled_to = ids[-1]
    else:
        outage.settled_at = now
    return len(ids)
