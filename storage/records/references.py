"""Enrolled photos (登记照), in sets, with the vectors that models made of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.records.table import Code, Record, RowId, closed, require_move


class ReferenceSetState(StrEnum):
    """The life of an enrolment."""

    COLLECTING = "collecting"
    APPROVED = "approved"
    REPLACED = "replaced"
    DISCARDED = "discarded"


class ReferencePhotoState(StrEnum):
    """Whether the models could use a photo."""

    EXAMINING = "examining"
    USABLE = "usable"
    UNUSABLE = "unusable"


REFERENCE_SET_MOVES = {
    ReferenceSetState.COLLECTING: frozenset(
        {ReferenceSetState.APPROVED, ReferenceSetState.DISCARDED}
    ),
    ReferenceSetState.APPROVED: frozenset({ReferenceSetState.REPLACED}),
}


class ReferenceSet(Record):
    """One enrolment; a person has at most one approved and one being collected."""

    __tablename__ = "reference_sets"
    __table_args__ = (
        closed("state", ReferenceSetState),
        Index(
            "reference_sets_approved_key",
            "offender_id",
            unique=True,
            postgresql_where=text("state = 'approved'"),
        ),
        Index(
            "reference_sets_collecting_key",
            "offender_id",
            unique=True,
            postgresql_where=text("state = 'collecting'"),
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), index=True)
    state: Mapped[ReferenceSetState] = mapped_column(Code(ReferenceSetState))
    state_since: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    created_at: Mapped[datetime]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    weak_reason: Mapped[str | None]

    def move(self, to: ReferenceSetState, at: datetime) -> None:
        """Change the state; raises ForbiddenMoveError when it does not follow."""
        require_move(REFERENCE_SET_MOVES, self.state, to)
        self.state, self.state_since = to, at


class ReferencePhoto(Record):
    """One photo of a set."""

    __tablename__ = "reference_photos"
    __table_args__ = (
        closed("state", ReferencePhotoState),
        UniqueConstraint("set_id", "media_id"),
    )

    id: Mapped[RowId]
    set_id: Mapped[UUID] = mapped_column(ForeignKey("reference_sets.id"), index=True)
    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id"))
    state: Mapped[ReferencePhotoState] = mapped_column(Code(ReferencePhotoState))
    fault: Mapped[str | None]  # a face verdict, when unusable
    # Numbers, reasons and the limits' name as `verifier.verdicts.quality` writes them.
    quality: Mapped[dict[str, Any] | None]
    added_at: Mapped[datetime]


class ReferenceVector(Record):
    """What one model made of one photo; vectors of different models are never compared."""

    __tablename__ = "reference_vectors"

    photo_id: Mapped[UUID] = mapped_column(ForeignKey("reference_photos.id"), primary_key=True)
    model_sha256: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str]
    vector: Mapped[bytes]  # 128 float32, little-endian


class EnrolmentChange(Record):
    """When the references of a person, or where they are supervised, last changed.

    Written by triggers, whoever changes them. The transaction's number and not a time: no clock
    says in which order transactions became visible.
    """

    __tablename__ = "enrolment_changes"

    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), primary_key=True)
    changed_in: Mapped[int] = mapped_column(BigInteger, index=True)
