"""The record of acts: written in the transaction of the act, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from storage.database import Scope
from storage.records import AuditEntry

# Without RETURNING, which the records' own way needs: who writes an entry may not read it.
_INSERT = insert(cast("Table", AuditEntry.__table__)).inline()


@dataclass(frozen=True)
class Entry:
    """One act, whoever does it and whenever; detail holds ids and codes only."""

    action: str
    offender_id: UUID | None = None
    subject: UUID | str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def record(
    session: Session,
    action: str,
    at: datetime,
    *,
    offender_id: UUID | None = None,
    subject: UUID | str | None = None,
    **detail: Any,
) -> None:
    """Write one entry, by the actor of the session's scope; detail holds ids and codes only."""
    entry = Entry(action, offender_id, subject, detail)
    session.execute(_INSERT, _values(entry, at, session.info["scope"]))


def record_all(session: Session, at: datetime, entries: Sequence[Entry]) -> None:
    """Write many entries at once, by the actor of the session's scope."""
    if entries:
        scope: Scope = session.info["scope"]
        session.execute(_INSERT, [_values(entry, at, scope) for entry in entries])


def _values(entry: Entry, at: datetime, scope: Scope) -> dict[str, Any]:
    return {
        "at": at,
        "actor": scope.actor,
        "action": entry.action,
        "offender_id": entry.offender_id,
        "subject": None if entry.subject is None else str(entry.subject),
        "detail": dict(entry.detail),
        "inspection": scope.inspects,
    }
