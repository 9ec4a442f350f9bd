"""What a person is told: one notice for each kind and subject."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mobile_contract.codes import NoticeKind
from storage.records import Notice
from verifier.items import Matter


def tell(session: Session, matter: Matter, kind: NoticeKind, now: datetime) -> None:
    """Leaves a notice for a person, once for each kind and matter."""
    known = select(Notice.id).where(
        Notice.offender_id == matter.offender_id,
        Notice.kind == kind,
        Notice.checkin_id == matter.checkin_id,
        Notice.window_id == matter.window_id,
    )
    if session.scalar(known.limit(1)) is None:
        session.add(
            Notice(
                offender_id=matter.offender_id,
                kind=kind,
                checkin_id=matter.checkin_id,
                window_id=matter.window_id,
                facts={},
                at=now,
            )
        )


def tell_of_act(
    session: Session, offender_id: UUID, kind: NoticeKind, now: datetime, **facts: Any
) -> None:
    """Leaves a notice of an officer's act about a person: each is told, however many there are."""
    session.add(Notice(offender_id=offender_id, kind=kind, facts=facts, at=now))
