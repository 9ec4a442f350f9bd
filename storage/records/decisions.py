"""What officers answered and what people objected to."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from mobile_contract.codes import ObjectionState
from storage.records.table import Code, Record, RowId, closed


class IdentityAnswer(StrEnum):
    """Did this person make this check-in, at that time?"""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


class Review(Record):
    """One officer's answer to one check-in (核实); never changed."""

    __tablename__ = "reviews"
    __table_args__ = (
        closed("identity", IdentityAnswer),
        UniqueConstraint("offender_id", "checkin_id", "officer_id"),
        CheckConstraint("length(reason) > 0", name="reason"),
        CheckConstraint("identity IS NOT NULL OR place_accepted IS NOT NULL", name="answered"),
        ForeignKeyConstraint(
            ["offender_id", "checkin_id"], ["checkins.offender_id", "checkins.id"]
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID]
    checkin_id: Mapped[UUID]
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    officer_role: Mapped[str]
    objection_id: Mapped[UUID | None] = mapped_column(ForeignKey("objections.id"))
    # None where only the place was still open.
    identity: Mapped[IdentityAnswer | None] = mapped_column(Code(IdentityAnswer))
    place_accepted: Mapped[bool | None]
    reason: Mapped[str]
    answered_at: Mapped[datetime]


class Objection(Record):
    """A person's disagreement with a decision (异议); someone else decides it."""

    __tablename__ = "objections"
    __table_args__ = (
        closed("state", ObjectionState),
        Index(
            "objections_open_key",
            "offender_id",
            "checkin_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        ForeignKeyConstraint(
            ["offender_id", "checkin_id"], ["checkins.offender_id", "checkins.id"]
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID]
    checkin_id: Mapped[UUID]
    words: Mapped[str]
    state: Mapped[ObjectionState] = mapped_column(Code(ObjectionState))
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None]
