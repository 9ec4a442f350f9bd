"""Whom else a photo resembles: told to whoever looks at the case, and to no other case."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.records.table import Record, RowId


class Likeness(Record):
    """A check-in whose photo looked like somebody else who is enrolled, at an office."""

    __tablename__ = "likenesses"
    __table_args__ = (
        ForeignKeyConstraint(
            ["offender_id", "checkin_id"], ["checkins.offender_id", "checkins.id"]
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(index=True)
    checkin_id: Mapped[UUID]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    distance: Mapped[float]
    found_at: Mapped[datetime]


class LikenessPerson(Record):
    """Who it was: a row of its own, for those with authority over both people."""

    __tablename__ = "likeness_people"

    likeness_id: Mapped[UUID] = mapped_column(ForeignKey("likenesses.id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"))
