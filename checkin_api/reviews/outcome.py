"""Applies what all answers to one check-in come to: state, place, objection, items, notices."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState, NoticeKind, ObjectionState
from storage import audit
from storage.records import Cause, CheckIn, Objection, Review
from verifier.attendance.settle import settle
from verifier.items import Matter, open_matter, settle_matter
from verifier.notices import tell
from verifier.verdicts.closing import supersede_retaken
from verifier.verdicts.reviews import Standing

TOLD = {
    CheckInState.CONFIRMED: NoticeKind.CHECKIN_CONFIRMED,
    CheckInState.NOT_CONFIRMED: NoticeKind.CHECKIN_NOT_CONFIRMED,
    CheckInState.NOT_DECIDED: NoticeKind.CHECKIN_NOT_DECIDED,
}
OTHER_CAUSES = frozenset(Cause) - {Cause.CHECKIN}


def open_objection(session: Session, checkin: CheckIn) -> Objection | None:
    """Give the objection that waits for an answer, locked."""
    return session.scalars(
        select(Objection)
        .where(
            Objection.offender_id == checkin.offender_id,
            Objection.checkin_id == checkin.id,
            Objection.state == ObjectionState.OPEN,
        )
        .with_for_update()
    ).first()


def apply_standing(
    session: Session,
    checkin: CheckIn,
    reached: Standing,
    objection: Objection | None,
    now: datetime,
) -> None:
    """Write what the answers come to; changes nothing where they do not decide anything yet."""
    matter = Matter(checkin.offender_id, checkin_id=checkin.id)
    if objection is not None and reached.state is not None:
        _answer_objection(session, objection, reached.state, now)
        tell(session, matter, NoticeKind.OBJECTION_DECIDED, now)
    if reached.state is not None and checkin.state is CheckInState.IN_REVIEW:
        _decide(session, checkin, reached.state, now)
        if objection is None:
            tell(session, matter, TOLD[reached.state], now)
    _decide_place(session, checkin, reached, now)
    _end_waiting(session, checkin, reached, now)
    if checkin.window_id is not None:
        session.flush()
        settle(session, [checkin.window_id], now)


def _decide(session: Session, checkin: CheckIn, state: CheckInState, now: datetime) -> None:
    checkin.move(state, now)
    audit.record(
        session,
        "checkin_decided",
        now,
        offender_id=checkin.offender_id,
        subject=checkin.id,
        state=str(state),
    )
    if state is CheckInState.CONFIRMED:
        session.flush()
        supersede_retaken(session, [checkin], now)


def _decide_place(session: Session, checkin: CheckIn, reached: Standing, now: datetime) -> None:
    """Record the place as a fact of its own, and tell the person what goes against them."""
    if reached.place_accepted is None or reached.place_accepted is checkin.place_accepted:
        return
    checkin.place_accepted = reached.place_accepted
    audit.record(
        session,
        "place_decided",
        now,
        offender_id=checkin.offender_id,
        subject=checkin.id,
        accepted=reached.place_accepted,
    )
    if not reached.place_accepted and reached.state is CheckInState.CONFIRMED:
        matter = Matter(checkin.offender_id, checkin_id=checkin.id)
        tell(session, matter, NoticeKind.PLACE_NOT_ACCEPTED, now)


def _end_waiting(session: Session, checkin: CheckIn, reached: Standing, now: datetime) -> None:
    matter = Matter(checkin.offender_id, checkin_id=checkin.id)
    if not reached.is_open:
        settle_matter(session, matter, now)
    elif reached.state is not None:
        settle_matter(session, matter, now, OTHER_CAUSES)
        open_matter(session, matter, Cause.CHECKIN, now)


def _answer_objection(
    session: Session, objection: Objection, state: CheckInState, now: datetime
) -> None:
    """Close an objection with the words of the review that decided it."""
    accepted = state is CheckInState.CONFIRMED
    objection.state = ObjectionState.ACCEPTED if accepted else ObjectionState.NOT_ACCEPTED
    objection.decided_at = now
    objection.answer = session.scalars(
        select(Review.reason).where(Review.objection_id == objection.id)
    ).one()
    audit.record(
        session,
        "objection_decided",
        now,
        offender_id=objection.offender_id,
        subject=objection.checkin_id,
        state=str(objection.state),
    )
