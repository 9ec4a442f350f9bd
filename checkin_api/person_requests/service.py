"""Asking once for a thing, and answering it once; an answer by itself changes no duty."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from checkin_api.access.callers import OffenderCaller, OfficerCaller
from checkin_api.access.jurisdiction import in_reach, offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import NoticeKind, ProblemCode, RequestKind
from mobile_contract.requests import RequestBody, RequestList, RequestTold
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Offender, Office, PersonRequest
from verifier.notices import tell_of_act

LONGEST_ANSWER = 500
MOST_LISTED = 500
MOST_TOLD = 50


@dataclass(frozen=True)
class RequestSeen:
    """One open request on an officer's page."""

    id: UUID
    offender_id: UUID
    number: str
    name: str
    office: str
    kind: RequestKind
    words: str
    asked_at: datetime


@dataclass(frozen=True)
class AnswerGiven:
    """What an officer answers one request."""

    offender_id: UUID
    request_id: UUID
    words: str


def ask(parts: Parts, caller: OffenderCaller, body: RequestBody) -> RequestTold:
    """Take a request; the same again changes nothing.

    Raises RefusedError: content_differs for other content under the id, not_open where one of the
    kind waits for its answer.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        made = session.scalar(
            insert(PersonRequest)
            .values(
                offender_id=caller.offender_id,
                id=body.id,
                kind=body.kind,
                words=body.words,
                asked_at=now,
            )
            .on_conflict_do_nothing()
            .returning(PersonRequest.id)
        )
        row = session.get(PersonRequest, (caller.offender_id, body.id))
        if row is None:
            raise RefusedError(ProblemCode.NOT_OPEN)
        if (row.kind, row.words) != (body.kind, body.words):
            raise RefusedError(ProblemCode.CONTENT_DIFFERS, at("/words", "differs"))
        if made is not None:
            person = caller.offender_id
            audit.record(session, "request_made", now, offender_id=person, subject=body.id)
        return _told(row)


def own_requests(parts: Parts, caller: OffenderCaller) -> RequestList:
    """Give what the person asked for, the newest first."""
    with transaction(parts.sessions, caller.scope) as session:
        rows = session.scalars(
            select(PersonRequest)
            .where(PersonRequest.offender_id == caller.offender_id)
            .order_by(PersonRequest.asked_at.desc())
            .limit(MOST_TOLD)
        )
        return RequestList(requests=tuple(_told(row) for row in rows))


def open_requests(
    parts: Parts, caller: OfficerCaller, offender_id: UUID | None = None
) -> list[RequestSeen]:
    """Give the requests that wait for an answer, of all people in reach or of one."""
    action = Action.COLLECT_PHOTOS if offender_id is None else Action.SEE_PERSON
    with transaction(parts.sessions, caller.scope) as session:
        wanted = (
            select(PersonRequest, Offender.number, Offender.name, Office.name)
            .join(Offender, Offender.id == PersonRequest.offender_id)
            .join(Office, Office.id == Offender.office_id)
            .where(PersonRequest.answered_at.is_(None), in_reach(caller, action))
        )
        if offender_id is not None:
            wanted = wanted.where(PersonRequest.offender_id == offender_id)
        rows = session.execute(wanted.order_by(PersonRequest.asked_at).limit(MOST_LISTED))
        return [
            RequestSeen(
                row.id, row.offender_id, number, name, office, row.kind, row.words, row.asked_at
            )
            for row, number, name, office in rows
        ]


def answer(parts: Parts, caller: OfficerCaller, given: AnswerGiven) -> None:
    """Answer a request; the first answer stands, and the person is told that there is one.

    Raises RefusedError: not_found, invalid_content.
    """
    now, words = parts.now(), given.words.strip()
    if not 0 < len(words) <= LONGEST_ANSWER:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/answer", "missing"))
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, given.offender_id, Action.ANSWER_REQUEST)
        row = session.get(
            PersonRequest, (given.offender_id, given.request_id), with_for_update=True
        )
        if row is None:
            raise RefusedError(ProblemCode.NOT_FOUND)
        if row.answered_at is None:
            _answered(session, row, caller, words, now)


def _answered(
    session: Session, row: PersonRequest, caller: OfficerCaller, words: str, now: datetime
) -> None:
    row.answered_at, row.answered_by, row.answer = now, caller.officer_id, words
    person = row.offender_id
    tell_of_act(session, person, NoticeKind.REQUEST_ANSWERED, now)
    audit.record(session, "request_answered", now, offender_id=person, subject=row.id)


def _told(row: PersonRequest) -> RequestTold:
    return RequestTold(
        id=row.id,
        kind=row.kind,
        words=row.words,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        answer=row.answer,
    )
