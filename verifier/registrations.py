"""The life of a phone's registration, as far as several rooms have a hand in it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from mobile_contract.codes import DeviceState, WindowOutcome
from storage import audit
from storage.records import Cause, Device, ItemEntry, Window
from verifier.attendance.settle import settle
from verifier.items import Matter, open_matter, settle_matter

# What an officer has to do something about: let in or refuse, or bring back a phone.
FOR_AN_OFFICER = (DeviceState.WAITING, DeviceState.LOST)
FOUND_MISSING = (WindowOutcome.NOT_RECEIVED, WindowOutcome.MISSED)
MOST_AT_ONCE = 200


def take_turns(session: Session, offender_id: UUID) -> None:
    """Lets changes to one person's registrations follow one another, to the transaction's end.

    Not a lock on a row: a phone's request comes through the door, which sees no person.
    """
    name = f"registrations of {offender_id}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def take_turns_with_key(session: Session, thumbprint: str) -> None:
    """Lets one key be registered for one person at a time; after the person's own turn."""
    name = f"registrations of the key {thumbprint}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def make_room(
    session: Session, offender_id: UUID, now: datetime, beside: UUID | None = None
) -> None:
    """Ends a person's other registrations before one becomes active.

    The active one and a lost one are replaced; what still waits is revoked: an officer has just
    made sure which phone is the person's.
    """
    take_turns(session, offender_id)
    others = session.scalars(
        select(Device)
        .where(
            Device.offender_id == offender_id,
            Device.id != beside if beside else Device.id.is_not(None),
            Device.state.in_((DeviceState.ACTIVE, *FOR_AN_OFFICER)),
        )
        .order_by(Device.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for one in others:
        waited = one.state is DeviceState.WAITING
        one.move(DeviceState.REVOKED if waited else DeviceState.REPLACED, now)
        done = "phone_request_ended" if waited else "phone_replaced"
        audit.record(session, done, now, offender_id=offender_id, subject=one.id)
    session.flush()  # at most one is active at every instant


def report_loss(session: Session, device: Device, officer_id: UUID, now: datetime) -> None:
    """Stops a phone's key at once: its tokens die with the state of this row."""
    device.move(DeviceState.LOST, now)
    device.stopped_by = officer_id
    audit.record(session, "phone_lost", now, offender_id=device.offender_id, subject=device.id)
    session.flush()


def settle_phone(session: Session, device: Device, now: datetime) -> None:
    """Ends the waiting of a phone that somebody has decided about."""
    matter = Matter(device.offender_id, device_id=device.id)
    settle_matter(session, matter, now, frozenset({Cause.DEVICE}))


def keep_items(session: Session, now: datetime) -> int:
    """Lets phones wait for an officer, and ends the waiting of those that need nobody any more.

    A phone's request and an activation come through the door, where nothing is known of items,
    and a loss is told to officers who see nothing of the person. Settles the windows that a loss
    excuses where time did so before. Returns how many changed, at most MOST_AT_ONCE.
    """
    open_entry = select(ItemEntry.id).where(
        ItemEntry.device_id == Device.id, ItemEntry.settled_at.is_(None)
    )
    unheard = session.scalars(
        select(Device)
        .where(Device.state.in_(FOR_AN_OFFICER), ~exists(open_entry))
        .order_by(Device.state_since)
        .limit(MOST_AT_ONCE)
    ).all()
    for device in unheard:
        matter = Matter(device.offender_id, device_id=device.id)
        open_matter(session, matter, Cause.DEVICE, now)
        _settle_since_loss(session, device, now)
    done = session.scalars(
        select(Device)
        .where(Device.state.not_in(FOR_AN_OFFICER), exists(open_entry))
        .order_by(Device.id)
        .limit(MOST_AT_ONCE - len(unheard))
    ).all()
    for device in done:
        settle_phone(session, device, now)
        _settle_since_loss(session, device, now)
    return len(unheard) + len(done)


def _settle_since_loss(session: Session, device: Device, now: datetime) -> None:
    if device.lost_at is None:
        return
    ended = select(Window.id).where(
        Window.offender_id == device.offender_id,
        Window.grace_ends_at >= device.lost_at,
        Window.grace_ends_at < now,
        Window.outcome.in_(FOUND_MISSING),
    )
    settle(session, session.scalars(ended).all(), now)
