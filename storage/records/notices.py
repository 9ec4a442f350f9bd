"""What a person is told without asking."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mobile_contract.codes import NoticeKind
from storage.records.table import Code, Record, RowId, closed


class Notice(Record):
    """One message to one person; its text is made from kind and facts when read."""

    __tablename__ = "notices"
    __table_args__ = (closed("kind", NoticeKind), Index("notices_read_idx", "offender_id", "at"))

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"))
    kind: Mapped[NoticeKind] = mapped_column(Code(NoticeKind))
    checkin_id: Mapped[UUID | None]
    window_id: Mapped[UUID | None] = mapped_column(ForeignKey("windows.id"))
    facts: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
