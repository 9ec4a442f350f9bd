"""The one place that applies a decision: stored evidence and present context to state and items."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState, NoticeKind, ToldReason
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
from verifier.items import open_matter, settle_matter
from verifier.notices import tell
from verifier.rules.in_force import rules_of
from verifier.verdicts.closing import close, matter_of
from verifier.verdicts.context import evidence_of
from verifier.verdicts.decide import Decision, ItemCause, Opens, Policy, decide
from verifier.verdicts.evidence import Evidence
from verifier.verdicts.flags import MEANINGS, FlagCode
from verifier.verdicts.these import THESE, Judged, Key, is_one, words

UNDECIDED = frozenset({CheckInState.RECEIVED, CheckInState.VERIFYING, CheckInState.IN_REVIEW})

_LOCKED = (
    select(CheckIn)
    .join(THESE, is_one())
    .order_by(CheckIn.offender_id, CheckIn.id)
    .with_for_update(of=CheckIn, key_share=True)
    .execution_options(populate_existing=True)
)
_REVIEWED = (
    select(Review.offender_id, Review.checkin_id)
    .join(THESE, is_one(Review.offender_id, Review.checkin_id))
    .distinct()
)
_WINDOWS = select(Window).where(Window.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))


@dataclass(frozen=True)
class Reached:
    """What a verdict left to do outside: queues to ring after the commit."""

    rings: frozenset[Queue] = frozenset()


def reach_verdict(session: Session, offender_id: UUID, checkin_id: UUID, now: datetime) -> Reached:
    """Judges a check-in by all that is known now; idempotent, never overrules an officer.

    Joins the caller's transaction and locks the check-in and its window.
    """
    return reach_verdicts(session, locked(session, [(offender_id, checkin_id)]), now)


def reach_verdicts(session: Session, checkins: Mapping[Key, CheckIn], now: datetime) -> Reached:
    """Judges check-ins that the caller has `locked`, in as many queries as one takes.

    Of one person not two at once: what the first comes to is known to the second.
    """
    reviewed = {(row[0], row[1]) for row in session.execute(_REVIEWED, words(checkins))}
    undecided = []
    for key, checkin in checkins.items():
        if key in reviewed:
            _let_the_next_answer(session, checkin, now)
        elif checkin.state in UNDECIDED:
            undecided.append(checkin)
    rings = _judge(session, undecided, now)
    windows = [one.window_id for one in checkins.values() if one.window_id is not None]
    if windows:
        settle(session, windows, now)
    return Reached(rings)


def locked(session: Session, keys: Collection[Key]) -> dict[Key, CheckIn]:
    """Returns check-ins as they are now, ours until the transaction ends; locked in id order."""
    rows = session.scalars(_LOCKED, words(keys)).all()
    found = {(row.offender_id, row.id): row for row in rows}
    if len(found) != len(set(keys)):
        raise NoResultFound
    return found


def _judge(session: Session, undecided: Sequence[CheckIn], now: datetime) -> frozenset[Queue]:
    if not undecided:
        return frozenset()
    ids = [one.window_id for one in undecided if one.window_id is not None]
    windows = {row.id: row for row in session.scalars(_WINDOWS, {"ids": ids})} if ids else {}
    # The rules of its reception: one that is set later never judges it.
    rules = rules_of(session, [(one.offender_id, one.received_at) for one in undecided])
    judged = [
        Judged(
            one,
            None if one.window_id is None else windows[one.window_id],
            rules[one.offender_id, one.received_at],
        )
        for one in undecided
    ]
    evidence = evidence_of(session, judged, now)
    return _apply(session, [(one, _decided(one, evidence[one.key])) for one in judged], now)


def _decided(one: Judged, evidence: Evidence) -> Decision:
    decision = decide(evidence, Policy.of(one.rules))
    if one.checkin.state is CheckInState.IN_REVIEW:
        return _left_to_people(decision)
    return decision


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
        open_matter(session, matter_of(checkin), Cause.CHECKIN, now)


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


def _apply(
    session: Session, decided: Sequence[tuple[Judged, Decision]], now: datetime
) -> frozenset[Queue]:
    _raise_flags(session, decided, now)
    moved = [_moved(one.checkin, decision, now) for one, decision in decided]
    audit.record_all(session, now, [entry for entry in moved if entry is not None])
    confirmed, rings = [], frozenset[Queue]()
    for one, decision in decided:
        if decision.state is CheckInState.CONFIRMED:
            confirmed.append(one.checkin)
        else:
            rings |= _let_wait(session, one.checkin, one.window, decision, now)
    close(session, confirmed, now)
    return rings


def _moved(checkin: CheckIn, decision: Decision, now: datetime) -> audit.Entry | None:
    """Writes what was decided; returns the move, if it is one."""
    checkin.told = [str(reason) for reason in decision.told]
    if decision.state is checkin.state:
        return None
    _through_verifying(checkin, now)
    checkin.move(decision.state, now)
    detail = {"state": str(decision.state), "rule": decision.rule}
    return audit.Entry("checkin_judged", checkin.offender_id, checkin.id, detail)


def _through_verifying(checkin: CheckIn, now: datetime) -> None:
    if checkin.state is CheckInState.RECEIVED:
        checkin.move(CheckInState.VERIFYING, now)


def _raise_flags(
    session: Session, decided: Sequence[tuple[Judged, Decision]], now: datetime
) -> None:
    rows = [
        {
            "offender_id": one.checkin.offender_id,
            "checkin_id": one.checkin.id,
            "code": code.value,
            "kind": kind,
            "severity": int(MEANINGS[code].severity),
            "raised_at": now,
        }
        for one, decision in decided
        for code, kind in _kinds(decision).items()
    ]
    if rows:
        session.execute(insert(RaisedFlag).on_conflict_do_nothing(), rows)


def _kinds(decision: Decision) -> dict[FlagCode, FlagKind]:
    notes = dict.fromkeys(decision.notes, FlagKind.NOTE)
    return notes | dict.fromkeys(decision.flags, FlagKind.FLAG)


def _let_wait(
    session: Session, checkin: CheckIn, window: Window | None, decision: Decision, now: datetime
) -> frozenset[Queue]:
    """Opens the items that are due now; for the others sets the hour at which to look again."""
    matter = matter_of(checkin)
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
