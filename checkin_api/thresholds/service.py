"""Putting a threshold set in force: somebody asks, somebody else agrees; never backwards."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import database_time, transaction
from storage.parts import Parts
from storage.records import RuleRow, ThresholdActivation, ThresholdSetRow

RULE = "threshold_set"
LONGEST_REASON = 500


@dataclass(frozen=True)
class Wish:
    """A set that somebody wants in force; the id is made with the form."""

    id: UUID
    set_name: str
    reason: str


def ask(parts: Parts, caller: OfficerCaller, wish: Wish) -> None:
    """Ask for a set; nothing changes yet, and the same form again changes nothing.

    Raises RefusedError: not_found for a set that there is not, invalid_content without a reason,
    not_open where it is asked for already.
    """
    reason = wish.reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/reason", "missing"))
    with transaction(parts.sessions, caller.scope) as session:
        if session.get(ThresholdSetRow, wish.set_name) is None:
            raise RefusedError(ProblemCode.NOT_FOUND)
        now = database_time(session)
        row = insert(ThresholdActivation).values(
            id=wish.id,
            set_name=wish.set_name,
            reason=reason,
            asked_by=caller.officer_id,
            asked_at=now,
        )
        added = session.scalar(row.on_conflict_do_nothing().returning(ThresholdActivation.id))
        if added is not None:
            audit.record(session, "thresholds_asked", now, subject=wish.id, set_name=wish.set_name)
        elif session.get(ThresholdActivation, wish.id) is None:
            raise RefusedError(ProblemCode.NOT_OPEN)


def confirm(parts: Parts, caller: OfficerCaller, activation_id: UUID) -> None:
    """Put a set in force as the second person, from now on for check-ins received from now on.

    Raises RefusedError: not_found, not_open for who asked and where it was answered.
    """
    with transaction(parts.sessions, caller.scope) as session:
        row = _open(session, activation_id)
        if row.asked_by == caller.officer_id:
            raise RefusedError(ProblemCode.NOT_OPEN)
        now = database_time(session)
        row.confirmed_by, row.confirmed_at = caller.officer_id, now
        session.flush()
        session.add(
            RuleRow(
                name=RULE,
                district_id=None,
                value=row.set_name,
                valid_from=now,
                set_by=caller.scope.actor,
                reason=row.reason,
                set_at=now,
            )
        )
        audit.record(session, "thresholds_activated", now, subject=row.id, set_name=row.set_name)


def decline(parts: Parts, caller: OfficerCaller, activation_id: UUID) -> None:
    """Do not put a set in force; who asked may take the wish back by this.

    Raises RefusedError: not_found, not_open where it was answered.
    """
    with transaction(parts.sessions, caller.scope) as session:
        row = _open(session, activation_id)
        now = database_time(session)
        row.declined_by, row.declined_at = caller.officer_id, now
        audit.record(session, "thresholds_declined", now, subject=row.id, set_name=row.set_name)


def _open(session: Session, activation_id: UUID) -> ThresholdActivation:
    row = session.get(ThresholdActivation, activation_id, with_for_update=True)
    if row is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    if row.confirmed_at is not None or row.declined_at is not None:
        raise RefusedError(ProblemCode.NOT_OPEN)
    return row
