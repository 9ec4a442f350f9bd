"""Registered phones, the keys they prove themselves with, and the codes that register them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from mobile_contract.codes import DeviceState, Platform
from storage.records.table import Code, Record, RowId, closed, require_move

DEVICE_MOVES = {
    DeviceState.WAITING: frozenset({DeviceState.ACTIVE, DeviceState.REVOKED}),
    DeviceState.ACTIVE: frozenset({DeviceState.REPLACED, DeviceState.LOST, DeviceState.REVOKED}),
    DeviceState.LOST: frozenset({DeviceState.REPLACED, DeviceState.REVOKED}),
}


class IdentityCheck(StrEnum):
    """How an officer made sure who asks for a registration."""

    IN_PERSON = "in_person"
    VIDEO_CALL = "video_call"
    CALL_BACK = "call_back"


class AttestationVerdict(StrEnum):
    """What was found about a phone's attestation; a checker will add its answers."""

    UNKNOWN = "unknown"


def _since_if_active(context: DefaultExecutionContext) -> datetime | None:
    values = context.get_current_parameters()  # type: ignore[no-untyped-call]
    since: datetime = values["state_since"]
    return since if values["state"] is DeviceState.ACTIVE else None


class Device(Record):
    """One registration of a phone for one person; at most one is active.

    A key belongs to at most one registration that is active or waits; registrations of releases
    before there were keys have none and get no tokens.
    """

    __tablename__ = "devices"
    __table_args__ = (
        closed("state", DeviceState),
        closed("identity_check", IdentityCheck),
        CheckConstraint("(public_key IS NULL) = (key_thumbprint IS NULL)", name="key"),
        Index(
            "devices_active_key",
            "offender_id",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
        Index(
            "devices_key_thumbprint_key",
            "key_thumbprint",
            unique=True,
            postgresql_where=text("state IN ('active', 'waiting')"),
        ),
        Index(
            "devices_for_officers_idx",
            "state_since",
            postgresql_where=text("state IN ('waiting', 'lost')"),
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), index=True)
    install_id: Mapped[str] = mapped_column(index=True)
    state: Mapped[DeviceState] = mapped_column(Code(DeviceState))
    state_since: Mapped[datetime]
    model: Mapped[str]
    os: Mapped[str]
    app: Mapped[str]
    notice_version: Mapped[str]
    notice_shown_at: Mapped[datetime]
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None] = mapped_column(default=_since_if_active)
    lost_at: Mapped[datetime | None]  # when the loss was reported, not when it happened
    words: Mapped[str | None]  # of the person who asks
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    identity_check: Mapped[IdentityCheck | None] = mapped_column(Code(IdentityCheck))
    decision_words: Mapped[str | None]
    stopped_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    stop_words: Mapped[str | None]
    # A JWK (RFC 7517), P-256.
    public_key: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    key_thumbprint: Mapped[str | None]  # of that JWK (RFC 7638)
    refresh_generation: Mapped[int] = mapped_column(server_default="0", default=0)
    foreign_key_seen_at: Mapped[datetime | None]  # a token of it came with another key

    def move(self, to: DeviceState, at: datetime) -> None:
        """Change the state; raises ForbiddenMoveError when it does not follow."""
        require_move(DEVICE_MOVES, self.state, to)
        self.state, self.state_since = to, at
        if to is DeviceState.ACTIVE:
            self.activated_at = at
        elif to is DeviceState.LOST:
            self.lost_at = at


class SharedPhonePermit(Record):
    """An officer's word that two people may use one phone (a couple's); in force until ended."""

    __tablename__ = "shared_phone_permits"
    __table_args__ = (
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_why IS NULL)",
            name="ended",
        ),
        Index(
            "shared_phone_permits_open_key",
            "install_id",
            text("least(offender_id, other_id)"),
            text("greatest(offender_id, other_id)"),
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), index=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), index=True)
    install_id: Mapped[str]
    reason: Mapped[str]
    permitted_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    permitted_at: Mapped[datetime]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None]


class Attestation(Record):
    """What a phone's maker says of its key, kept as it came."""

    __tablename__ = "attestations"
    __table_args__ = (closed("platform", Platform), closed("verdict", AttestationVerdict))

    device_id: Mapped[UUID] = mapped_column(ForeignKey("devices.id"), primary_key=True)
    platform: Mapped[Platform] = mapped_column(Code(Platform))
    blob: Mapped[bytes]
    verdict: Mapped[AttestationVerdict] = mapped_column(
        Code(AttestationVerdict), server_default="unknown", default=AttestationVerdict.UNKNOWN
    )
    received_at: Mapped[datetime]


class SeenProof(Record):
    """A proof that was used; UNLOGGED, since none outlives its nonce by more than minutes."""

    __tablename__ = "seen_proofs"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    digest: Mapped[bytes] = mapped_column(primary_key=True)  # of key and `jti`
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ActivationCode(Record):
    """A one-time code that turns a phone into a person's phone."""

    __tablename__ = "activation_codes"

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), index=True)
    code_sha256: Mapped[str]
    issued_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    wrong_tries: Mapped[int] = mapped_column(server_default="0", default=0)
    used_at: Mapped[datetime | None]
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("devices.id"))
