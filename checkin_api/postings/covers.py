"""Standing in for somebody on given days (代班): set by head or district, ends by itself."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.postings.queries import (
    PostingSeen,
    StandIn,
    posting_to_cover,
    stand_ins,
)
from checkin_api.postings.service import wait_for_turn
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Posting
from verifier.local_time import local_date

LONGEST = timedelta(days=90)
FURTHEST_AHEAD = timedelta(days=365)


@dataclass(frozen=True)
class CoverWanted:
    """Who stands in for whose posting, from the first to the last day; the id the form made."""

    id: UUID
    posting_id: UUID
    officer_id: UUID
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Choice:
    """What the form for a cover offers."""

    posting: PostingSeen
    stand_ins: tuple[StandIn, ...]


def read_choice(parts: Parts, caller: OfficerCaller, posting_id: UUID) -> Choice:
    """Give who could stand in for a posting; raises RefusedError(not_found)."""
    with transaction(parts.sessions, caller.scope) as session:
        seen, posting = _posting(session, caller, posting_id)
        return Choice(seen, tuple(stand_ins(session, caller, posting)))


def set_cover(parts: Parts, caller: OfficerCaller, wanted: CoverWanted) -> None:
    """Post somebody in another's place for some days, confirmed by who sets it.

    The same form again changes nothing. Raises RefusedError: not_found for a posting the caller
    does not lead, invalid_content for the caller himself, for who may not stand in, for the days.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        wait_for_turn(session)
        if session.get(Posting, wanted.id) is not None:
            return
        _, covered = _posting(session, caller, wanted.posting_id)
        _require_days(wanted, local_date(now))
        _require_stand_in(session, caller, wanted, covered)
        cover = _cover(caller, wanted, covered, now)
        session.add(cover)
        session.flush()
        audit.record(
            session,
            "cover_set",
            now,
            subject=cover.id,
            officer=str(cover.officer_id),
            covers=str(cover.covers_id),
            role=cover.role,
            place=str(cover.office_id),
            starts_on=cover.starts_on.isoformat(),
            ends_on=wanted.ends_on.isoformat(),
        )


def _cover(caller: OfficerCaller, wanted: CoverWanted, covered: Posting, now: datetime) -> Posting:
    return Posting(
        id=wanted.id,
        officer_id=wanted.officer_id,
        role=covered.role,
        office_id=covered.office_id,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        covers_id=covered.officer_id,
        created_by=caller.scope.actor,
        created_at=now,
        confirmed_by=caller.scope.actor,
        confirmed_at=now,
    )


def _posting(
    session: Session, caller: OfficerCaller, posting_id: UUID
) -> tuple[PostingSeen, Posting]:
    seen = posting_to_cover(session, caller, posting_id)
    if seen is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return seen, session.get_one(Posting, posting_id)


def _require_days(wanted: CoverWanted, today: date) -> None:
    in_order = today <= wanted.starts_on <= wanted.ends_on
    short = wanted.ends_on - wanted.starts_on < LONGEST
    if not (in_order and short and wanted.starts_on - today <= FURTHEST_AHEAD):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("cover", "days"))


def _require_stand_in(
    session: Session, caller: OfficerCaller, wanted: CoverWanted, covered: Posting
) -> None:
    if wanted.officer_id in {caller.officer_id, covered.officer_id}:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("cover", "oneself"))
    if wanted.officer_id not in {one.officer_id for one in stand_ins(session, caller, covered)}:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("cover", "officer"))
