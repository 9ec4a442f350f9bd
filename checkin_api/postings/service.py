"""Confirming and ending postings: one act at a time, so that "first" and "last" are true."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.officers import posting_in_force
from checkin_api.postings.queries import Board, PostingSeen, board, district_of, posting_to_end
from checkin_api.postings.reach import concerns, confirmable, endable, is_last, proposed_by
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Posting
from verifier.local_time import local_date

POSTINGS_IN_TURN = 7_207_404  # advisory lock; any constant that nothing else uses


def read_board(parts: Parts, caller: OfficerCaller, words: str) -> Board:
    """Give what waits for a confirmation and who is posted, as far as the caller reads about it."""
    with transaction(parts.sessions, caller.scope) as session:
        return board(session, caller, words)


def confirm_postings(parts: Parts, caller: OfficerCaller, ids: Collection[UUID]) -> int:
    """Confirm postings, all or none; gives how many are newly in force.

    What somebody else has confirmed meanwhile stays theirs. Raises RefusedError: not_found for a
    posting the caller does not answer for, not_open for an ended one or a first that is none any
    more, invalid_content for one's own, for what one proposed, for an account not yet set up.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        wait_for_turn(session)
        wanted = _locked(session, caller, ids)
        if any(posting.ended_at is not None for posting in wanted):
            raise RefusedError(ProblemCode.NOT_OPEN)
        waiting = [posting for posting in wanted if posting.confirmed_at is None]
        for posting in waiting:
            _confirm(session, caller, posting, now)
        return len(waiting)


def end_posting(parts: Parts, caller: OfficerCaller, posting_id: UUID) -> UUID:
    """End a posting, or decline one that waits; the account loses it with its next request.

    Gives the account. Again, and nothing changes. Raises RefusedError: not_found, or
    invalid_content for the last of those without whom nobody could confirm the next. Covers end
    with what they rested on.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        wait_for_turn(session)
        posting = session.scalars(
            select(Posting).where(Posting.id == posting_id, endable(caller)).with_for_update()
        ).first()
        if posting is None:
            raise RefusedError(ProblemCode.NOT_FOUND)
        if posting.ended_at is not None:
            return posting.officer_id
        if _is(session, posting, is_last(local_date(now))):
            raise RefusedError(ProblemCode.INVALID_CONTENT, at("posting", "last"))
        _end_covers_without_ground(session, posting, now)
        _end(session, posting, now)
        return posting.officer_id


def read_posting(parts: Parts, caller: OfficerCaller, posting_id: UUID) -> PostingSeen:
    """Give a posting that the caller may end; raises RefusedError(not_found)."""
    with transaction(parts.sessions, caller.scope) as session:
        found = posting_to_end(session, caller, posting_id)
        if found is None:
            raise RefusedError(ProblemCode.NOT_FOUND)
        return found


def wait_for_turn(session: Session) -> None:
    """Let acts on postings pass one by one."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": POSTINGS_IN_TURN})


def _locked(session: Session, caller: OfficerCaller, ids: Collection[UUID]) -> list[Posting]:
    found = session.scalars(
        select(Posting)
        .where(Posting.id.in_(ids), concerns(caller))
        .order_by(Posting.id)
        .with_for_update()
    ).all()
    if len(found) != len(set(ids)):
        raise RefusedError(ProblemCode.NOT_FOUND)
    return list(found)


def _confirm(session: Session, caller: OfficerCaller, posting: Posting, now: datetime) -> None:
    if posting.officer_id == caller.officer_id or _is(session, posting, proposed_by(caller)):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("posting", "own"))
    if not _is(session, posting, confirmable(caller)):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("posting", "not_yet"))
    posting.confirmed_by, posting.confirmed_at = caller.scope.actor, now
    session.flush()  # the next one asks whether it is still the first
    _record(session, "posting_confirmed", posting, now)


def _is(session: Session, posting: Posting, condition: ColumnElement[bool]) -> bool:
    asked = select(Posting.id).where(Posting.id == posting.id, condition)
    return session.scalars(asked).first() is not None


def _end(session: Session, posting: Posting, now: datetime) -> None:
    posting.ended_by, posting.ended_at = session.info["scope"].actor, now
    session.flush()
    _record(session, "posting_ended", posting, now)


def _end_covers_without_ground(session: Session, ending: Posting, now: datetime) -> None:
    """End the covers of an account that will have no posting of its own in their district.

    Before the posting itself: afterwards the account is none of this head's any more, and row-level
    security leaves a cover at another office out of reach.
    """
    own = session.scalars(
        select(Posting).where(
            Posting.officer_id == ending.officer_id,
            Posting.id != ending.id,
            Posting.covers_id.is_(None),
            posting_in_force(now),
        )
    ).all()
    grounds = {district_of(session, posting) for posting in own}
    covers = session.scalars(
        select(Posting).where(
            Posting.officer_id == ending.officer_id,
            Posting.id != ending.id,
            Posting.covers_id.is_not(None),
            Posting.ended_at.is_(None),
        )
    ).all()
    for cover in covers:
        if district_of(session, cover) not in grounds:
            _end(session, cover, now)


def _record(session: Session, action: str, posting: Posting, now: datetime) -> None:
    place = posting.office_id or posting.district_id
    audit.record(
        session,
        action,
        now,
        subject=posting.id,
        officer=str(posting.officer_id),
        role=posting.role,
        place=None if place is None else str(place),
    )
