"""Named limits of comparing faces, and who put them in force; neither is ever changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.records.table import Record, RowId


class ThresholdSetRow(Record):
    """A set of limits (比对阈值) as it was laid in, with what it was measured on."""

    __tablename__ = "threshold_sets"
    __table_args__ = (
        CheckConstraint("name ~ '^[a-z0-9][a-z0-9.-]{2,62}$'", name="name"),
        CheckConstraint("length(reason) > 0", name="reason"),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    limits: Mapped[list[Any]] = mapped_column(JSONB)  # of verifier.verdicts.bands.Limits
    quality: Mapped[dict[str, Any] | None]  # of the gate before it; None: the code's own limits
    measured: Mapped[dict[str, Any]]  # sizes and rates by number of references, as calibrate said
    laid_by: Mapped[str]  # the scope of the transaction: command:NAME
    laid_at: Mapped[datetime]
    reason: Mapped[str]


class ThresholdActivation(Record):
    """One wish to put a set in force, and the second person who agreed or did not."""

    __tablename__ = "threshold_activations"
    __table_args__ = (
        CheckConstraint("length(reason) > 0", name="reason"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed"),
        CheckConstraint("confirmed_by <> asked_by", name="two_people"),
        CheckConstraint("(declined_at IS NULL) = (declined_by IS NULL)", name="declined"),
        CheckConstraint("confirmed_at IS NULL OR declined_at IS NULL", name="one_answer"),
        Index(
            "threshold_activations_open_key",
            "set_name",
            unique=True,
            postgresql_where=text("confirmed_at IS NULL AND declined_at IS NULL"),
        ),
    )

    id: Mapped[RowId]
    set_name: Mapped[str] = mapped_column(ForeignKey("threshold_sets.name"))
    reason: Mapped[str]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    asked_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    confirmed_at: Mapped[datetime | None]
    declined_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    declined_at: Mapped[datetime | None]
