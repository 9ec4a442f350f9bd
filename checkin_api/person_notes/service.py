"""Writing a note about a person, and reading what stands."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import offender_in_reach
from checkin_api.access.permissions import Action
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import Officer, PersonNote

LONGEST_NOTE = 2000
MOST_SHOWN = 100


@dataclass(frozen=True)
class Note:
    """What somebody wrote; the id is made with the form, so a double click is one note."""

    id: UUID
    offender_id: UUID
    words: str


@dataclass(frozen=True)
class NoteSeen:
    """One note on the page."""

    officer: str
    written_at: datetime
    words: str


def write_note(parts: Parts, caller: OfficerCaller, note: Note) -> None:
    """Write a note; the same again changes nothing. Raises RefusedError."""
    now, words = parts.now(), note.words.strip()
    if not 0 < len(words) <= LONGEST_NOTE:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/note", "missing"))
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, note.offender_id, Action.WRITE_NOTE)
        row = insert(PersonNote).values(
            id=note.id,
            offender_id=note.offender_id,
            officer_id=caller.officer_id,
            words=words,
            written_at=now,
        )
        new = session.scalar(row.on_conflict_do_nothing().returning(PersonNote.id)) is not None
        if new:
            audit.record(
                session, "note_written", now, offender_id=note.offender_id, subject=note.id
            )


def read_notes(parts: Parts, caller: OfficerCaller, offender_id: UUID) -> list[NoteSeen]:
    """Give what was written about a person, the newest first; raises RefusedError(not_found)."""
    with transaction(parts.sessions, caller.scope) as session:
        offender_in_reach(session, caller, offender_id, Action.SEE_PERSON)
        return _notes(session, offender_id)


def _notes(session: Session, offender_id: UUID) -> list[NoteSeen]:
    rows = session.execute(
        select(Officer.name, PersonNote.written_at, PersonNote.words)
        .join(Officer, Officer.id == PersonNote.officer_id)
        .where(PersonNote.offender_id == offender_id)
        .order_by(PersonNote.written_at.desc(), PersonNote.id)
        .limit(MOST_SHOWN)
    )
    return [NoteSeen(*row) for row in rows]
