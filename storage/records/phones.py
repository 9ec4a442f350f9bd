"""Registered phones and the codes that register them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mobile_contract.codes import DeviceState
from storage.records.table import Code, Record, RowId, closed, require_move

DEVICE_MOVES = {
    DeviceState.WAITING: frozenset({DeviceState.ACTIVE, DeviceState.REVOKED}),
    DeviceState.ACTIVE: frozenset({DeviceState.REPLACED, DeviceState.LOST, DeviceState.REVOKED}),
    DeviceState.LOST: frozenset({DeviceState.REPLACED, DeviceState.REVOKED}),
}


class Device(Record):
    """One registration of a phone for one person; at most one is active."""

    __tablename__ = "devices"
    __table_args__ = (
        closed("state", DeviceState),
        Index(
            "devices_active_key",
            "offender_id",
            unique=True,
            postgresql_where=text("state = 'active'"),
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

    def move(self, to: DeviceState, at: datetime) -> None:
        """Change the state; raises ForbiddenMoveError when it does not follow."""
        require_move(DEVICE_MOVES, self.state, to)
        self.state, self.state_since = to, at


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
