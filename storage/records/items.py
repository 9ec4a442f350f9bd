"""What waits for an officer (待办)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.records.table import Code, Record, RowId, closed


class Cause(StrEnum):
    """Why something waits; a person has one open item for each."""

    CHECKIN = "checkin"
    SYSTEM = "system"
    NOT_ENROLLED = "not_enrolled"
    WINDOW = "window"
    OBJECTION = "objection"
    DEVICE = "device"


class Level(StrEnum):
    """Who holds an item now: it moves up when its deadline passes."""

    OFFICER = "officer"
    HEAD = "head"
    DISTRICT = "district"


class Item(Record):
    """One open cause of one person; it closes with its last entry."""

    __tablename__ = "items"
    __table_args__ = (
        closed("cause", Cause),
        closed("level", Level),
        Index(
            "items_open_key",
            "offender_id",
            "cause",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("items_due_idx", "due_at", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"))
    cause: Mapped[Cause] = mapped_column(Code(Cause))
    level: Mapped[Level] = mapped_column(
        Code(Level), default=Level.OFFICER, server_default="officer"
    )
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    cover_id: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class ItemEntry(Record):
    """One undecided check-in, window or phone of an item, decided on its own."""

    __tablename__ = "item_entries"
    __table_args__ = (
        CheckConstraint("num_nonnulls(checkin_id, window_id, device_id) = 1", name="subject"),
        Index(
            "item_entries_checkin_key",
            "item_id",
            "checkin_id",
            unique=True,
            postgresql_where=text("checkin_id IS NOT NULL AND settled_at IS NULL"),
        ),
        Index(
            "item_entries_window_key",
            "item_id",
            "window_id",
            unique=True,
            postgresql_where=text("window_id IS NOT NULL AND settled_at IS NULL"),
        ),
        Index(
            "item_entries_device_key",
            "item_id",
            "device_id",
            unique=True,
            postgresql_where=text("device_id IS NOT NULL AND settled_at IS NULL"),
        ),
        ForeignKeyConstraint(
            ["offender_id", "checkin_id"], ["checkins.offender_id", "checkins.id"]
        ),
    )

    id: Mapped[RowId]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id"), index=True)
    offender_id: Mapped[UUID]
    checkin_id: Mapped[UUID | None]
    window_id: Mapped[UUID | None] = mapped_column(ForeignKey("windows.id"))
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("devices.id"))
    added_at: Mapped[datetime]
    due_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
