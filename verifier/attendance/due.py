"""Which windows time alone has changed: grace or upload is over, and nothing came."""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from mobile_contract.codes import WindowOutcome
from storage.records import Window
from verifier.attendance.settle import settle
from verifier.outages import could_receive

MOST_AT_ONCE = 200


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
