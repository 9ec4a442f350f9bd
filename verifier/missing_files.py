"""Check-ins that came without their files: what is still awaited, and when waiting ends."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mobile_contract.codes import Channel, CheckInState
from storage import work
from storage.records import CheckIn, Media, MediaKind, RuleRow, Work, WorkKind
from storage.work import Subject
from verifier.rules.in_force import in_force_for
from verifier.rules.rules import Rules

MOST_AT_ONCE = 100


def declared_names(checkin: CheckIn) -> tuple[str, ...]:
    """Returns the names of the files that the phone declared at capture, in its order."""
    return tuple(str(file["name"]) for file in checkin.body.get("files", []))


def held_names(session: Session, checkin: CheckIn) -> frozenset[str]:
    """Returns the names of the files of a check-in that are here."""
    return frozenset(
        session.scalars(
            select(Media.name).where(
                Media.offender_id == checkin.offender_id,
                Media.checkin_id == checkin.id,
                Media.kind == MediaKind.CHECKIN,
            )
        )
    )


def missing_names(session: Session, checkin: CheckIn) -> tuple[str, ...]:
    """Returns the names of the declared files that are not here, in the phone's order."""
    held = held_names(session, checkin)
    return tuple(name for name in declared_names(checkin) if name not in held)


def waits_for_files() -> ColumnElement[bool]:
    """Returns the condition of a check-in that no machine looks at yet: it lacks a file."""
    held = (
        select(func.count())
        .where(
            Media.offender_id == CheckIn.offender_id,
            Media.checkin_id == CheckIn.id,
            Media.kind == MediaKind.CHECKIN,
        )
        .scalar_subquery()
    )
    declared = func.coalesce(func.jsonb_array_length(CheckIn.body["files"]), 0)
    return (CheckIn.state == CheckInState.RECEIVED) & (declared > held)


def stop_waiting(session: Session, now: datetime) -> int:
    """Lets check-ins be verified without the files that did not come in time; returns how many.

    At most MOST_AT_ONCE. What is missing is then flagged; what comes later is still taken.
    """
    count = 0
    for offender_id, checkin_id in _overdue(session, now):
        work.add(session, WorkKind.VERIFY_CHECKIN, Subject(checkin_id, offender_id), now)
        count += 1
        if count == MOST_AT_ONCE:
            break
    return count


def _overdue(session: Session, now: datetime) -> Iterator[tuple[UUID, UUID]]:
    waiting = session.execute(
        select(CheckIn.offender_id, CheckIn.id, CheckIn.received_at)
        .where(
            CheckIn.channel == Channel.PHONE,
            CheckIn.state == CheckInState.RECEIVED,
            CheckIn.received_at <= now - timedelta(hours=_fewest_hours(session)),
            ~_promised(),
        )
        .order_by(CheckIn.received_at)
    ).all()
    for offender_id, checkin_id, received_at in waiting:
        rules = in_force_for(session, offender_id, received_at)
        if received_at + timedelta(hours=rules.files_hours) <= now:
            yield offender_id, checkin_id


def _fewest_hours(session: Session) -> int:
    """Returns the shortest wait that any rule ever named, so that few others are looked at."""
    values = session.scalars(select(RuleRow.value).where(RuleRow.name == "files_hours"))
    return min([Rules().files_hours, *map(int, values)])


def _promised() -> ColumnElement[bool]:
    return (
        select(Work.number)
        .where(
            Work.kind == WorkKind.VERIFY_CHECKIN,
            Work.subject_id == CheckIn.id,
            Work.offender_id == CheckIn.offender_id,
            Work.done_at.is_(None),
            Work.gave_up_at.is_(None),
        )
        .exists()
    )
