"""Officers' word on a set of enrolled photos: approved, seconded, or given up."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.references.locking import let_go, locked_set
from checkin_api.references.needs import Needs, needs_of
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import NoticeKind, ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import (
    OPEN_SETS,
    STANDS_IN_SET,
    ApprovalBasis,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
)
from verifier.notices import tell_of_act

LONGEST_REASON = 500
EVER_APPROVED = (ReferenceSetState.APPROVED, ReferenceSetState.REPLACED)


@dataclass(frozen=True)
class Reasons:
    """Why a set is approved that lacks something: few photos, poor ones, pairs that differ."""

    weak: str = ""
    gate: str = ""
    pairs: str = ""


@dataclass(frozen=True)
class Approval:
    """An officer's word that these photos show the person, and how the officer knows."""

    offender_id: UUID
    set_id: UUID
    basis: ApprovalBasis | None
    seen: frozenset[UUID]  # the photos that the officer saw: a phone may have added one since
    reasons: Reasons = field(default_factory=Reasons)


def approve_set(parts: Parts, caller: OfficerCaller, approval: Approval) -> ReferenceSetState:
    """Let a first set become what selfies are compared with; let a change wait for a second.

    Approving what is approved changes nothing. Raises RefusedError: not_found, not_open while
    photos are being examined or others are there than were seen, invalid_content without a usable
    photo, a basis or a needed reason.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, approval.offender_id, Action.APPROVE_PHOTOS)
        row = locked_set(session, approval.offender_id, approval.set_id)
        if row.state in {ReferenceSetState.APPROVED, ReferenceSetState.AWAITING_SECOND}:
            return row.state
        _write_down(row, approval, _needs(session, row, approval.seen))
        row.approved_by, row.approved_at = caller.officer_id, now
        if _is_change(session, row):
            row.move(ReferenceSetState.AWAITING_SECOND, now)
            _record(session, "references_proposed", now, row)
        else:
            _put_in_force(session, row, now)
            _record(session, "references_approved", now, row)
        return row.state


def second_set(parts: Parts, caller: OfficerCaller, offender_id: UUID, set_id: UUID) -> None:
    """Let a change that another officer has approved replace the earlier set.

    Seconding twice changes nothing. Raises RefusedError: not_found, not_open for one that waits
    for no second, invalid_content for the officer who approved it.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, offender_id, Action.APPROVE_PHOTOS)
        row = locked_set(session, offender_id, set_id)
        if row.state is ReferenceSetState.APPROVED:
            return
        if row.state is not ReferenceSetState.AWAITING_SECOND:
            raise RefusedError(ProblemCode.NOT_OPEN)
        if row.approved_by == caller.officer_id:
            raise RefusedError(ProblemCode.INVALID_CONTENT, at("/second", "same_officer"))
        row.seconded_by, row.seconded_at = caller.officer_id, now
        _put_in_force(session, row, now)
        audit.record(session, "references_seconded", now, offender_id=offender_id, subject=set_id)


def discard_set(parts: Parts, caller: OfficerCaller, offender_id: UUID, set_id: UUID) -> None:
    """Give a set that is not in force up; its photos are to be erased. Raises RefusedError."""
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, offender_id, Action.APPROVE_PHOTOS)
        row = locked_set(session, offender_id, set_id)
        if row.state is ReferenceSetState.DISCARDED:
            return
        if row.state not in OPEN_SETS:
            raise RefusedError(ProblemCode.NOT_OPEN)
        row.move(ReferenceSetState.DISCARDED, now)
        photos = select(ReferencePhoto.media_id).where(ReferencePhoto.set_id == set_id)
        let_go(session, photos, now)
        audit.record(session, "references_discarded", now, offender_id=offender_id, subject=set_id)


def _needs(session: Session, row: ReferenceSet, seen: frozenset[UUID]) -> Needs:
    """Give what approving a set asks for; raises RefusedError while nobody can say."""
    if row.state is not ReferenceSetState.COLLECTING:
        raise RefusedError(ProblemCode.NOT_OPEN)
    photos = session.scalars(
        select(ReferencePhoto).where(ReferencePhoto.set_id == row.id, STANDS_IN_SET)
    ).all()
    states = [photo.state for photo in photos]
    if ReferencePhotoState.EXAMINING in states:
        raise RefusedError(ProblemCode.NOT_OPEN, at("/photos", "examining"))
    if {photo.id for photo in photos} != seen:
        raise RefusedError(ProblemCode.NOT_OPEN, at("/photos", "changed"))
    return needs_of(states, row.pairs)


def _write_down(row: ReferenceSet, approval: Approval, needs: Needs) -> None:
    """Keep basis and reasons, those that are needed; raises RefusedError if one lacks."""
    gate = approval.reasons.gate.strip() if needs.poor else ""
    if approval.basis is None:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/basis", "missing"))
    if not needs.compared(against_gate=bool(gate)):
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/photos", "none_usable"))
    row.basis = approval.basis
    row.gate_reason = _fitting("/gate_reason", gate) if gate else None
    weak = needs.is_weak(against_gate=bool(gate))
    row.weak_reason = _fitting("/weak_reason", approval.reasons.weak) if weak else None
    differ = needs.pairs_need_reason(against_gate=bool(gate))
    row.pairs_reason = _fitting("/pairs_reason", approval.reasons.pairs) if differ else None


def _fitting(pointer: str, words: str) -> str:
    if not 0 < len(words.strip()) <= LONGEST_REASON:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at(pointer, "missing"))
    return words.strip()


def _is_change(session: Session, row: ReferenceSet) -> bool:
    earlier = select(ReferenceSet.id).where(
        ReferenceSet.offender_id == row.offender_id, ReferenceSet.state.in_(EVER_APPROVED)
    )
    return session.scalar(earlier.limit(1)) is not None


def _record(session: Session, act: str, now: datetime, row: ReferenceSet) -> None:
    audit.record(session, act, now, offender_id=row.offender_id, subject=row.id)


def _put_in_force(session: Session, row: ReferenceSet, now: datetime) -> None:
    """Replace what was compared with until now; photos against the gate count from here on."""
    earlier = session.scalars(
        select(ReferenceSet)
        .where(
            ReferenceSet.offender_id == row.offender_id,
            ReferenceSet.state == ReferenceSetState.APPROVED,
        )
        .with_for_update()
    ).first()
    if earlier is not None:
        earlier.move(ReferenceSetState.REPLACED, now)
        session.flush()
        # Somebody else's photos in force would let somebody else report: the person can say so.
        kind = NoticeKind.REFERENCES_CHANGED
        tell_of_act(session, row.offender_id, kind, now)
    row.move(ReferenceSetState.APPROVED, now)
    if row.gate_reason is not None:
        session.execute(
            update(ReferencePhoto)
            .where(
                ReferencePhoto.set_id == row.id,
                ReferencePhoto.state == ReferencePhotoState.POOR,
            )
            .values(state=ReferencePhotoState.USABLE)
        )
