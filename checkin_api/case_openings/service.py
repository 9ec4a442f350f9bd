"""Opening one case for a day: the number known, the reason stated, all of it logged."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import AuditEntry, CaseOpening, Offender, Officer
from verifier.local_time import local_date

OPEN_FOR = timedelta(hours=24)
SHORTEST_REASON, LONGEST_REASON = 10, 500
LONGEST_NUMBER = 60
MOST_SHOWN = 100
REFUSED = "case_opening_refused"
TOLD_FOR = timedelta(days=30)


@dataclass(frozen=True)
class OpeningWanted:
    """Which case, and why; the id is made with the form, so a double click opens once."""

    id: UUID
    number: str
    reason: str


@dataclass(frozen=True)
class OpeningSeen:
    """One opening of the reader's own; the person only while it lasts."""

    reason: str
    opened_at: datetime
    expires_at: datetime
    person_id: UUID | None
    number: str | None


@dataclass(frozen=True)
class Refusals:
    """How often numbers that somebody typed opened nothing, in 30 days: numbers can be guessed."""

    officer: str
    times: int
    last_at: datetime


def open_case(parts: Parts, caller: OfficerCaller, wanted: OpeningWanted) -> UUID:
    """Open a case for a day and give the person; the same form again opens nothing more.

    A number that opens nothing is written down, and all of the city read how often. Raises
    RefusedError(invalid_content) for a number of nobody, or of somebody under 18, and for a reason
    that is too short to be one.
    """
    now, reason = parts.now(), wanted.reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/opening_reason", "missing"))
    with transaction(parts.sessions, caller.scope) as session:
        offender_id = _person(session, wanted.number, now)
        if offender_id is None:
            audit.record(session, REFUSED, now, subject=caller.officer_id)
        else:
            opened = CaseOpening(
                id=wanted.id,
                officer_id=caller.officer_id,
                offender_id=offender_id,
                reason=reason,
                opened_at=now,
                expires_at=now + OPEN_FOR,
            )
            _open(session, opened)
    if offender_id is None:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/number", "unknown"))
    return offender_id


def read_openings(parts: Parts, caller: OfficerCaller) -> list[OpeningSeen]:
    """Give the caller's own openings, the latest first."""
    with transaction(parts.sessions, caller.scope) as session:
        rows = session.execute(
            select(CaseOpening, Offender.number)
            .outerjoin(
                Offender,
                (Offender.id == CaseOpening.offender_id)
                & (CaseOpening.expires_at > caller.asked_at),
            )
            .where(CaseOpening.officer_id == caller.officer_id)
            .order_by(CaseOpening.opened_at.desc(), CaseOpening.id)
            .limit(MOST_SHOWN)
        )
        return [
            OpeningSeen(
                row.reason,
                row.opened_at,
                row.expires_at,
                row.offender_id if number is not None else None,
                number,
            )
            for row, number in rows
        ]


def read_refusals(parts: Parts, caller: OfficerCaller) -> list[Refusals]:
    """Give who of the city typed numbers that opened nothing, the most often first."""
    times = func.count()
    with transaction(parts.sessions, caller.scope) as session:
        rows = session.execute(
            select(Officer.name, times, func.max(AuditEntry.at))
            .join(Officer, cast(Officer.id, Text) == AuditEntry.subject)
            .where(AuditEntry.action == REFUSED, AuditEntry.at > parts.now() - TOLD_FOR)
            .group_by(Officer.id, Officer.name)
            .order_by(times.desc(), Officer.name)
        )
        return [Refusals(*row) for row in rows]


def _open(session: Session, opened: CaseOpening) -> None:
    row = insert(CaseOpening).values(
        id=opened.id,
        officer_id=opened.officer_id,
        offender_id=opened.offender_id,
        reason=opened.reason,
        opened_at=opened.opened_at,
        expires_at=opened.expires_at,
    )
    added = session.execute(row.on_conflict_do_nothing(index_elements=["id"]))
    if added.rowcount:  # type: ignore[attr-defined]
        audit.record(
            session,
            "case_opened",
            opened.opened_at,
            offender_id=opened.offender_id,
            subject=opened.id,
        )


def _person(session: Session, number: str, now: datetime) -> UUID | None:
    """Ask the one door in the second net that answers the city with a person (migration 0003)."""
    wanted = number.strip()[:LONGEST_NUMBER]
    return session.scalar(select(func.person_to_open(wanted, local_date(now))))
