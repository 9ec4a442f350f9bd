"""What a person reads about a check-in: states, reasons and decisions; never flags or scores."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mobile_contract.checkins import (
    CheckInStatus,
    DecisionTold,
    FileHeld,
    NextTold,
    ReasonTold,
    WindowSettled,
)
from mobile_contract.codes import (
    CheckInState,
    DecidedBy,
    NextStep,
    ObjectionState,
    ToldReason,
    WindowOutcome,
)
from mobile_contract.messages import Language, message
from mobile_contract.objections import ObjectionTold
from storage.records import (
    CheckIn,
    ItemEntry,
    Objection,
    Review,
    Role,
    Window,
)
from verifier.missing_files import declared_names, held_names, missing_names
from verifier.rules.in_force import in_force_for
from verifier.verdicts.reviews import STATE_OF

MOST_AT_ONCE = 50  # each costs some four look-ups; a phone asks again from the last it read
ANSWER_OF = {state: answer for answer, state in STATE_OF.items()}
DECIDED = frozenset(ANSWER_OF)
ASK_THE_OFFICE = frozenset({ToldReason.NOT_ENROLLED})


def status(
    session: Session, offender_id: UUID, checkin_id: UUID, now: datetime
) -> CheckInStatus | None:
    """Give where one check-in stands; None where the person has none of that id."""
    checkin = session.get(CheckIn, (offender_id, checkin_id))
    return None if checkin is None else _told(session, checkin, now)


def changed_since(
    session: Session, offender_id: UUID, since: datetime, now: datetime
) -> list[CheckInStatus]:
    """Give the check-ins whose state changed after an instant, oldest change first."""
    rows = session.scalars(
        select(CheckIn)
        .where(CheckIn.offender_id == offender_id, CheckIn.state_since > since)
        .order_by(CheckIn.state_since, CheckIn.id)
        .limit(MOST_AT_ONCE)
    )
    return [_told(session, row, now) for row in rows]


def _told(session: Session, checkin: CheckIn, now: datetime) -> CheckInStatus:
    objection = _objection(session, checkin)
    return CheckInStatus(
        id=checkin.id,
        state=checkin.state,
        since=checkin.state_since,
        captured_at=checkin.captured_at,
        received_at=checkin.received_at,
        window=_window(session, checkin),
        reasons=_reasons(checkin),
        files=_files(session, checkin),
        next=_next(session, checkin, objection, now),
        review_due_at=_review_due_at(session, checkin),
        decision=_decision(session, checkin),
        objection=objection,
    )


def _window(session: Session, checkin: CheckIn) -> WindowSettled | None:
    if checkin.window_id is None:
        return None
    row = session.get_one(Window, checkin.window_id)
    return WindowSettled(id=row.id, outcome=WindowOutcome(row.outcome))


def _reasons(checkin: CheckIn) -> tuple[ReasonTold, ...]:
    if checkin.state is not CheckInState.IN_REVIEW:
        return ()
    return tuple(
        ReasonTold(
            code=ToldReason(code),
            text_zh=message(f"reason.{code}", Language.ZH),
            text_en=message(f"reason.{code}", Language.EN),
        )
        for code in checkin.told
    )


def _files(session: Session, checkin: CheckIn) -> tuple[FileHeld, ...]:
    held = held_names(session, checkin)
    return tuple(FileHeld(name=name, held=name in held) for name in declared_names(checkin))


def _next(
    session: Session, checkin: CheckIn, objection: ObjectionTold | None, now: datetime
) -> NextTold:
    match checkin.state:
        case CheckInState.RECEIVED | CheckInState.VERIFYING:
            return _next_of_machine(session, checkin)
        case CheckInState.NOT_CONFIRMED if objection is None:
            return NextTold(step=NextStep.OBJECT)
        case CheckInState.IN_REVIEW:
            return _next_in_review(session, checkin, now)
        case _:
            return NextTold(step=NextStep.NONE)


def _next_of_machine(session: Session, checkin: CheckIn) -> NextTold:
    if not missing_names(session, checkin):
        return NextTold(step=NextStep.WAIT)
    rules = in_force_for(session, checkin.offender_id, checkin.received_at)
    until = checkin.received_at + timedelta(hours=rules.files_hours)
    return NextTold(step=NextStep.SEND_FILES, until=until)


def _next_in_review(session: Session, checkin: CheckIn, now: datetime) -> NextTold:
    if checkin.retake_until is not None and now < checkin.retake_until:
        return NextTold(step=NextStep.RETAKE, until=checkin.retake_until)
    if missing_names(session, checkin):  # late, and shown to the officer all the same
        return NextTold(step=NextStep.SEND_FILES)
    if ASK_THE_OFFICE.intersection(checkin.told):
        return NextTold(step=NextStep.CONTACT_OFFICE)
    return NextTold(step=NextStep.WAIT)


def _review_due_at(session: Session, checkin: CheckIn) -> datetime | None:
    return session.scalar(
        select(func.min(ItemEntry.due_at)).where(
            ItemEntry.offender_id == checkin.offender_id,
            ItemEntry.checkin_id == checkin.id,
            ItemEntry.settled_at.is_(None),
        )
    )


def _decision(session: Session, checkin: CheckIn) -> DecisionTold | None:
    if checkin.state not in DECIDED:
        return None
    review = _deciding_review(session, checkin)
    if review is None:
        text = message(f"decision.{checkin.state}", Language.ZH)
        return DecisionTold(at=checkin.state_since, role=DecidedBy.MACHINE, text=text)
    by_district = review.officer_role == Role.DISTRICT
    role = DecidedBy.DISTRICT if by_district else DecidedBy.OFFICER
    return DecisionTold(at=checkin.state_since, role=role, text=_words(checkin, review))


def _deciding_review(session: Session, checkin: CheckIn) -> Review | None:
    """Give the last answer that says what was decided; None where time or the machine decided.

    One officer's "no" that nobody agreed with took no effect, and its reason is told to nobody.
    """
    place_refused = checkin.state is CheckInState.CONFIRMED and checkin.place_accepted is False
    said = Review.place_accepted.is_(False) if place_refused else _identity_said(checkin)
    return session.scalars(
        select(Review)
        .where(Review.offender_id == checkin.offender_id, Review.checkin_id == checkin.id, said)
        .order_by(Review.answered_at.desc())
        .limit(1)
    ).first()


def _identity_said(checkin: CheckIn) -> ColumnElement[bool]:
    return Review.identity == ANSWER_OF[checkin.state]


def _words(checkin: CheckIn, review: Review) -> str:
    """Give the reason of an answer, unless it also speaks of a place that nobody refused."""
    if review.place_accepted is False and checkin.place_accepted is not False:
        return message(f"decision.{checkin.state}", Language.ZH)
    return review.reason


def _objection(session: Session, checkin: CheckIn) -> ObjectionTold | None:
    row = session.scalars(
        select(Objection).where(
            Objection.offender_id == checkin.offender_id, Objection.checkin_id == checkin.id
        )
    ).first()
    if row is None:
        return None
    return ObjectionTold(
        id=row.id,
        state=ObjectionState(row.state),
        made_at=row.made_at,
        words=row.words,
        due_at=row.due_at,
        decided_at=row.decided_at,
        answer=row.answer,
    )
