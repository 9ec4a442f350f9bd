"""Taking an officer's answer: checked, written once, and applied with all the others."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError, at
from checkin_api.reviews.outcome import apply_standing, open_objection
from checkin_api.reviews.queries import answering_role, read_sheet
from checkin_api.reviews.sheet import Sheet
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.pictures import promise_pictures
from storage.records import CheckIn, IdentityAnswer, Objection, Review, Role
from verifier.verdicts.review_cases import case_of
from verifier.verdicts.reviews import ON_OBJECTION, Standing, standing

A_MOMENT = timedelta(microseconds=1)
LONGEST_REASON = 2000


@dataclass(frozen=True)
class AnswerGiven:
    """What an officer sent about one check-in."""

    offender_id: UUID
    checkin_id: UUID
    identity: IdentityAnswer | None
    place_accepted: bool | None
    reason: str


class Taken(StrEnum):
    """What became of an answer."""

    RECORDED = "recorded"
    ANSWERED_BEFORE = "answered_before"  # by the same officer: a double click changes nothing
    NOT_AWAITED = "not_awaited"  # somebody else has decided in the meantime


@dataclass(frozen=True)
class Reviewer:
    """Who answers, and as what."""

    officer_id: UUID
    role: Role


def read_checkin(parts: Parts, caller: OfficerCaller, offender_id: UUID, checkin_id: UUID) -> Sheet:
    """Give all that an officer sees of one check-in; raises RefusedError(not_found).

    Photos of a settled check-in have no picture until somebody looks: it is asked for here.
    """
    with transaction(parts.sessions, caller.scope) as session:
        sheet = read_sheet(session, caller, offender_id, checkin_id, parts.now())
        rings = {
            queue
            for owner, lacking in _lacking_pictures(sheet)
            for queue in promise_pictures(session, owner, lacking)
        }
    for queue in rings:
        parts.bell.ring(queue)
    return sheet


def _lacking_pictures(sheet: Sheet) -> Iterator[tuple[UUID, UUID]]:
    """Gives whose check-ins have photos on this page without a picture: this one, and the twin."""
    if any(photo.rendition_id is None for photo in sheet.photos):
        yield sheet.person.id, sheet.id
    twin = sheet.twin
    if twin is None or twin.checkin_id is None or twin.picture is None:
        return
    if twin.picture.rendition_id is None:
        yield (twin.person or sheet.person).id, twin.checkin_id


def answer_checkin(parts: Parts, caller: OfficerCaller, given: AnswerGiven) -> Taken:
    """Take an answer; the same officer's second one changes nothing.

    Raises RefusedError: not_found, or invalid_content for an answer that is incomplete.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, given.offender_id, Action.REVIEW)
        checkin = _locked(session, given)
        case = case_of(session, checkin)
        if any(one.officer_id == caller.officer_id for one in case.answers):
            return Taken.ANSWERED_BEFORE
        role = answering_role(session, caller, checkin, case)
        if role is None:
            return Taken.NOT_AWAITED
        objection = open_objection(session, checkin)
        said = _as_asked(given, standing(case), objection)
        _write(session, Reviewer(caller.officer_id, role), said, objection, now)
        apply_standing(session, checkin, standing(case_of(session, checkin)), objection, now)
    return Taken.RECORDED


def _locked(session: Session, given: AnswerGiven) -> CheckIn:
    key = (given.offender_id, given.checkin_id)
    # Not the key: windows name check-ins and check-ins windows, and full locks would deadlock.
    checkin = session.get(CheckIn, key, with_for_update={"key_share": True})
    if checkin is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return checkin


def _as_asked(given: AnswerGiven, asked: Standing, objection: Objection | None) -> AnswerGiven:
    """Give the answers to what was asked; raises RefusedError(invalid_content) if one lacks."""
    said = replace(
        given,
        identity=given.identity if asked.asks_identity else None,
        place_accepted=given.place_accepted if asked.asks_place else None,
        reason=given.reason.strip(),
    )
    # Of a check-in that somebody else made, nobody has to judge the place.
    needs_place = asked.asks_place and said.identity in {None, IdentityAnswer.YES}
    if not 0 < len(said.reason) <= LONGEST_REASON:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/reason", "missing"))
    if asked.asks_identity and said.identity is None:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/identity", "missing"))
    if objection is not None and said.identity not in ON_OBJECTION:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/identity", "yes_or_no"))
    if needs_place and said.place_accepted is None:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/place_accepted", "missing"))
    return said


def _write(
    session: Session,
    reviewer: Reviewer,
    said: AnswerGiven,
    objection: Objection | None,
    now: datetime,
) -> None:
    session.add(
        Review(
            offender_id=said.offender_id,
            checkin_id=said.checkin_id,
            officer_id=reviewer.officer_id,
            officer_role=str(reviewer.role),
            objection_id=objection.id if objection else None,
            identity=said.identity,
            place_accepted=said.place_accepted,
            reason=said.reason,
            answered_at=_after_the_last(session, said, now),
        )
    )
    audit.record(
        session,
        "checkin_reviewed",
        now,
        offender_id=said.offender_id,
        subject=said.checkin_id,
        identity=said.identity,
        place_accepted=said.place_accepted,
    )
    session.flush()


def _after_the_last(session: Session, given: AnswerGiven, now: datetime) -> datetime:
    """Keep answers in the order they were given, whatever the clocks of several servers say."""
    last = session.scalar(
        select(func.max(Review.answered_at)).where(
            Review.offender_id == given.offender_id, Review.checkin_id == given.checkin_id
        )
    )
    return now if last is None else max(now, last + A_MOMENT)
