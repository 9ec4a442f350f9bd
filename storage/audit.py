"""The record of acts: written in the transaction of the act, never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from storage.database import Scope
from storage.records import AuditEntry


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
    scope: Scope = session.info["scope"]
    session.add(
        AuditEntry(
            at=at,
            actor=scope.actor,
            action=action,
            offender_id=offender_id,
            subject=None if subject is None else str(subject),
            detail=detail,
            inspection=scope.inspects,
        )
    )
