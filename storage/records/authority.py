"""Who works where as what, and over whom somebody has authority or has it not."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.records.table import Code, Record, RowId, closed


class Role(StrEnum):
    """What a posting is for; what it may do stands in access/permissions."""

    SOCIAL_WORKER = "social_worker"
    OFFICER = "officer"
    HEAD = "head"
    DUTY = "duty"
    DISTRICT = "district"
    CITY = "city"
    PROCURATOR = "procurator"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


OFFICE_ROLES = frozenset({Role.SOCIAL_WORKER, Role.OFFICER, Role.HEAD})
DISTRICT_ROLES = frozenset({Role.DUTY, Role.DISTRICT, Role.PROCURATOR})
PLACELESS_ROLES = frozenset(Role) - OFFICE_ROLES - DISTRICT_ROLES


def _named(roles: frozenset[Role]) -> str:
    return ", ".join(f"'{role}'" for role in sorted(roles))


class Posting(Record):
    """One role of an account at one place (任职); a cover (代班) is one with dates.

    It is in force from its confirmation until it ends, on its days (Asia/Shanghai, both inclusive).
    """

    __tablename__ = "postings"
    __table_args__ = (
        closed("role", Role),
        CheckConstraint(
            f"(role IN ({_named(OFFICE_ROLES)})) = (office_id IS NOT NULL)", name="office"
        ),
        CheckConstraint(
            f"(role IN ({_named(DISTRICT_ROLES)})) = (district_id IS NOT NULL)", name="district"
        ),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        CheckConstraint("covers_id IS NULL OR ends_on IS NOT NULL", name="cover_ends"),
        CheckConstraint("covers_id <> officer_id", name="cover_of_another"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed"),
        Index("postings_officer_idx", "officer_id", postgresql_where=text("ended_at IS NULL")),
        Index("postings_office_idx", "office_id", postgresql_where=text("ended_at IS NULL")),
        Index("postings_district_idx", "district_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[RowId]
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    role: Mapped[Role] = mapped_column(Code(Role))
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("offices.id"))
    district_id: Mapped[UUID | None] = mapped_column(ForeignKey("districts.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    covers_id: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    created_by: Mapped[str]  # the scope of the transaction: officer:ID or command:NAME
    created_at: Mapped[datetime]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class Recusal(Record):
    """An officer who has nothing to do with a person's case (回避)."""

    __tablename__ = "recusals"
    __table_args__ = (
        Index(
            "recusals_current_key",
            "offender_id",
            "officer_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), index=True)
    reason: Mapped[str]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    set_at: Mapped[datetime]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    ended_at: Mapped[datetime | None]


class NamedOfficer(Record):
    """One of the few who may see the case of somebody under 18 (社区矫正法 52, 54)."""

    __tablename__ = "named_officers"
    __table_args__ = (
        # Those of before this rule have ended.
        CheckConstraint("named_by <> officer_id OR ended_at IS NOT NULL", name="by_another"),
        Index(
            "named_officers_current_key",
            "offender_id",
            "officer_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), index=True)
    named_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    named_at: Mapped[datetime]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    ended_at: Mapped[datetime | None]


class CaseOpening(Record):
    """A city supervisor's look at a single case, with the reason stated; it ends by itself."""

    __tablename__ = "case_openings"
    __table_args__ = (
        CheckConstraint("length(reason) > 0", name="reason"),
        CheckConstraint("expires_at > opened_at", name="order"),
        Index("case_openings_officer_idx", "officer_id", "expires_at"),
    )

    id: Mapped[RowId]
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"))
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class PersonNote(Record):
    """What somebody who works with a person wrote down: a call, a visit, an impression."""

    __tablename__ = "person_notes"
    __table_args__ = (
        CheckConstraint("length(words) > 0", name="words"),
        Index("person_notes_offender_idx", "offender_id", "written_at"),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    words: Mapped[str]
    written_at: Mapped[datetime]


class InspectionOpinion(Record):
    """What a procurator writes to a district about an office or a person (检察意见)."""

    __tablename__ = "inspection_opinions"
    __table_args__ = (
        CheckConstraint("length(words) > 0", name="words"),
        Index("inspection_opinions_district_idx", "district_id", "written_at"),
    )

    id: Mapped[RowId]
    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("offices.id"))
    offender_id: Mapped[UUID | None] = mapped_column(ForeignKey("offenders.id"))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    words: Mapped[str]
    written_at: Mapped[datetime]
