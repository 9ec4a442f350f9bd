"""Naming officers for people under 18; until somebody is named, nobody of the office sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.colleagues import Colleague, colleagues_over
from checkin_api.access.jurisdiction import in_reach
from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import NamedOfficer, Offender, Office, Officer, Role
from verifier.local_time import local_date

MOST_SHOWN = 300
Listed = Row[Offender, str, bool, bool]
# A procurator reads everything of a district and is named by nobody.
CAN_BE_NAMED = frozenset({Role.SOCIAL_WORKER, Role.OFFICER, Role.HEAD, Role.DUTY, Role.DISTRICT})


@dataclass(frozen=True)
class Named:
    """One naming that stands."""

    id: UUID
    officer: str
    is_here: bool  # still posted where the person is supervised


@dataclass(frozen=True)
class Minor:
    """Somebody under 18, by number only: who reads this page is not thereby named."""

    id: UUID
    number: str
    office: str
    adult_on: date | None
    named: tuple[Named, ...]
    possible: tuple[Colleague, ...]
    may_name: bool  # the reader; an inspector reads
    sees_case: bool  # the reader, being named or an inspector

    @property
    def has_somebody(self) -> bool:
        """Tell whether anybody at all sees this case."""
        return any(one.is_here for one in self.named)


def read_minors(parts: Parts, caller: OfficerCaller) -> list[Minor]:
    """Give the people under 18 and who is named for them, those without anybody first."""
    with transaction(parts.sessions, caller.scope) as session:
        rows = session.execute(
            select(
                Offender,
                Office.name,
                in_reach(caller, Action.NAME_OFFICER),
                in_reach(caller, Action.SEE_PERSON),
            )
            .join(Office, Office.id == Offender.office_id)
            .where(in_reach(caller, Action.SEE_NAMED), _under_18(caller))
            .order_by(Offender.number)
            .limit(MOST_SHOWN)
        ).all()
        minors = [_minor(session, caller, row) for row in rows]
    return sorted(minors, key=lambda one: one.has_somebody)


def name_officer(parts: Parts, caller: OfficerCaller, offender_id: UUID, officer_id: UUID) -> None:
    """Name an officer for somebody under 18; who is named already stays so.

    Nobody names themselves: a case that two people have to open is nobody's to open alone. Raises
    RefusedError: not_found, invalid_content for oneself or somebody not posted there.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        offender = _minor_in_reach(session, caller, offender_id)
        if officer_id == caller.officer_id:
            raise RefusedError(ProblemCode.INVALID_CONTENT, at("/naming", "oneself"))
        if officer_id not in {one.id for one in _possible(session, caller, offender)}:
            raise RefusedError(ProblemCode.INVALID_CONTENT, at("/officer", "missing"))
        row = insert(NamedOfficer).values(
            offender_id=offender_id, officer_id=officer_id, named_by=caller.officer_id, named_at=now
        )
        added = session.execute(
            row.on_conflict_do_nothing(
                index_elements=["offender_id", "officer_id"], index_where=text("ended_at IS NULL")
            )
        )
        if added.rowcount:  # type: ignore[attr-defined]
            audit.record(session, "officer_named", now, offender_id=offender_id, subject=officer_id)


def end_naming(parts: Parts, caller: OfficerCaller, offender_id: UUID, naming_id: UUID) -> None:
    """End a naming; again, and nothing changes. Raises RefusedError(not_found)."""
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        _minor_in_reach(session, caller, offender_id)
        row = session.scalars(
            select(NamedOfficer)
            .where(NamedOfficer.id == naming_id, NamedOfficer.offender_id == offender_id)
            .with_for_update()
        ).first()
        if row is None:
            raise RefusedError(ProblemCode.NOT_FOUND)
        if row.ended_at is not None:
            return
        row.ended_at, row.ended_by = now, caller.officer_id
        audit.record(session, "naming_ended", now, offender_id=offender_id, subject=row.officer_id)


def _minor_in_reach(session: Session, caller: OfficerCaller, offender_id: UUID) -> Offender:
    found = session.scalars(
        select(Offender).where(
            Offender.id == offender_id, in_reach(caller, Action.NAME_OFFICER), _under_18(caller)
        )
    ).first()
    if found is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return found


def _under_18(caller: OfficerCaller) -> ColumnElement[bool]:
    return Offender.adult_on > local_date(caller.asked_at)


def _named(
    session: Session, offender_id: UUID, here: Mapping[UUID, Colleague]
) -> list[tuple[UUID, Named]]:
    rows = session.execute(
        select(NamedOfficer, Officer.name)
        .join(Officer, Officer.id == NamedOfficer.officer_id)
        .where(NamedOfficer.offender_id == offender_id, NamedOfficer.ended_at.is_(None))
        .order_by(NamedOfficer.named_at, NamedOfficer.id)
    )
    return [
        (row.officer_id, Named(row.id, name, is_here=row.officer_id in here)) for row, name in rows
    ]


def _minor(session: Session, caller: OfficerCaller, row: Listed) -> Minor:
    offender, office, may_name, sees_case = row
    here = {one.id: one for one in _possible(session, caller, offender)}
    named = _named(session, offender.id, here)
    names = {officer_id for officer_id, _ in named}
    return Minor(
        id=offender.id,
        number=offender.number,
        office=office,
        adult_on=offender.adult_on,
        named=tuple(one for _, one in named),
        possible=tuple(one for one in here.values() if one.id not in names | {caller.officer_id}),
        may_name=may_name,
        sees_case=sees_case,
    )


def _possible(session: Session, caller: OfficerCaller, offender: Offender) -> list[Colleague]:
    colleagues = colleagues_over(session, offender, caller.asked_at)
    return [one for one in colleagues if one.roles & CAN_BE_NAMED]
