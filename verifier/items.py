"""What waits for an officer (待办): one open item a person and cause, one rule for deadlines."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Uuid,
    any_,
    bindparam,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from storage import audit
from storage.records import Cause, Item, ItemEntry, Level
from verifier.rules.in_force import in_force_for
from verifier.rules.rules import Rules
from verifier.rules.working_days import add_working_days

NEXT_LEVEL = {Level.OFFICER: Level.HEAD, Level.HEAD: Level.DISTRICT}
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Matter:
    """One check-in, window or phone that waits."""

    offender_id: UUID
    checkin_id: UUID | None = None
    window_id: UUID | None = None
    device_id: UUID | None = None


# An entry has one of these; ids of check-ins are made by phones, so the person's goes with them.
_SUBJECTS = {
    "checkin_id": ItemEntry.checkin_id,
    "window_id": ItemEntry.window_id,
    "device_id": ItemEntry.device_id,
}
_WAITING = (
    select(ItemEntry, Item)
    .join(Item, Item.id == ItemEntry.item_id)
    .where(
        ItemEntry.offender_id == any_(bindparam("people", type_=ARRAY(Uuid()))),
        or_(
            *(
                subject == any_(bindparam(name, type_=ARRAY(Uuid())))
                for name, subject in _SUBJECTS.items()
            )
        ),
        ItemEntry.settled_at.is_(None),
        Item.cause == any_(bindparam("causes", type_=ARRAY(Item.cause.type))),
    )
    .order_by(Item.id)
    .with_for_update()
)


def deadline(rules: Rules, cause: Cause, now: datetime) -> datetime:
    """Returns when an item of this cause must be decided: working days from now."""
    days = rules.objection_working_days if cause is Cause.OBJECTION else rules.item_working_days
    return add_working_days(now, days, rules.working_days)


def open_matter(session: Session, matter: Matter, cause: Cause, now: datetime) -> None:
    """Lets a matter wait under the person's one open item of that cause; idempotent."""
    due_at = deadline(in_force_for(session, matter.offender_id, now), cause, now)
    item = _open_item(session, matter.offender_id, cause, now, due_at)
    known = session.scalar(
        select(ItemEntry.id).where(
            ItemEntry.item_id == item.id, *_same(matter), ItemEntry.settled_at.is_(None)
        )
    )
    if known is not None:
        return
    session.add(
        ItemEntry(
            item_id=item.id,
            offender_id=matter.offender_id,
            checkin_id=matter.checkin_id,
            window_id=matter.window_id,
            device_id=matter.device_id,
            added_at=now,
            due_at=due_at,
        )
    )
    session.flush()
    _refresh(session, item, now)
    audit.record(
        session,
        "item_entry_opened",
        now,
        offender_id=matter.offender_id,
        subject=matter.checkin_id or matter.window_id or matter.device_id,
    )


def settle_matter(
    session: Session, matter: Matter, now: datetime, causes: frozenset[Cause] = frozenset(Cause)
) -> None:
    """Ends the waiting of a matter under these causes; an item closes with its last entry."""
    settle_matters(session, [matter], now, causes)


def settle_matters(
    session: Session,
    matters: Collection[Matter],
    now: datetime,
    causes: frozenset[Cause] = frozenset(Cause),
) -> None:
    """Ends the waiting of several matters, found in one query; locks the items in id order."""
    if not matters:
        return
    named = {
        name: [subject for matter in matters if (subject := getattr(matter, name)) is not None]
        for name in _SUBJECTS
    }
    people = list({matter.offender_id for matter in matters})
    entries = session.execute(_WAITING, {"people": people, "causes": sorted(causes), **named}).all()
    for entry, item in entries:
        if _matter_of(entry) in matters:
            entry.settled_at = now
            session.flush()
            _refresh(session, item, now)


def _matter_of(entry: ItemEntry) -> Matter:
    return Matter(entry.offender_id, entry.checkin_id, entry.window_id, entry.device_id)


def escalate(session: Session, now: datetime) -> int:
    """Moves overdue items one level up, each with a new deadline; returns how many."""
    overdue = session.scalars(
        select(Item)
        .where(Item.closed_at.is_(None), Item.due_at <= now, Item.level.in_(NEXT_LEVEL))
        .order_by(Item.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for item in overdue:
        item.level = NEXT_LEVEL[item.level]
        item.due_at = deadline(in_force_for(session, item.offender_id, now), item.cause, now)
        session.execute(
            update(ItemEntry)
            .where(ItemEntry.item_id == item.id, ItemEntry.settled_at.is_(None))
            .values(due_at=item.due_at)
        )
        audit.record(
            session,
            "item_escalated",
            now,
            offender_id=item.offender_id,
            subject=item.id,
            level=str(item.level),
        )
    return len(overdue)


def level_of(session: Session, matter: Matter) -> Level:
    """Returns how far up an open matter has moved; an officer's where none is open."""
    levels = session.scalars(
        select(Item.level)
        .join(ItemEntry, ItemEntry.item_id == Item.id)
        .where(*_same(matter), ItemEntry.settled_at.is_(None))
    ).all()
    return max(levels, key=list(Level).index, default=Level.OFFICER)


def _same(matter: Matter) -> tuple[ColumnElement[bool], ...]:
    return (
        ItemEntry.offender_id == matter.offender_id,
        ItemEntry.checkin_id == matter.checkin_id,
        ItemEntry.window_id == matter.window_id,
        ItemEntry.device_id == matter.device_id,
    )


def _open_item(
    session: Session, offender_id: UUID, cause: Cause, now: datetime, due_at: datetime
) -> Item:
    session.execute(
        insert(Item)
        .values(offender_id=offender_id, cause=cause, opened_at=now, due_at=due_at)
        .on_conflict_do_nothing(
            index_elements=["offender_id", "cause"], index_where=text("closed_at IS NULL")
        )
    )
    return session.scalars(
        select(Item)
        .where(Item.offender_id == offender_id, Item.cause == cause, Item.closed_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _refresh(session: Session, item: Item, now: datetime) -> None:
    """Sets the deadline to the oldest entry's, or closes the item with its last."""
    oldest = session.scalar(
        select(func.min(ItemEntry.due_at)).where(
            ItemEntry.item_id == item.id, ItemEntry.settled_at.is_(None)
        )
    )
    if oldest is None:
        item.closed_at = now
    else:
        item.due_at = oldest
