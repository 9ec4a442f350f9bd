"""What a person asks the office for, by phone, and what was answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mobile_contract.codes import RequestKind
from storage.records.table import Code, Record, closed


class PersonRequest(Record):
    """One thing asked for; a person has one open request of a kind at a time."""

    __tablename__ = "person_requests"
    __table_args__ = (
        closed("kind", RequestKind),
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)"
            " AND (answered_at IS NULL) = (answer IS NULL)",
            name="answered",
        ),
        Index(
            "person_requests_open_key",
            "offender_id",
            "kind",
            unique=True,
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[RequestKind] = mapped_column(Code(RequestKind))
    words: Mapped[str]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    answer: Mapped[str | None]
