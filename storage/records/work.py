"""What machines still have to do, and when each process was last alive."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.records.table import Code, Record, closed


class Queue(StrEnum):
    """The two kinds of worker."""

    FACES = "faces"
    CHORES = "chores"


class WorkKind(StrEnum):
    """Every kind of work there is."""

    VERIFY_CHECKIN = "verify_checkin"
    EMBED_REFERENCE = "embed_reference"
    RE_EMBED_REFERENCE = "re_embed_reference"
    SEARCH_LOOK_ALIKE = "search_look_alike"
    RENDER_MEDIA = "render_media"
    RECONSIDER_CHECKIN = "reconsider_checkin"
    COMPARE_MEDIA = "compare_media"


class Work(Record):
    """One thing to do: a promise kept in the transaction that made it necessary."""

    __tablename__ = "work"
    __table_args__ = (
        closed("queue", Queue),
        closed("kind", WorkKind),
        Index(
            "work_waiting_idx",
            "queue",
            "not_before",
            postgresql_where=text("done_at IS NULL AND gave_up_at IS NULL"),
        ),
        Index("work_subject_idx", "kind", "subject_id"),
        Index("work_given_up_idx", "gave_up_at", postgresql_where=text("gave_up_at IS NOT NULL")),
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    queue: Mapped[Queue] = mapped_column(Code(Queue))
    kind: Mapped[WorkKind] = mapped_column(Code(WorkKind))
    offender_id: Mapped[UUID | None]
    subject_id: Mapped[UUID]
    added_at: Mapped[datetime]
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    examining: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    last_error: Mapped[str | None]
    done_at: Mapped[datetime | None]
    gave_up_at: Mapped[datetime | None]


class Heartbeat(Record):
    """The last sign of life of one process, and when it last reached each server."""

    __tablename__ = "heartbeats"

    process: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    reach: Mapped[dict[str, Any]]
