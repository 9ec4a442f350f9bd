"""The one place that applies a decision: stored evidence and present context to state and items."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mobile_contract.codes import Channel, CheckInState, NoticeKind, ToldReason
from storage import audit, work
from storage.records import (
    Cause,
    CheckIn,
    FlagKind,
    ItemEntry,
    Queue,
    RaisedFlag,
    Review,
    Window,
    WorkKind,
)
from verifier.attendance.settle import settle
from verifier.items import Matter, open_matter, settle_matter
from verifier.notices import tell
from verifier.rules.in_force import in_force_for
from verifier.verdicts.context import evidence_of
from verifier.verdicts.decide import Decision, ItemCause, Opens, Policy, decide
from verifier.verdicts.flags import MEANINGS

UNDECIDED = frozenset({CheckInState.RECEIVED, CheckInState.VERIFYING, CheckInState.IN_REVIEW})


@dataclass(frozen=True)
class Reached:
    """What a verdict left to do outside: queues to ring after the commit."""

    rings: frozenset[Queue] = frozenset()


def reach_verdict(session: Session, offender_id: UUID, checkin_id: UUID, now: datetime) -> Reached:
    """Judges a check-in by all that is known now; idempotent, never overrules an officer.

    Joins the caller's transaction and locks the check-in and its window.
    """
    checkin = session.get_one(
        CheckIn, (offender_id, checkin_id), with_for_update={"key_share": True}
    )
    rings: frozenset[Queue] = frozenset()
    if _has_reviews(session, checkin):
        _let_the_next_answer(session, checkin, now)
    elif checkin.state in UNDECIDED:
        window = session.get(Window, checkin.window_id) if checkin.window_id else None
        # The rules of its reception: one that is set later never judges it.
        rules = in_force_for(session, offender_id, checkin.received_at)
        decision = decide(evidence_of(session, checkin, window, rules, now), Policy.of(rules))
        if checkin.state is CheckInState.IN_REVIEW:
            decision = _left_to_people(decision)
        rings = _apply(session, checkin, window, decision, now)
    if checkin.window_id is not None:
        settle(session, [checkin.window_id], now)
    return Reached(rings)


def _let_the_next_answer(session: Session, checkin: CheckIn, now: datetime) -> None:
    """Puts on the officers' list what one of them answered before it stood there.

    A check-in that waits for a retake is on no list, but its page can be opened.
    """
    waits = select(ItemEntry.id).where(
        ItemEntry.offender_id == checkin.offender_id,
        ItemEntry.checkin_id == checkin.id,
        ItemEntry.settled_at.is_(None),
    )
    if checkin.state is CheckInState.IN_REVIEW and session.scalar(waits.limit(1)) is None:
        matter = Matter(checkin.offender_id, checkin_id=checkin.id)
        open_matter(session, matter, Cause.CHECKIN, now)


def _left_to_people(decision: Decision) -> Decision:
    """Returns a decision that leaves in review what is in review: only people move it on."""
    if decision.state is CheckInState.IN_REVIEW:
        return decision
    return replace(
        decision,
        state=CheckInState.IN_REVIEW,
        causes=(ItemCause(Cause.CHECKIN),),
        told=(ToldReason.OFFICER_LOOKS,),
    )


def _has_reviews(session: Session, checkin: CheckIn) -> bool:
    found = select(Review.id).where(
        Review.offender_id == checkin.offender_id, Review.checkin_id == checkin.id
    )
    return session.scalar(found.limit(1)) is not None


def _apply(
    session: Session, checkin: CheckIn, window: Window | None, decision: Decision, now: datetime
) -> frozenset[Queue]:
    before = checkin.state
    _raise_flags(session, checkin, decision, now)
    checkin.told = [str(reason) for reason in decision.told]
    if decision.state is not before:
        _through_verifying(checkin, now)
        checkin.move(decision.state, now)
        audit.record(
            session,
            "checkin_judged",
            now,
            offender_id=checkin.offender_id,
            subject=checkin.id,
            state=str(decision.state),
            rule=decision.rule,
        )
    if decision.state is CheckInState.CONFIRMED:
        _close(session, checkin, now)
        return frozenset()
    return _let_wait(session, checkin, window, decision, now)


def _through_verifying(checkin: CheckIn, now: datetime) -> None:
    if checkin.state is CheckInState.RECEIVED:
        checkin.move(CheckInState.VERIFYING, now)


def _raise_flags(session: Session, checkin: CheckIn, decision: Decision, now: datetime) -> None:
    kinds = dict.fromkeys(decision.notes, FlagKind.NOTE) | dict.fromkeys(
        decision.flags, FlagKind.FLAG
    )
    for code, kind in kinds.items():
        session.execute(
            insert(RaisedFlag)
            .values(
                offender_id=checkin.offender_id,
                checkin_id=checkin.id,
                code=code.value,
                kind=kind,
                severity=int(MEANINGS[code].severity),
                raised_at=now,
            )
            .on_conflict_do_nothing()
        )


def _close(session: Session, checkin: CheckIn, now: datetime) -> None:
    """Ends what waited for this check-in, and for the ones it retook."""
    matter = Matter(checkin.offender_id, checkin_id=checkin.id)
    settle_matter(session, matter, now)
    if checkin.channel is not Channel.PHONE:
        tell(session, matter, NoticeKind.CHECKIN_RECORDED, now)
    supersede_retaken(session, checkin, now)


def supersede_retaken(session: Session, confirmed: CheckIn, now: datetime) -> None:
    """Closes the window's check-ins that only waited for a retake, now that one is confirmed."""
    if confirmed.window_id is None:
        return
    waiting = session.scalars(
        select(CheckIn)
        .where(
            CheckIn.window_id == confirmed.window_id,
            CheckIn.id != confirmed.id,
            CheckIn.state == CheckInState.IN_REVIEW,
            CheckIn.retake_until.is_not(None),
            ~_flagged(),
        )
        .order_by(CheckIn.id)
        .with_for_update(key_share=True)
    ).all()
    for checkin in waiting:
        checkin.move(CheckInState.SUPERSEDED, now)
        settle_matter(session, Matter(checkin.offender_id, checkin_id=checkin.id), now)


def _flagged() -> Exists:
    return (
        select(RaisedFlag.code)
        .where(
            RaisedFlag.offender_id == CheckIn.offender_id,
            RaisedFlag.checkin_id == CheckIn.id,
            RaisedFlag.kind == FlagKind.FLAG,
        )
        .exists()
    )


def _let_wait(
    session: Session, checkin: CheckIn, window: Window | None, decision: Decision, now: datetime
) -> frozenset[Queue]:
    """Opens the items that are due now; for the others sets the hour at which to look again."""
    matter = Matter(checkin.offender_id, checkin_id=checkin.id)
    for cause in decision.causes:
        if cause.opens is Opens.NOW:
            open_matter(session, matter, cause.cause, now)
    if Cause.SYSTEM not in {cause.cause for cause in decision.causes}:
        settle_matter(session, matter, now, frozenset({Cause.SYSTEM}))
    if not (decision.invite_retake and window is not None):
        # A lapsed invitation stays on the row: a retake captured in time may still arrive and
        # be confirmed, and then closes this one too.
        if checkin.retake_until is not None and now < checkin.retake_until:
            checkin.retake_until = None
        tell(session, matter, NoticeKind.CHECKIN_IN_REVIEW, now)
        return frozenset()
    first_time = checkin.retake_until is None
    checkin.retake_until = window.grace_ends_at
    if not first_time:
        return frozenset()
    tell(session, matter, NoticeKind.CHECKIN_RETAKE, now)
    subject = work.Subject(checkin.id, checkin.offender_id)
    lapse = window.grace_ends_at
    return frozenset(
        {work.add(session, WorkKind.RECONSIDER_CHECKIN, subject, now, not_before=lapse)}
    )
