"""Setting and ending recusals: oneself, or those who stand below; nobody ends their own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.colleagues import Colleague, colleagues_over
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Offender, Office, Officer, Recusal, Role

LONGEST_REASON = 500
# A head who could recuse the district, or anybody a procurator, would rid a case of its overseers.
BELOW = {
    Role.HEAD: frozenset({Role.SOCIAL_WORKER, Role.OFFICER}),
    Role.DISTRICT: frozenset({Role.SOCIAL_WORKER, Role.OFFICER, Role.HEAD, Role.DUTY}),
}


@dataclass(frozen=True)
class RecusalWanted:
    """Who is to have nothing more to do with a person, and why."""

    offender_id: UUID
    officer_id: UUID
    reason: str


@dataclass(frozen=True)
class RecusalSeen:
    """A recusal that stands; `may_end` tells whether the reader may end it."""

    id: UUID
    officer: str
    reason: str
    set_by: str
    set_at: datetime
    may_end: bool


@dataclass(frozen=True)
class RecusalsSeen:
    """Who is recused from a person, and whom the reader could recuse."""

    standing: tuple[RecusalSeen, ...]
    possible: tuple[Colleague, ...]


def read_recusals(parts: Parts, caller: OfficerCaller, offender_id: UUID) -> RecusalsSeen:
    """Give the recusals of a person; raises RefusedError(not_found)."""
    with transaction(parts.sessions, caller.scope) as session:
        offender = offender_in_reach(session, caller, offender_id, Action.SEE_PERSON)
        below = _below(session, caller, offender)
        standing = _standing(session, offender, below)
        recused = {officer_id for officer_id, _ in standing}
        possible = [one for one in below if one.id not in recused]
        return RecusalsSeen(tuple(seen for _, seen in standing), tuple(possible))


def recuse(parts: Parts, caller: OfficerCaller, wanted: RecusalWanted) -> None:
    """Recuse an officer from a person; one who is recused already stays so.

    Raises RefusedError: not_found, invalid_content without a reason or for somebody who is not
    the caller and does not stand below.
    """
    now, reason = parts.now(), wanted.reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/reason", "missing"))
    own = wanted.officer_id == caller.officer_id
    with transaction(parts.sessions, caller.scope) as session:
        action = Action.RECUSE if own else Action.RECUSE_ANOTHER
        offender = offender_in_reach(session, caller, wanted.offender_id, action)
        if not own and wanted.officer_id not in _ids(_below(session, caller, offender)):
            raise RefusedError(ProblemCode.INVALID_CONTENT, at("/officer", "missing"))
        row = insert(Recusal).values(
            offender_id=offender.id,
            officer_id=wanted.officer_id,
            reason=reason,
            set_by=caller.officer_id,
            set_at=now,
        )
        added = session.execute(
            row.on_conflict_do_nothing(
                index_elements=["offender_id", "officer_id"], index_where=text("ended_at IS NULL")
            )
        )
        if added.rowcount:  # type: ignore[attr-defined]
            audit.record(
                session,
                "officer_recused",
                now,
                offender_id=offender.id,
                subject=wanted.officer_id,
            )


def end_recusal(parts: Parts, caller: OfficerCaller, offender_id: UUID, recusal_id: UUID) -> None:
    """End a recusal, never the caller's own; again, and nothing changes.

    Raises RefusedError(not_found), also for one of somebody who does not stand below.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        # Whoever is recused does not reach the person, so nobody gets as far as to their own.
        offender = offender_in_reach(session, caller, offender_id, Action.RECUSE_ANOTHER)
        row = session.scalars(
            select(Recusal)
            .where(Recusal.id == recusal_id, Recusal.offender_id == offender_id)
            .with_for_update()
        ).first()
        if row is None or not _may_end(session, caller, offender, row.officer_id):
            raise RefusedError(ProblemCode.NOT_FOUND)
        if row.ended_at is not None:
            return
        row.ended_at, row.ended_by = now, caller.officer_id
        audit.record(session, "recusal_ended", now, offender_id=offender_id, subject=row.officer_id)


def _below(session: Session, caller: OfficerCaller, offender: Offender) -> list[Colleague]:
    """Give those of a person's colleagues who stand below the caller in every role they have."""
    roles = _roles_below(session, caller, offender)
    colleagues = colleagues_over(session, offender, caller.asked_at)
    return [one for one in colleagues if one.id != caller.officer_id and one.roles <= roles]


def _roles_below(session: Session, caller: OfficerCaller, offender: Offender) -> frozenset[Role]:
    district_id = session.get_one(Office, offender.office_id).district_id
    leading = [role for role in caller.roles_over(offender.office_id, district_id) if role in BELOW]
    return BELOW[leading[0]] if leading else frozenset()


def _may_end(session: Session, caller: OfficerCaller, offender: Offender, officer: UUID) -> bool:
    """Tell whether the recused stands below, or is posted here no more."""
    if not _roles_below(session, caller, offender) or officer == caller.officer_id:
        return False
    colleagues = _ids(colleagues_over(session, offender, caller.asked_at))
    return officer not in colleagues or officer in _ids(_below(session, caller, offender))


def _ids(colleagues: list[Colleague]) -> set[UUID]:
    return {one.id for one in colleagues}


def _standing(
    session: Session, offender: Offender, below: list[Colleague]
) -> list[tuple[UUID, RecusalSeen]]:
    setter, ends = aliased(Officer), _ids(below)
    rows = session.execute(
        select(Recusal, Officer.name, setter.name)
        .join(Officer, Officer.id == Recusal.officer_id)
        .join(setter, setter.id == Recusal.set_by)
        .where(Recusal.offender_id == offender.id, Recusal.ended_at.is_(None))
        .order_by(Recusal.set_at, Recusal.id)
    )
    return [
        (
            row.officer_id,
            RecusalSeen(row.id, name, row.reason, set_by, row.set_at, row.officer_id in ends),
        )
        for row, name, set_by in rows
    ]
