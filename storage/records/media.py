"""What the database knows of every object in the store."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.records.table import Code, Record, RowId, closed, require_move


class MediaKind(StrEnum):
    """What an object is."""

    CHECKIN = "checkin"
    REFERENCE = "reference"
    RENDITION = "rendition"
    STUDY = "study"


class MediaState(StrEnum):
    """The life of an object."""

    STORED = "stored"
    ERASING = "erasing"
    ERASED = "erased"


class Wrong(StrEnum):
    """In what way database and store disagree."""

    GONE = "gone"  # a row's version is not there
    CHANGED = "changed"  # its bytes are others
    OVERWRITTEN = "overwritten"  # another version is the newest under its key
    UNKNOWN = "unknown"  # a version that no row names


MEDIA_MOVES = {
    MediaState.STORED: frozenset({MediaState.ERASING}),
    MediaState.ERASING: frozenset({MediaState.ERASED}),
}


class Media(Record):
    """One version of one object: where it lies and what its bytes must be."""

    __tablename__ = "media"
    __table_args__ = (
        closed("kind", MediaKind),
        closed("state", MediaState),
        CheckConstraint("length >= 0", name="length"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("(kind = 'rendition') = (original_id IS NOT NULL)", name="original"),
        Index("media_object_key", "bucket", "object_key", "version_id", unique=True),
        Index(
            "media_rendition_key",
            "original_id",
            unique=True,
            postgresql_where=text("original_id IS NOT NULL"),
        ),
        Index("media_checkin_idx", "offender_id", "checkin_id"),
        # For a part of the keys at a time, whatever the database's collation is.
        Index("media_prefix_idx", "object_key", postgresql_ops={"object_key": "text_pattern_ops"}),
    )

    id: Mapped[RowId]
    kind: Mapped[MediaKind] = mapped_column(Code(MediaKind))
    offender_id: Mapped[UUID | None] = mapped_column(ForeignKey("offenders.id"))
    checkin_id: Mapped[UUID | None]
    name: Mapped[str]
    original_id: Mapped[UUID | None] = mapped_column(ForeignKey("media.id"))
    bucket: Mapped[str]
    object_key: Mapped[str]
    version_id: Mapped[str] = mapped_column(server_default="", default="")
    length: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    content_type: Mapped[str]
    state: Mapped[MediaState] = mapped_column(Code(MediaState), default=MediaState.STORED)
    state_since: Mapped[datetime]
    keep_until: Mapped[datetime | None]
    hold: Mapped[bool] = mapped_column(server_default=text("false"), default=False)

    def move(self, to: MediaState, at: datetime) -> None:
        """Change the state; raises ForbiddenMoveError when it does not follow."""
        require_move(MEDIA_MOVES, self.state, to)
        self.state, self.state_since = to, at


class MediaSweep(Record):
    """One comparison of all rows with all objects, done slice by slice."""

    __tablename__ = "media_sweeps"

    id: Mapped[RowId]
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
    depth: Mapped[int]  # how many digits of the keys tell slices apart
    position: Mapped[int] = mapped_column(server_default="0", default=0)  # slices done
    objects: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    bytes_of: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)  # objects read
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    gave_up_at: Mapped[datetime | None]


class MediaFinding(Record):
    """One object version about which database and store disagreed, until it is put right."""

    __tablename__ = "media_findings"
    __table_args__ = (
        closed("wrong", Wrong),
        Index(
            "media_findings_open_key",
            "object_key",
            "version_id",
            "wrong",
            unique=True,
            postgresql_where=text("gone_at IS NULL"),
        ),
    )

    id: Mapped[RowId]
    wrong: Mapped[Wrong] = mapped_column(Code(Wrong))
    object_key: Mapped[str]
    version_id: Mapped[str] = mapped_column(server_default="", default="")
    media_id: Mapped[UUID | None] = mapped_column(ForeignKey("media.id"))
    found_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]  # no longer so, or erased
