"""An officer's word on a set of enrolled photos: approved, or given up."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.references.queries import ENOUGH
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import (
    Media,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
)

LONGEST_REASON = 500


@dataclass(frozen=True)
class Approval:
    """An officer's word that these photos show the person; a reason where they are few."""

    offender_id: UUID
    set_id: UUID
    weak_reason: str = ""


def approve_set(parts: Parts, caller: OfficerCaller, approval: Approval) -> None:
    """Let a set become what selfies are compared with; the earlier one is replaced.

    Approving the approved set again changes nothing. Raises RefusedError: not_found, not_open
    while photos are being examined, invalid_content without a usable photo or a needed reason.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, approval.offender_id, Action.APPROVE_PHOTOS)
        row = _locked_set(session, approval.offender_id, approval.set_id)
        if row.state is ReferenceSetState.APPROVED:
            return
        reason = _require_approvable(session, row, approval)
        _replace_approved(session, approval.offender_id, now)
        row.move(ReferenceSetState.APPROVED, now)
        row.approved_by, row.weak_reason = caller.officer_id, reason
        audit.record(
            session, "references_approved", now, offender_id=row.offender_id, subject=row.id
        )


def discard_set(parts: Parts, caller: OfficerCaller, offender_id: UUID, set_id: UUID) -> None:
    """Give a set being collected up; its photos are to be erased. Raises RefusedError."""
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, offender_id, Action.APPROVE_PHOTOS)
        row = _locked_set(session, offender_id, set_id)
        if row.state is ReferenceSetState.DISCARDED:
            return
        if row.state is not ReferenceSetState.COLLECTING:
            raise RefusedError(ProblemCode.NOT_OPEN)
        row.move(ReferenceSetState.DISCARDED, now)
        _let_go(session, set_id, now)
        audit.record(session, "references_discarded", now, offender_id=offender_id, subject=set_id)


def _locked_set(session: Session, offender_id: UUID, set_id: UUID) -> ReferenceSet:
    row = session.scalars(
        select(ReferenceSet)
        .where(ReferenceSet.id == set_id, ReferenceSet.offender_id == offender_id)
        .with_for_update()
    ).first()
    if row is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return row


def _require_approvable(session: Session, row: ReferenceSet, approval: Approval) -> str | None:
    """Give the reason that a weak set needs; raises RefusedError."""
    if row.state is not ReferenceSetState.COLLECTING:
        raise RefusedError(ProblemCode.NOT_OPEN)
    states = session.scalars(
        select(ReferencePhoto.state).where(ReferencePhoto.set_id == row.id)
    ).all()
    if ReferencePhotoState.EXAMINING in states:
        raise RefusedError(ProblemCode.NOT_OPEN, at("/photos", "examining"))
    usable = states.count(ReferencePhotoState.USABLE)
    if not usable:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/photos", "none_usable"))
    reason = approval.weak_reason.strip()
    if usable < ENOUGH and not 0 < len(reason) <= LONGEST_REASON:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/weak_reason", "missing"))
    return reason if usable < ENOUGH else None


def _replace_approved(session: Session, offender_id: UUID, now: datetime) -> None:
    earlier = session.scalars(
        select(ReferenceSet)
        .where(
            ReferenceSet.offender_id == offender_id,
            ReferenceSet.state == ReferenceSetState.APPROVED,
        )
        .with_for_update()
    ).first()
    if earlier is not None:
        earlier.move(ReferenceSetState.REPLACED, now)
        session.flush()


def _let_go(session: Session, set_id: UUID, now: datetime) -> None:
    photos = select(ReferencePhoto.media_id).where(ReferencePhoto.set_id == set_id)
    session.execute(
        update(Media)
        .where(Media.id.in_(photos) | Media.original_id.in_(photos), Media.hold.is_(False))
        .values(keep_until=now)
    )
