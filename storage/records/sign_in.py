"""How accounts prove that it is they: second factors, recovery codes, resets by two people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.records.table import Record, RowId


class SecondFactor(Record):
    """A secret that an authenticator app makes codes of (TOTP).

    One that was never confirmed belongs to the sign-in that it was shown to, and to no other.
    """

    __tablename__ = "second_factors"
    __table_args__ = (
        CheckConstraint("wrong_codes >= 0", name="wrong_codes"),
        Index(
            "second_factors_current_key",
            "officer_id",
            unique=True,
            postgresql_where=text("confirmed_at IS NOT NULL AND ended_at IS NULL"),
        ),
    )

    id: Mapped[RowId]
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), index=True)
    sign_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("sign_ins.id"), index=True)
    sealed_secret: Mapped[str]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # The last time step whose code was taken: no code works twice.
    last_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    wrong_codes: Mapped[int] = mapped_column(server_default=text("0"))
    wait_until: Mapped[datetime | None]


class RecoveryCode(Record):
    """One of the codes for who has lost the authenticator; works once, only its hash is kept."""

    __tablename__ = "recovery_codes"

    id: Mapped[RowId]
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), index=True)
    code_sha256: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # used, or replaced by new ones


class AccountReset(Record):
    """A lost password or second factor, taken away by two people who are not its owner."""

    __tablename__ = "account_resets"
    __table_args__ = (
        CheckConstraint("length(reason) > 0", name="reason"),
        CheckConstraint("asked_by <> officer_id", name="asked_by_another"),
        CheckConstraint(
            "confirmed_by <> officer_id AND confirmed_by <> asked_by", name="two_people"
        ),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed"),
        Index(
            "account_resets_open_key",
            "officer_id",
            unique=True,
            postgresql_where=text("confirmed_at IS NULL AND ended_at IS NULL"),
        ),
        Index("account_resets_officer_idx", "officer_id", "asked_at"),
    )

    id: Mapped[RowId]
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    reason: Mapped[str]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # without having been confirmed
