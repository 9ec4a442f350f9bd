"""What is left of photos when they are gone: hashes, and which check-in is whose twin."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.records.table import Code, Record, RowId, closed


class TwinKind(StrEnum):
    """In what a photo is the same as an earlier one."""

    SAME_BYTES = "same_bytes"
    SAME_PICTURE = "same_picture"
    MIRRORED_PICTURE = "mirrored_picture"
    SAME_FACE = "same_face"
    MIRRORED_FACE = "mirrored_face"


class PhotoHash(Record):
    """The hashes of one selfie or enrolled photo; they outlive it, and nobody is seen in them."""

    __tablename__ = "photo_hashes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["offender_id", "checkin_id"], ["checkins.offender_id", "checkins.id"]
        ),
        CheckConstraint("(checkin_id IS NULL) <> (reference_photo_id IS NULL)", name="of_one"),
        # What a comparison reads stands in the index: a thousand rows lie on as many pages.
        Index(
            "photo_hashes_person_idx",
            "offender_id",
            "seen_at",
            postgresql_include=["id", "checkin_id", "sha256", "frame", "face"],
        ),
        Index(
            "photo_hashes_office_idx",
            "office_id",
            "seen_at",
            postgresql_include=["id", "offender_id", "sha256", "frame", "face"],
        ),
        Index(
            "photo_hashes_reference_idx",
            "offender_id",
            postgresql_where=text("reference_photo_id IS NOT NULL"),
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))  # of that time
    checkin_id: Mapped[UUID | None]
    reference_photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("reference_photos.id"))
    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id"), unique=True)
    seen_at: Mapped[datetime]  # when the check-in was received, or the photo added
    sha256: Mapped[str]
    frame: Mapped[bytes | None]
    face: Mapped[bytes | None]
    keep_until: Mapped[datetime] = mapped_column(index=True)


class ReplayTwin(Record):
    """An earlier photo that the photo of a check-in is the same as."""

    __tablename__ = "replay_twins"
    __table_args__ = (
        closed("kind", TwinKind),
        ForeignKeyConstraint(
            ["offender_id", "checkin_id"], ["checkins.offender_id", "checkins.id"]
        ),
    )

    offender_id: Mapped[UUID] = mapped_column(primary_key=True)
    checkin_id: Mapped[UUID] = mapped_column(primary_key=True)
    # None once the twin's hashes are gone.
    twin_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("photo_hashes.id", ondelete="SET NULL"), index=True
    )
    kind: Mapped[TwinKind] = mapped_column(Code(TwinKind))
    bits: Mapped[int]  # that differ; 0 for the same bytes
    found_at: Mapped[datetime]
