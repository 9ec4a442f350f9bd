"""When a person is due, and what became of it (签到情况)."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mobile_contract.codes import WindowOutcome
from storage.records.table import Code, Record, RowId, closed


class PlanKind(StrEnum):
    """How a plan lays windows."""

    DAILY = "daily"


class ReportingPlan(Record):
    """When windows are laid for a person; times of day in Asia/Shanghai."""

    __tablename__ = "reporting_plans"
    __table_args__ = (
        closed("kind", PlanKind),
        Index(
            "reporting_plans_current_key",
            "offender_id",
            unique=True,
            postgresql_where=text("ended_on IS NULL"),
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), index=True)
    kind: Mapped[PlanKind] = mapped_column(Code(PlanKind))
    opens: Mapped[time]
    due: Mapped[time]
    grace_ends: Mapped[time]
    # Whether check-ins of its windows are to answer a movement challenge (docs/rules.md 1).
    movement: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    starts_on: Mapped[date]
    ended_on: Mapped[date | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]


class Window(Record):
    """One due check-in, and its outcome (签到时段)."""

    __tablename__ = "windows"
    __table_args__ = (
        closed("outcome", WindowOutcome),
        CheckConstraint(
            "opens_at < due_at AND due_at <= grace_ends_at AND grace_ends_at < upload_until",
            name="order",
        ),
        CheckConstraint("(plan_id IS NULL) = (planned_for IS NULL)", name="planned"),
        Index("windows_planned_key", "plan_id", "planned_for", unique=True),
        Index("windows_offender_idx", "offender_id", "opens_at"),
        Index(
            "windows_open_idx",
            "grace_ends_at",
            postgresql_where=text("outcome IN ('awaited', 'not_received')"),
        ),
        Index(
            "windows_withdrawn_idx",
            "grace_ends_at",
            postgresql_where=text("outcome = 'withdrawn'"),
        ),
        ForeignKeyConstraint(
            ["offender_id", "checkin_id"],
            ["checkins.offender_id", "checkins.id"],
            use_alter=True,
            name="windows_checkin_fkey",
        ),
    )

    id: Mapped[RowId]
    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"))
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("reporting_plans.id"))
    planned_for: Mapped[date | None]
    ordered_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    order_reason: Mapped[str | None]
    opens_at: Mapped[datetime]
    due_at: Mapped[datetime]
    grace_ends_at: Mapped[datetime]
    upload_until: Mapped[datetime]
    outcome: Mapped[WindowOutcome] = mapped_column(
        Code(WindowOutcome), default=WindowOutcome.AWAITED
    )
    outcome_since: Mapped[datetime]
    checkin_id: Mapped[UUID | None]  # the check-in that settles it


class Excusal(Record):
    """What a person decided about a window without a check-in."""

    __tablename__ = "excusals"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('excused_leave', 'excused_system', 'excused_device', 'excused',"
            " 'missed_confirmed')",
            name="outcome",
        ),
    )

    window_id: Mapped[UUID] = mapped_column(ForeignKey("windows.id"), primary_key=True)
    outcome: Mapped[WindowOutcome] = mapped_column(Code(WindowOutcome))
    reason: Mapped[str]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    decided_at: Mapped[datetime]


class Outage(Record):
    """A time in which people could not report; it excuses the windows it covers.

    Our own death concerns everybody; what is declared, one district.
    """

    __tablename__ = "outages"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint(
            "(declared_by IS NULL) = (declared_at IS NULL)"
            " AND (declared_by IS NULL) = (district_id IS NULL)"
            " AND (declared_by IS NULL) = (reason IS NULL)",
            name="declared",
        ),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawn_why IS NULL)",
            name="withdrawn",
        ),
        Index("outages_unsettled_idx", "id", postgresql_where=text("settled_at IS NULL")),
        Index("outages_district_idx", "district_id", "ends_at"),
    )

    id: Mapped[RowId]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    source: Mapped[str]  # "heartbeat", or "declared"
    district_id: Mapped[UUID | None] = mapped_column(ForeignKey("districts.id"))
    reason: Mapped[str | None]
    declared_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    declared_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str | None]
    # Windows that were over when it became known are settled again, in the order of their ids.
    settled_to: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
