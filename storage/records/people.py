"""Districts, offices, the people who work there and the people they supervise."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mobile_contract.codes import Datum
from storage.records.table import Code, Record, RowId, closed


class District(Record):
    """A district (区县) of the city."""

    __tablename__ = "districts"

    id: Mapped[RowId]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Office(Record):
    """A justice office (司法所)."""

    __tablename__ = "offices"

    id: Mapped[RowId]
    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Officer(Record):
    """An account that signs in to the console or the content tool; its postings say what for."""

    __tablename__ = "officers"

    id: Mapped[RowId]
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    setup_code_sha256: Mapped[str | None]
    setup_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class SignIn(Record):
    """One signed-in browser or tool; the cookie holds only the secret whose hash is here."""

    __tablename__ = "sign_ins"

    id: Mapped[RowId]
    secret_sha256: Mapped[str] = mapped_column(unique=True)
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), index=True)
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    second_factor_at: Mapped[datetime | None]  # None: only the password was given so far


class Offender(Record):
    """A supervised person (社区矫正对象)."""

    __tablename__ = "offenders"

    id: Mapped[RowId]
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"), index=True)
    created_at: Mapped[datetime]
    adult_on: Mapped[date | None]  # the 18th birthday of who is younger; None: an adult
    face_exempt_from: Mapped[date | None]
    face_exempt_to: Mapped[date | None]
    face_exempt_reason: Mapped[str | None]
    # From the movement check; why is kept nowhere, for it is mostly health.
    movement_exempt_from: Mapped[date | None]
    movement_exempt_to: Mapped[date | None]


class Fence(Record):
    """The circle a person reports from; a new one ends the old one."""

    __tablename__ = "fences"
    __table_args__ = (
        closed("datum", Datum),
        CheckConstraint("radius_m > 0", name="radius"),
        CheckConstraint("abs(latitude) <= 90 AND abs(longitude) <= 180", name="coordinates"),
        Index(
            "fences_current_key",
            "offender_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), index=True)
    latitude: Mapped[float]
    longitude: Mapped[float]
    datum: Mapped[Datum] = mapped_column(Code(Datum))
    radius_m: Mapped[float]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
