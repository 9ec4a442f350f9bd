"""An account as the gate knows it: with the postings that are in force now."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller, Post
from storage.records import Office, Officer, Posting
from verifier.local_time import local_date


def posting_in_force(now: datetime) -> ColumnElement[bool]:
    """Give the condition on postings that hold at an instant."""
    today = local_date(now)
    return and_(
        Posting.confirmed_at.is_not(None),
        Posting.ended_at.is_(None),
        Posting.starts_on <= today,
        or_(Posting.ends_on.is_(None), Posting.ends_on >= today),
    )


def officer_caller(
    session: Session, officer_id: UUID, now: datetime, sign_in_id: UUID | None = None
) -> OfficerCaller | None:
    """Give an account with its posts, read anew for each request; None for one that is closed."""
    rows = session.execute(
        select(
            Officer.id,
            Posting.role,
            Posting.office_id,
            func.coalesce(Posting.district_id, Office.district_id),
        )
        .outerjoin(Posting, and_(Posting.officer_id == Officer.id, posting_in_force(now)))
        .outerjoin(Office, Office.id == Posting.office_id)
        .where(Officer.id == officer_id, Officer.disabled_at.is_(None))
        .order_by(Posting.created_at, Posting.id)
    ).all()
    if not rows:
        return None
    posts = tuple(
        Post(role, office, district) for _, role, office, district in rows if role is not None
    )
    return OfficerCaller(officer_id, posts, now, sign_in_id)
