"""Who is signed in, as the head of every page shows it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from checkin_api.access.callers import WEIGHTIEST_FIRST, OfficerCaller, Post
from storage.records import District, Office, Officer, Role


@dataclass(frozen=True)
class PostSeen:
    """One posting in words."""

    role: Role
    place: str  # office or district, empty for roles of neither


@dataclass(frozen=True)
class Account:
    """The signed-in account in words; the weightiest posting first, none while unconfirmed."""

    login: str
    name: str
    posts: tuple[PostSeen, ...]


def account(session: Session, caller: OfficerCaller) -> Account:
    """Give the caller's own account."""
    officer = session.get_one(Officer, caller.officer_id)
    posts = sorted(caller.posts, key=lambda post: WEIGHTIEST_FIRST.index(post.role))
    return Account(
        officer.login,
        officer.name,
        tuple(PostSeen(post.role, _place(session, post)) for post in posts),
    )


def _place(session: Session, post: Post) -> str:
    if post.office_id is not None:
        return session.get_one(Office, post.office_id).name
    if post.district_id is not None:
        return session.get_one(District, post.district_id).name
    return ""
