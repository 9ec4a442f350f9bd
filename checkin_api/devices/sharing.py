"""One phone that two people use: seen by whoever sees both, permitted with a reason, ended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach, offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.devices.registrations import reason_of
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Device, Offender, Officer, SharedPhonePermit


@dataclass(frozen=True)
class Pair:
    """A person, and who else uses one of their phones."""

    offender_id: UUID
    other_id: UUID


@dataclass(frozen=True)
class SharedWith:
    """Somebody else with the same installation; `permit` None where none is in force."""

    person_id: UUID
    person: str
    number: str
    permitted_by: str | None
    permitted_at: datetime | None
    reason: str | None


def read_shared(parts: Parts, caller: OfficerCaller, offender_id: UUID) -> tuple[SharedWith, ...]:
    """Give those in the caller's reach who use a phone of this person too."""
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, offender_id, Action.SEE_PERSON)
        own, theirs = aliased(Device), aliased(Device)
        people = session.scalars(
            select(Offender)
            .where(
                in_reach(caller, Action.SEE_PERSON),
                Offender.id != offender_id,
                Offender.id.in_(
                    select(theirs.offender_id)
                    .join(own, own.install_id == theirs.install_id)
                    .where(
                        own.offender_id == offender_id,
                        own.activated_at.is_not(None),
                        theirs.activated_at.is_not(None),
                    )
                ),
            )
            .order_by(Offender.number)
        ).all()
        return tuple(_shared_with(session, offender_id, person) for person in people)


def permit(parts: Parts, caller: OfficerCaller, pair: Pair, words: str) -> None:
    """Let two people use their common phones; a second click changes nothing.

    Raises RefusedError: not_found for one out of reach or without a phone in common,
    invalid_content without a reason.
    """
    now, reason = parts.now(), reason_of(words)
    with transaction(parts.sessions, caller.scope) as session:
        _require_both(session, caller, pair)
        common = _common_installs(session, pair)
        if not common:
            raise RefusedError(ProblemCode.NOT_FOUND)
        permitted = session.scalars(select(SharedPhonePermit.install_id).where(_open(pair))).all()
        for install_id in sorted(common - set(permitted)):
            row = SharedPhonePermit(
                offender_id=pair.offender_id,
                other_id=pair.other_id,
                install_id=install_id,
                reason=reason,
                permitted_by=caller.officer_id,
                permitted_at=now,
            )
            session.add(row)
            session.flush()
            _put_on_record(session, "shared_phone_permitted", row, now)


def end(parts: Parts, caller: OfficerCaller, pair: Pair, words: str) -> None:
    """End the permission; from then on the phone is noticed again.

    Raises RefusedError: not_found, not_open where there is none, invalid_content without a reason.
    """
    now, reason = parts.now(), reason_of(words)
    with transaction(parts.sessions, caller.scope) as session:
        _require_both(session, caller, pair)
        rows = session.scalars(select(SharedPhonePermit).where(_open(pair)).with_for_update()).all()
        if not rows:
            raise RefusedError(ProblemCode.NOT_OPEN)
        for row in rows:
            row.ended_by, row.ended_at, row.ended_why = caller.officer_id, now, reason
            _put_on_record(session, "shared_phone_ended", row, now)


def _require_both(session: Session, caller: OfficerCaller, pair: Pair) -> None:
    for person in (pair.offender_id, pair.other_id):
        offender_in_reach(session, caller, person, Action.DECIDE_PHONE)


def _common_installs(session: Session, pair: Pair) -> set[str]:
    used = {
        person: set(
            session.scalars(
                select(Device.install_id).where(
                    Device.offender_id == person, Device.activated_at.is_not(None)
                )
            )
        )
        for person in (pair.offender_id, pair.other_id)
    }
    return (
        used[pair.offender_id] & used[pair.other_id] if pair.offender_id != pair.other_id else set()
    )


def _open(pair: Pair) -> ColumnElement[bool]:
    here, other = SharedPhonePermit.offender_id, SharedPhonePermit.other_id
    either = or_(
        (here == pair.offender_id) & (other == pair.other_id),
        (here == pair.other_id) & (other == pair.offender_id),
    )
    return either & SharedPhonePermit.ended_at.is_(None)


def _shared_with(session: Session, offender_id: UUID, person: Offender) -> SharedWith:
    found = session.execute(
        select(Officer.name, SharedPhonePermit.permitted_at, SharedPhonePermit.reason)
        .join(Officer, Officer.id == SharedPhonePermit.permitted_by)
        .where(_open(Pair(offender_id, person.id)))
        .order_by(SharedPhonePermit.permitted_at)
        .limit(1)
    ).first()
    by, at, reason = found or (None, None, None)
    return SharedWith(person.id, person.name, person.number, by, at, reason)


def _put_on_record(session: Session, act: str, row: SharedPhonePermit, now: datetime) -> None:
    """Write one entry for each of the two: it is an act about both."""
    for person in (row.offender_id, row.other_id):
        audit.record(session, act, now, offender_id=person, subject=row.id)
