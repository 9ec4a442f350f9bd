"""Making an objection: once for a check-in, about a decision that went against the person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OffenderCaller
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import CheckInState, ObjectionState, ProblemCode
from mobile_contract.objections import ObjectionBody, ObjectionTold
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Cause, CheckIn, Objection
from verifier.attendance.settle import settle
from verifier.items import Matter, deadline, open_matter
from verifier.rules.in_force import in_force_for


def make_objection(
    parts: Parts, caller: OffenderCaller, checkin_id: UUID, body: ObjectionBody
) -> ObjectionTold:
    """Take an objection; the same again changes nothing. Raises RefusedError."""
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        # Windows name check-ins: a full lock would wait for whoever settles the window.
        lock = {"key_share": True}
        checkin = session.get(CheckIn, (caller.offender_id, checkin_id), with_for_update=lock)
        if checkin is None:
            raise RefusedError(ProblemCode.NOT_FOUND)
        standing = session.scalars(
            select(Objection).where(
                Objection.offender_id == caller.offender_id, Objection.checkin_id == checkin_id
            )
        ).first()
        if standing is not None:
            return _same(standing, body)
        if checkin.state is not CheckInState.NOT_CONFIRMED:
            raise RefusedError(ProblemCode.NOT_OPEN)
        if session.get(Objection, body.id) is not None:  # about another check-in
            raise RefusedError(ProblemCode.CONTENT_DIFFERS, at("/id", "differs"))
        rules = in_force_for(session, caller.offender_id, now)
        made = Objection(
            id=body.id,
            offender_id=caller.offender_id,
            checkin_id=checkin_id,
            words=body.words,
            state=ObjectionState.OPEN,
            made_at=now,
            due_at=deadline(rules, Cause.OBJECTION, now),
        )
        session.add(made)
        _reopen(session, checkin, now)
        return _told(made)


def _reopen(session: Session, checkin: CheckIn, now: datetime) -> None:
    """Let a check-in wait for somebody else's decision, and its window with it."""
    checkin.move(CheckInState.IN_REVIEW, now)
    matter = Matter(checkin.offender_id, checkin_id=checkin.id)
    open_matter(session, matter, Cause.OBJECTION, now)
    audit.record(
        session, "objection_made", now, offender_id=checkin.offender_id, subject=checkin.id
    )
    session.flush()
    if checkin.window_id is not None:
        settle(session, [checkin.window_id], now)


def _same(standing: Objection, body: ObjectionBody) -> ObjectionTold:
    if standing.id != body.id or standing.words != body.words:
        raise RefusedError(ProblemCode.CONTENT_DIFFERS, at("/words", "differs"))
    return _told(standing)


def _told(row: Objection) -> ObjectionTold:
    return ObjectionTold(
        id=row.id,
        state=ObjectionState(row.state),
        made_at=row.made_at,
        words=row.words,
        due_at=row.due_at,
        decided_at=row.decided_at,
        answer=row.answer,
    )
