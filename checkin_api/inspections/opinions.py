"""Inspection opinions (检察意见): written once by a procurator, read by those they concern."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import in_reach, places_in_reach
from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import InspectionOpinion, Offender, Office, Officer

LONGEST_OPINION = 4000
LONGEST_NUMBER = 60
MOST_SHOWN = 200


@dataclass(frozen=True)
class OpinionWanted:
    """An opinion about an office, or about a person by number; the id is made with the form."""

    id: UUID
    office_id: UUID | None
    number: str
    words: str


@dataclass(frozen=True)
class OpinionSeen:
    """One opinion; `words` None where only officers named for somebody under 18 read them."""

    office: str
    person_id: UUID | None
    number: str | None
    officer: str
    written_at: datetime
    words: str | None


@dataclass(frozen=True)
class OfficeChoice:
    """An office that an opinion can be about."""

    id: UUID
    name: str


def read_offices(parts: Parts, caller: OfficerCaller) -> list[OfficeChoice]:
    """Give the offices that the caller may write about."""
    with transaction(parts.sessions, caller.scope) as session:
        rows = session.execute(
            select(Office.id, Office.name).where(_writes_about(caller)).order_by(Office.code)
        )
        return [OfficeChoice(*row) for row in rows]


def read_opinions(parts: Parts, caller: OfficerCaller) -> list[OpinionSeen]:
    """Give the opinions that concern the caller's office or district, the latest first."""
    offices, districts = places_in_reach(caller, Action.SEE_OPINIONS)
    concerned = or_(
        InspectionOpinion.office_id.in_(offices), InspectionOpinion.district_id.in_(districts)
    )
    readable = or_(InspectionOpinion.offender_id.is_(None), in_reach(caller, Action.SEE_OPINIONS))
    with transaction(parts.sessions, caller.scope) as session:
        rows = session.execute(
            select(
                Office.name,
                case((in_reach(caller, Action.SEE_PERSON), Offender.id)),
                Offender.number,
                Officer.name,
                InspectionOpinion.written_at,
                case((readable, InspectionOpinion.words)),
            )
            .join(Office, Office.id == InspectionOpinion.office_id)
            .join(Officer, Officer.id == InspectionOpinion.officer_id)
            .outerjoin(Offender, Offender.id == InspectionOpinion.offender_id)
            .where(concerned, or_(InspectionOpinion.offender_id.is_(None), _known(caller)))
            .order_by(InspectionOpinion.written_at.desc(), InspectionOpinion.id)
            .limit(MOST_SHOWN)
        )
        return [OpinionSeen(*row) for row in rows]


def write_opinion(parts: Parts, caller: OfficerCaller, wanted: OpinionWanted) -> None:
    """Write an opinion, for good; the same form again writes nothing more. Raises RefusedError."""
    now, words = parts.now(), wanted.words.strip()
    if not 0 < len(words) <= LONGEST_OPINION:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/opinion", "missing"))
    with transaction(parts.sessions, caller.scope) as session:
        office, offender_id = _subject(session, caller, wanted)
        row = insert(InspectionOpinion).values(
            id=wanted.id,
            district_id=office.district_id,
            office_id=office.id,
            offender_id=offender_id,
            officer_id=caller.officer_id,
            words=words,
            written_at=now,
        )
        added = session.execute(row.on_conflict_do_nothing(index_elements=["id"]))
        if added.rowcount:  # type: ignore[attr-defined]
            audit.record(
                session, "opinion_written", now, offender_id=offender_id, subject=wanted.id
            )


def _known(caller: OfficerCaller) -> ColumnElement[bool]:
    """Give the condition on people of whom the caller knows at least the number."""
    return or_(in_reach(caller, Action.SEE_OPINIONS), in_reach(caller, Action.NAME_OFFICER))


def _subject(
    session: Session, caller: OfficerCaller, wanted: OpinionWanted
) -> tuple[Office, UUID | None]:
    """Give the office concerned, and the person where the opinion is about one."""
    number = wanted.number.strip()[:LONGEST_NUMBER]
    if not number:
        office = session.scalars(
            select(Office).where(Office.id == wanted.office_id, _writes_about(caller))
        ).first()
        if office is None:
            raise RefusedError(ProblemCode.INVALID_CONTENT, at("/office", "missing"))
        return office, None
    person = session.scalars(
        select(Offender).where(Offender.number == number, in_reach(caller, Action.WRITE_OPINION))
    ).first()
    if person is None:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/number", "unknown"))
    return session.get_one(Office, person.office_id), person.id


def _writes_about(caller: OfficerCaller) -> ColumnElement[bool]:
    _, districts = places_in_reach(caller, Action.WRITE_OPINION)
    return Office.district_id.in_(districts)
