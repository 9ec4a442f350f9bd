"""When a person is under supervision, when it is paused, and who supervises (矫正期)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.records.table import Code, Record, RowId, closed


class EndReason(StrEnum):
    """Why a period ended by decision; a period may also end on its last day by itself."""

    COMPLETED = "completed"
    PARDONED = "pardoned"
    REVOKED_TO_PRISON = "revoked_to_prison"
    DECEASED = "deceased"
    OTHER = "other"


class PauseReason(StrEnum):
    """Why somebody under supervision cannot or need not report for a while."""

    CUSTODY = "custody"
    TREATMENT = "treatment"
    ORDERED = "ordered"
    OTHER = "other"


class TransferState(StrEnum):
    """Where the asking of one office to hand a person over to another stands."""

    ASKED = "asked"
    TAKEN = "taken"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class SupervisionPeriod(Record):
    """When a person is under supervision; outside one no window is laid.

    Days in Asia/Shanghai, both inclusive. `ends_on` without a reason is the day it is to end.
    """

    __tablename__ = "supervision_periods"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        CheckConstraint(
            "(end_reason IS NULL) = (end_decided_at IS NULL)"
            " AND (end_reason IS NULL) = (ended_by IS NULL)"
            " AND (end_reason IS NULL OR ends_on IS NOT NULL)",
            name="end",
        ),
        closed("end_reason", EndReason),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime]
    end_reason: Mapped[EndReason | None] = mapped_column(Code(EndReason))
    end_words: Mapped[str | None]
    ended_by: Mapped[str | None]  # the scope of the transaction: officer:ID or command:NAME
    end_decided_at: Mapped[datetime | None]


class SupervisionPause(Record):
    """Days of a period on which nobody is due; both inclusive, open while no end is set."""

    __tablename__ = "supervision_pauses"
    __table_args__ = (
        closed("reason", PauseReason),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        CheckConstraint("(called_off_at IS NULL) = (called_off_by IS NULL)", name="called_off"),
    )

    id: Mapped[RowId]
    period_id: Mapped[UUID] = mapped_column(ForeignKey("supervision_periods.id"))
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reason: Mapped[PauseReason] = mapped_column(Code(PauseReason))
    words: Mapped[str | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    resumed_by: Mapped[str | None]  # who set the last day, once it was open
    resumed_at: Mapped[datetime | None]
    called_off_by: Mapped[str | None]  # a pause that had not begun
    called_off_at: Mapped[datetime | None]


class Transfer(Record):
    """The asking of one office that another take a person over (变更执行地).

    Number and name are copies: neither office reads the other's people. The name goes with the
    decision; number and days stay with both.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        closed("state", TransferState),
        CheckConstraint("from_office_id <> to_office_id", name="elsewhere"),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decided"),
        Index(
            "transfers_asked_key",
            "offender_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
        ),
        Index("transfers_from_office_idx", "from_office_id", "asked_at"),
        Index("transfers_to_office_idx", "to_office_id", "asked_at"),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"))
    number: Mapped[str]
    name: Mapped[str | None]
    from_office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    to_office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    reason: Mapped[str]
    state: Mapped[TransferState] = mapped_column(
        Code(TransferState), default=TransferState.ASKED, server_default="asked"
    )
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None]
