"""Handing a person over to another office (变更执行地): asked, taken, refused, withdrawn."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import SQLColumnExpression, and_, func, select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import not_recused
from checkin_api.refusals import RefusedError, at
from checkin_api.supervision.limits import leads, open_period, person_in_turn, whole_words
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Offender, Office, Transfer, TransferState
from verifier.local_time import local_date


@dataclass(frozen=True)
class Asking:
    """Which office is to take a person, and why."""

    offender_id: UUID
    to_office_id: UUID
    reason: str


def ask_transfer(parts: Parts, caller: OfficerCaller, asking: Asking) -> None:
    """Ask another office to take a person; the same again changes nothing.

    Raises RefusedError: not_found, not_open after an end or while another office is asked,
    invalid_content for the own office, for none, or without a reason.
    """
    now = parts.now()
    reason = whole_words(asking.reason, "/reason", needed=True)
    with transaction(parts.sessions, caller.scope) as session:
        person = person_in_turn(session, caller, asking.offender_id)
        standing = _asked(session, person)
        if standing is not None and standing.to_office_id == asking.to_office_id:
            return
        open_period(session, person.id, local_date(now))
        if standing is not None:
            raise RefusedError(ProblemCode.NOT_OPEN)
        _require_other_office(session, person, asking.to_office_id)
        row = Transfer(
            offender_id=person.id,
            number=person.number,
            name=None if _is_minor(person, now) else person.name,
            from_office_id=person.office_id,
            to_office_id=asking.to_office_id,
            reason=reason,
            asked_by=caller.officer_id,
            asked_at=now,
        )
        session.add(row)
        session.flush()
        _record(session, "transfer_asked", row, now)


def take_transfer(parts: Parts, caller: OfficerCaller, transfer_id: UUID) -> None:
    """Take a person over, with everything that hangs on them; again changes nothing.

    Raises RefusedError: not_found, not_open when it was decided otherwise or the person is
    elsewhere by now.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        row = _locked(session, caller, transfer_id, Transfer.to_office_id)
        if row.state is TransferState.TAKEN:
            return
        _require_asked(row)
        # Until then the person is out of sight here: the database moves the row (migration 0006).
        if not session.scalar(select(func.take_transfer(row.id, now))):
            raise RefusedError(ProblemCode.NOT_OPEN)
        _decide(row, TransferState.TAKEN, caller, now)
        session.flush()
        _record(session, "transfer_taken", row, now)


def refuse_transfer(parts: Parts, caller: OfficerCaller, transfer_id: UUID, answer: str) -> None:
    """Leave a person where they are, and say why; again changes nothing.

    Raises RefusedError: not_found, not_open when it was decided otherwise, invalid_content
    without words.
    """
    now = parts.now()
    words = whole_words(answer, "/reason", needed=True)
    with transaction(parts.sessions, caller.scope) as session:
        row = _locked(session, caller, transfer_id, Transfer.to_office_id)
        if row.state is TransferState.REFUSED:
            return
        _require_asked(row)
        row.answer = words
        _decide(row, TransferState.REFUSED, caller, now)
        _record(session, "transfer_refused", row, now)


def withdraw_transfer(parts: Parts, caller: OfficerCaller, transfer_id: UUID) -> None:
    """Take back what the own office asked for; again changes nothing.

    Raises RefusedError: not_found, not_open when it was decided otherwise.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        row = _locked(session, caller, transfer_id, Transfer.from_office_id)
        if row.state is TransferState.WITHDRAWN:
            return
        _require_asked(row)
        _decide(row, TransferState.WITHDRAWN, caller, now)
        _record(session, "transfer_withdrawn", row, now)


def _asked(session: Session, person: Offender) -> Transfer | None:
    return session.scalars(
        select(Transfer).where(
            Transfer.offender_id == person.id, Transfer.state == TransferState.ASKED
        )
    ).first()


def _require_other_office(session: Session, person: Offender, office_id: UUID) -> None:
    if office_id == person.office_id:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/to_office", "same"))
    if session.get(Office, office_id) is None:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/to_office", "unknown"))


def _is_minor(person: Offender, now: datetime) -> bool:
    return person.adult_on is not None and person.adult_on > local_date(now)


def _locked(
    session: Session,
    caller: OfficerCaller,
    transfer_id: UUID,
    office: SQLColumnExpression[UUID],
) -> Transfer:
    """Give a transfer that the caller decides as who leads its `office`."""
    mine = and_(leads(caller, office), not_recused(caller, Transfer.offender_id))
    row = session.scalars(
        select(Transfer).where(Transfer.id == transfer_id, mine).with_for_update()
    ).first()
    if row is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return row


def _require_asked(row: Transfer) -> None:
    if row.state is not TransferState.ASKED:
        raise RefusedError(ProblemCode.NOT_OPEN)


def _decide(row: Transfer, state: TransferState, caller: OfficerCaller, now: datetime) -> None:
    row.state, row.decided_by, row.decided_at = state, caller.officer_id, now
    row.name = None  # number and days are enough from here on


def _record(session: Session, act: str, row: Transfer, now: datetime) -> None:
    audit.record(
        session,
        act,
        now,
        offender_id=row.offender_id,
        subject=row.id,
        from_office=str(row.from_office_id),
        to_office=str(row.to_office_id),
    )
