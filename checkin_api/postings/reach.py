"""Which postings an account may see, confirm and end: conditions from the table of who confirms."""

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from checkin_api.access.callers import OfficerCaller, Post
from checkin_api.access.confirming import FIRST_ONLY, NEVER_NONE, confirms
from storage.database import ScopeKind
from storage.records import Office, Officer, Posting, Role
from verifier.local_time import local_date

LEADING = frozenset({Role.HEAD, Role.DISTRICT})


def concerns(caller: OfficerCaller) -> ColumnElement[bool]:
    """Give the condition on postings whose kind and place the caller answers for."""
    ways = [
        and_(Posting.role.in_(confirms(post.role)), _within(post))
        for post in caller.posts
        if confirms(post.role)
    ]
    return or_(false(), *ways)


def visible(caller: OfficerCaller) -> ColumnElement[bool]:
    """Give the condition on postings that the caller reads: an inspector's all of a district."""
    inspects = [_within(post) for post in caller.posts if post.role is Role.PROCURATOR]
    return or_(concerns(caller), *inspects)


def confirmable(caller: OfficerCaller) -> ColumnElement[bool]:
    """Give the condition on postings that the caller may confirm now.

    The account has been set up: who confirms can ask the person whether it was them.
    """
    today = local_date(caller.asked_at)
    ways = [
        and_(Posting.role == role, _within(post), _allows_first(role, post.role, today))
        for post in caller.posts
        for role in confirms(post.role)
    ]
    return and_(
        or_(false(), *ways),
        Posting.officer_id != caller.officer_id,
        ~proposed_by(caller),
        waits(),
        is_set_up(),
    )


def proposed_by(caller: OfficerCaller) -> ColumnElement[bool]:
    """Give the condition on postings that the caller proposed, here or as named at a terminal.

    Who imports a file of accounts holds their one-time codes, and would be both of two people.
    """
    at_terminal = select(func.concat(f"{ScopeKind.COMMAND}:", Officer.login)).where(
        Officer.id == caller.officer_id
    )
    return or_(
        Posting.created_by == caller.scope.actor,
        Posting.created_by == at_terminal.correlate(None).scalar_subquery(),
    )


def endable(caller: OfficerCaller) -> ColumnElement[bool]:
    """Give the condition on postings that the caller may end: who confirms, and administrators."""
    return true() if caller.has(Role.ADMINISTRATOR) else concerns(caller)


def coverable(caller: OfficerCaller) -> ColumnElement[bool]:
    """Give the condition on postings that the caller may set a cover for, never the own.

    Who leads a district and one of its offices arranges nobody for the office either.
    """
    ways = [
        and_(Posting.role.in_(confirms(post.role)), Posting.office_id.is_not(None), _within(post))
        for post in caller.posts
        if post.role in LEADING
    ]
    today = local_date(caller.asked_at)
    others = Posting.officer_id != caller.officer_id
    return and_(or_(false(), *ways), others, holds(today), Posting.covers_id.is_(None))


def waits() -> ColumnElement[bool]:
    """Give the condition on postings that wait for a confirmation."""
    return and_(
        Posting.confirmed_at.is_(None),
        Posting.ended_at.is_(None),
        is_open(),
    )


def is_open() -> ColumnElement[bool]:
    """Give the condition on postings whose account is not disabled."""
    person = aliased(Officer)
    return exists().where(person.id == Posting.officer_id, person.disabled_at.is_(None))


def is_set_up() -> ColumnElement[bool]:
    """Give the condition on postings whose account has a password."""
    person = aliased(Officer)
    return exists().where(person.id == Posting.officer_id, person.password_hash.is_not(None))


def holds(today: date) -> ColumnElement[bool]:
    """Give the condition on confirmed postings, of open accounts, in force today or later."""
    return and_(
        Posting.confirmed_at.is_not(None),
        Posting.ended_at.is_(None),
        or_(Posting.ends_on.is_(None), Posting.ends_on >= today),
        is_open(),
    )


def another_holds(role: Role, today: date) -> ColumnElement[bool]:
    """Give the condition on postings beside which another account has the same role there."""
    other, person = aliased(Posting), aliased(Officer)
    return exists().where(
        other.role == role,
        other.district_id.is_not_distinct_from(Posting.district_id),
        other.id != Posting.id,
        other.confirmed_at.is_not(None),
        other.ended_at.is_(None),
        or_(other.ends_on.is_(None), other.ends_on >= today),
        person.id == other.officer_id,
        person.id != Posting.officer_id,
        person.disabled_at.is_(None),
    )


def is_last(today: date) -> ColumnElement[bool]:
    """Give the condition on postings after whose end nobody would have the role there."""
    ways = [and_(Posting.role == role, ~another_holds(role, today)) for role in NEVER_NONE]
    return and_(holds(today), or_(false(), *ways))


def _allows_first(role: Role, confirmer: Role, today: date) -> ColumnElement[bool]:
    return ~another_holds(role, today) if (role, confirmer) in FIRST_ONLY else true()


def _within(post: Post) -> ColumnElement[bool]:
    if post.office_id is not None:
        return Posting.office_id == post.office_id
    if post.district_id is not None:
        offices = select(Office.id).where(Office.district_id == post.district_id)
        return or_(Posting.district_id == post.district_id, Posting.office_id.in_(offices))
    return true()  # the city's roles have no narrower place
