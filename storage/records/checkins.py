"""Check-ins (签到), what was measured about them, and the receipts for them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mobile_contract.codes import Channel, CheckInState, Datum, NoPlaceReason, NoSelfieReason
from storage.records.table import Code, Record, RowId, closed, require_move

CHECKIN_MOVES = {
    CheckInState.RECEIVED: frozenset({CheckInState.VERIFYING, CheckInState.IN_REVIEW}),
    CheckInState.VERIFYING: frozenset(
        {CheckInState.RECEIVED, CheckInState.CONFIRMED, CheckInState.IN_REVIEW}
    ),
    CheckInState.IN_REVIEW: frozenset(
        {
            CheckInState.CONFIRMED,
            CheckInState.NOT_CONFIRMED,
            CheckInState.NOT_DECIDED,
            CheckInState.SUPERSEDED,
        }
    ),
    CheckInState.NOT_CONFIRMED: frozenset({CheckInState.IN_REVIEW}),
}


class CheckIn(Record):
    """One report; the id is made by the phone and unique for the person."""

    __tablename__ = "checkins"
    __table_args__ = (
        closed("state", CheckInState),
        closed("channel", Channel),
        closed("datum", Datum),
        closed("no_place_reason", NoPlaceReason),
        closed("no_selfie_reason", NoSelfieReason),
        CheckConstraint("latitude IS NULL OR datum IS NOT NULL", name="datum_named"),
        CheckConstraint("(channel = 'phone') = (recorded_by IS NULL)", name="recorded"),
        Index("checkins_window_idx", "window_id"),
        Index("checkins_received_idx", "offender_id", "received_at"),
        Index(
            "checkins_pending_idx",
            "state",
            "received_at",
            postgresql_where=text("state IN ('received', 'verifying', 'in_review')"),
        ),
    )

    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[Channel] = mapped_column(Code(Channel))
    window_id: Mapped[UUID | None] = mapped_column(ForeignKey("windows.id"))
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("devices.id"))
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    body: Mapped[dict[str, Any]]  # as frozen by the phone, or as recorded by an officer
    received_at: Mapped[datetime]
    captured_at: Mapped[datetime]  # by the phone's wall clock
    proven_at: Mapped[datetime | None]  # capture time that holds whatever that clock says
    claimed_at: Mapped[datetime | None]  # by the phone's wall clock, corrected; None: impossible
    time_basis: Mapped[str]
    captured_offline: Mapped[bool]
    clock_difference_s: Mapped[float | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    datum: Mapped[Datum | None] = mapped_column(Code(Datum))
    accuracy_m: Mapped[float | None]
    no_place_reason: Mapped[NoPlaceReason | None] = mapped_column(Code(NoPlaceReason))
    no_selfie_reason: Mapped[NoSelfieReason | None] = mapped_column(Code(NoSelfieReason))
    state: Mapped[CheckInState] = mapped_column(Code(CheckInState))
    state_since: Mapped[datetime]
    told: Mapped[list[Any]]  # codes of mobile_contract.codes.ToldReason, as last judged
    retake_until: Mapped[datetime | None]
    place_accepted: Mapped[bool | None]  # what officers said of a flagged place

    def move(self, to: CheckInState, at: datetime) -> None:
        """Change the state; raises ForbiddenMoveError when it does not follow."""
        require_move(CHECKIN_MOVES, self.state, to)
        self.state, self.state_since = to, at
        if to is not CheckInState.IN_REVIEW:
            self.retake_until = None


class EvidenceRow(Record):
    """What one attempt measured; never changed."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("offender_id", "checkin_id", "attempt"),
        Index("evidence_finished_idx", "finished_at"),
        ForeignKeyConstraint(
            ["offender_id", "checkin_id"], ["checkins.offender_id", "checkins.id"]
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID]
    checkin_id: Mapped[UUID]
    attempt: Mapped[int]
    face_verdict: Mapped[str]
    face: Mapped[dict[str, Any]]  # verifier.verdicts.evidence.FaceEvidence
    # verifier.verdicts.movement.MovementSeen
    movement: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    threshold_set: Mapped[str | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]


class CheckInVector(Record):
    """What a model made of a check-in's photo; goes with the photo, the verifier's alone."""

    __tablename__ = "checkin_vectors"
    __table_args__ = (
        ForeignKeyConstraint(
            ["offender_id", "checkin_id"], ["checkins.offender_id", "checkins.id"]
        ),
    )

    offender_id: Mapped[UUID] = mapped_column(primary_key=True)
    checkin_id: Mapped[UUID] = mapped_column(primary_key=True)
    model_sha256: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str]
    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id"), index=True)
    vector: Mapped[bytes]  # 128 float32, little-endian
    keep_until: Mapped[datetime] = mapped_column(index=True)


class FlagKind(StrEnum):
    """A flag opens an item, a note opens nothing."""

    FLAG = "flag"
    NOTE = "note"


class RaisedFlag(Record):
    """One flag or note on one check-in (异常标记, 提示)."""

    __tablename__ = "flags"
    __table_args__ = (
        closed("kind", FlagKind),
        ForeignKeyConstraint(
            ["offender_id", "checkin_id"], ["checkins.offender_id", "checkins.id"]
        ),
    )

    offender_id: Mapped[UUID] = mapped_column(primary_key=True)
    checkin_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[FlagKind] = mapped_column(Code(FlagKind))
    severity: Mapped[int]
    raised_at: Mapped[datetime]


class ReceiptRow(Record):
    """Signed proof of one attempt, accepted or refused; one for each check-in id and code."""

    __tablename__ = "receipts"
    __table_args__ = (UniqueConstraint("offender_id", "checkin_id", "code"),)

    number: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"))
    checkin_id: Mapped[UUID]
    code: Mapped[str]
    short_code: Mapped[str] = mapped_column(unique=True)
    server_time: Mapped[datetime] = mapped_column(index=True)
    parts: Mapped[list[Any]]
    key_id: Mapped[str]
    signature: Mapped[str]
