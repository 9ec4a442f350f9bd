"""Movement challenges (动作核验): what was asked of whom, and the one check-in that used it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.records.table import Record


class Challenge(Record):
    """Prompts in an order that nobody knew before; the id is 128 random bits, used once."""

    __tablename__ = "challenges"
    __table_args__ = (
        CheckConstraint("(used_at IS NULL) = (used_by IS NULL)", name="used"),
        ForeignKeyConstraint(["offender_id", "used_by"], ["checkins.offender_id", "checkins.id"]),
        # One check-in answers one challenge.
        Index(
            "challenges_used_key",
            "offender_id",
            "used_by",
            unique=True,
            postgresql_where=text("used_by IS NOT NULL"),
        ),
        Index("challenges_issued_idx", "offender_id", "issued_at"),
        Index("challenges_unused_idx", "issued_at", postgresql_where=text("used_by IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"))
    prompts: Mapped[list[Any]]  # codes of mobile_contract.codes.Prompt, in the order asked
    ahead: Mapped[bool]
    issued_at: Mapped[datetime]
    open_until: Mapped[datetime]
    # The phone's own clock when it asked, so that opening can be told from it; None: not said.
    asked_monotonic_ms: Mapped[int | None] = mapped_column(BigInteger)
    asked_boot_id: Mapped[str | None]
    used_at: Mapped[datetime | None]
    used_by: Mapped[UUID | None]
