"""Which accounts somebody may reset, and which resets wait for a second person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from checkin_api.access.callers import OfficerCaller, Post
from checkin_api.access.officers import posting_in_force
from checkin_api.access.permissions import Action, Who, Whose, allowed
from storage.records import AccountReset, Office, Officer, Posting


@dataclass(frozen=True)
class ResetWaiting:
    """One reset that a second person may confirm."""

    id: UUID
    login: str
    name: str
    reason: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    asked_by_caller: bool
    of_caller: bool


def waiting(session: Session, caller: OfficerCaller) -> list[ResetWaiting]:
    """Give the open resets of the accounts in reach, the oldest first."""
    asker = aliased(Officer)
    rows = session.execute(
        select(AccountReset, Officer.login, Officer.name, asker.name)
        .join(Officer, Officer.id == AccountReset.officer_id)
        .join(asker, asker.id == AccountReset.asked_by)
        .where(is_open(caller.asked_at), accounts_in_reach(caller))
        .order_by(AccountReset.asked_at)
    )
    return [
        ResetWaiting(
            row.id,
            login,
            name,
            row.reason,
            asked_by,
            row.asked_at,
            row.expires_at,
            row.asked_by == caller.officer_id,
            row.officer_id == caller.officer_id,
        )
        for row, login, name, asked_by in rows
    ]


def is_open(now: datetime) -> ColumnElement[bool]:
    """Give the condition on resets that can be confirmed."""
    return and_(
        AccountReset.confirmed_at.is_(None),
        AccountReset.ended_at.is_(None),
        AccountReset.expires_at > now,
    )


def accounts_in_reach(caller: OfficerCaller) -> ColumnElement[bool]:
    """Give the condition on accounts that the caller may reset.

    A head or a district reaches an account whose postings all lie within theirs: nobody resets
    somebody who also works above or beside them.
    """
    now = caller.asked_at
    ways = [_within(post, now) for post in caller.posts]
    return and_(Officer.disabled_at.is_(None), or_(false(), *ways))


def _within(post: Post, now: datetime) -> ColumnElement[bool]:
    match allowed(Who(post.role.value), Action.RESET_ACCOUNT):
        case Whose.OFFICE:
            return _posted_only(Posting.office_id == post.office_id, now)
        case Whose.DISTRICT:
            offices = select(Office.id).where(Office.district_id == post.district_id)
            here = or_(Posting.district_id == post.district_id, Posting.office_id.in_(offices))
            return _posted_only(here, now)
        case Whose.CITY:
            return true()
        case _:
            return false()


def _posted_only(here: ColumnElement[bool], now: datetime) -> ColumnElement[bool]:
    posted = (
        select(Posting.id)
        .where(Posting.officer_id == Officer.id, posting_in_force(now))
        .correlate(Officer)
    )
    return and_(
        posted.where(here).exists(),
        # Without "is true", a posting of neither place makes NULL and would be overlooked.
        ~posted.where(here.is_not(true())).exists(),
    )
