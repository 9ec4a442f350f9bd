"""Rules that change over time and the record of who did what; both only ever grow."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.records.table import Record


class RuleRow(Record):
    """One value of one rule from an instant on, for a district or for all."""

    __tablename__ = "rules"
    __table_args__ = (Index("rules_in_force_idx", "name", "valid_from"),)

    number: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str]
    district_id: Mapped[UUID | None] = mapped_column(ForeignKey("districts.id"))
    value: Mapped[Any] = mapped_column(JSONB)
    valid_from: Mapped[datetime]
    set_by: Mapped[str]
    reason: Mapped[str]
    set_at: Mapped[datetime]


class AuditEntry(Record):
    """One act, who did it and to whom; nobody holds a right to change or delete it."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("audit_entries_offender_idx", "offender_id", "at"),
        # Rows come in the order of time, so a few pages of index find a day among years.
        Index("audit_entries_at_idx", "at", postgresql_using="brin"),
        Index(
            "audit_entries_opening_refused_idx",
            "at",
            postgresql_where=text("action = 'case_opening_refused'"),
        ),
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]  # the scope of the transaction that wrote it
    action: Mapped[str]
    offender_id: Mapped[UUID | None]
    subject: Mapped[str | None]
    detail: Mapped[dict[str, Any]]
    # By a procurator: hidden from those who are inspected.
    inspection: Mapped[bool] = mapped_column(server_default=text("false"))


class PhotoLook(Record):
    """A check-in whose photos an officer saw in an hour; kept for some days, to count them."""

    __tablename__ = "photo_looks"

    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    checkin_id: Mapped[UUID] = mapped_column(primary_key=True)
