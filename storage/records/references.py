"""Enrolled photos (登记照), in sets, with the vectors that models made of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.records.table import Code, Record, RowId, closed, require_move


class ReferenceSetState(StrEnum):
    """The life of an enrolment."""

    COLLECTING = "collecting"
    AWAITING_SECOND = "awaiting_second"  # a change that one officer has approved
    APPROVED = "approved"
    REPLACED = "replaced"
    DISCARDED = "discarded"


class ReferencePhotoState(StrEnum):
    """Whether the models could use a photo."""

    EXAMINING = "examining"
    USABLE = "usable"
    POOR = "poor"  # below the gate; used only where an officer enrols against it
    UNUSABLE = "unusable"
    LEFT_OUT = "left_out"  # by an officer, before anybody approved the set


class ReferenceSource(StrEnum):
    """Where the photos of a set came from."""

    OFFICER = "officer"
    FOLDER = "folder"  # laid in bulk, by a district's account
    PHONE = "phone"  # the person's own


class ApprovalBasis(StrEnum):
    """What the approving officer compared the photos with."""

    IN_PRESENCE = "in_presence"
    CASE_FILE = "case_file"


class PairAgreement(StrEnum):
    """What comparing every two photos of a set said: of the pair that is least alike."""

    AGREE = "agree"
    UNSURE = "unsure"
    DIFFER = "differ"


OPEN_SETS = (ReferenceSetState.COLLECTING, ReferenceSetState.AWAITING_SECOND)
REFERENCE_SET_MOVES = {
    ReferenceSetState.COLLECTING: frozenset(
        {
            ReferenceSetState.AWAITING_SECOND,
            ReferenceSetState.APPROVED,
            ReferenceSetState.DISCARDED,
        }
    ),
    ReferenceSetState.AWAITING_SECOND: frozenset(
        {ReferenceSetState.APPROVED, ReferenceSetState.DISCARDED}
    ),
    ReferenceSetState.APPROVED: frozenset({ReferenceSetState.REPLACED}),
}


class ReferenceSet(Record):
    """One enrolment; a person has at most one approved and one that is not decided yet.

    A trigger (migration 0019) lets no set become approved without a basis, and none after another
    one without a second officer.
    """

    __tablename__ = "reference_sets"
    __table_args__ = (
        closed("state", ReferenceSetState),
        closed("source", ReferenceSource),
        closed("basis", ApprovalBasis),
        closed("pairs", PairAgreement),
        CheckConstraint("(source = 'phone') = (created_by IS NULL)", name="created_by"),
        CheckConstraint(
            "seconded_by IS NULL OR (approved_by IS NOT NULL AND seconded_by <> approved_by)",
            name="seconded_by",
        ),
        Index(
            "reference_sets_approved_key",
            "offender_id",
            unique=True,
            postgresql_where=text("state = 'approved'"),
        ),
        Index(
            "reference_sets_open_key",
            "offender_id",
            unique=True,
            postgresql_where=text("state IN ('collecting', 'awaiting_second')"),
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), index=True)
    state: Mapped[ReferenceSetState] = mapped_column(Code(ReferenceSetState))
    state_since: Mapped[datetime]
    source: Mapped[ReferenceSource] = mapped_column(
        Code(ReferenceSource), server_default="officer", default=ReferenceSource.OFFICER
    )
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    created_at: Mapped[datetime]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    approved_at: Mapped[datetime | None]
    basis: Mapped[ApprovalBasis | None] = mapped_column(Code(ApprovalBasis))
    seconded_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    seconded_at: Mapped[datetime | None]
    weak_reason: Mapped[str | None]  # why fewer photos than are enough
    gate_reason: Mapped[str | None]  # why photos below the quality gate are used all the same
    pairs: Mapped[PairAgreement | None] = mapped_column(Code(PairAgreement))
    pairs_reason: Mapped[str | None]  # why photos that do not agree are one person's

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
    fault: Mapped[str | None]  # a face verdict, when unusable or poor
    # Numbers, reasons and the limits' name as `verifier.verdicts.quality` writes them.
    quality: Mapped[dict[str, Any] | None]
    added_at: Mapped[datetime]


# What a set is made of: a photo that was left out is erased and belongs to it no longer.
STANDS_IN_SET = ReferencePhoto.state != ReferencePhotoState.LEFT_OUT


class ReferenceVector(Record):
    """What one model made of one photo; vectors of different models are never compared."""

    __tablename__ = "reference_vectors"

    photo_id: Mapped[UUID] = mapped_column(ForeignKey("reference_photos.id"), primary_key=True)
    model_sha256: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str]
    vector: Mapped[bytes]  # 128 float32, little-endian


class ModelChange(Record):
    """Another model for enrolled photos: until each has its vectors, the model before it judges.

    Photos are promised to the workers a few at a time, in the order of their ids: each one that is
    concluded promises the next, so that check-ins that came meanwhile go first.
    """

    __tablename__ = "model_changes"
    __table_args__ = (
        CheckConstraint("to_sha256 ~ '^[0-9a-f]{64}$'", name="to_sha256"),
        Index(
            "model_changes_unfinished_key",
            text("(true)"),
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: Mapped[RowId]
    to_sha256: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    photos: Mapped[int]  # that lacked vectors when it began
    position: Mapped[UUID | None]  # the last photo that was promised
    promised: Mapped[int] = mapped_column(server_default="0", default=0)
    concluded: Mapped[int] = mapped_column(server_default="0", default=0)
    given_up: Mapped[int] = mapped_column(server_default="0", default=0)
    finished_at: Mapped[datetime | None]


class LookAlike(Record):
    """The nearest other enrolled person that a set resembles; nothing is written of the other.

    A table of its own: the person's phone reads the own sets, and never this.
    """

    __tablename__ = "look_alikes"

    set_id: Mapped[UUID] = mapped_column(ForeignKey("reference_sets.id"), primary_key=True)
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), index=True)
    nearest_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), index=True)
    nearest_office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    distance: Mapped[float]  # 1 - cosine of the means
    found_at: Mapped[datetime]


class EnrolmentChange(Record):
    """When the references of a person, or where they are supervised, last changed.

    Written by triggers, whoever changes them. The transaction's number and not a time: no clock
    says in which order transactions became visible.
    """

    __tablename__ = "enrolment_changes"

    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), primary_key=True)
    changed_in: Mapped[int] = mapped_column(BigInteger, index=True)
