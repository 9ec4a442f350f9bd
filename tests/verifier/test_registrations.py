"""What the clock does about phones, with the clock's own rights."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from mobile_contract.codes import DeviceState, NoticeKind, WindowOutcome
from storage.database import close_sessions
from storage.local_stack import LocalStack
from storage.parts import Parts, open_parts
from storage.records import Cause, Device, Item, ItemEntry, Level, Notice, Offender, Window
from storage.settings import StorageSettings
from tests.factories import Factory
from verifier import items
from verifier.attendance.settle import settle
from verifier.clock import DUTIES, Done, do_alone

WAITING, LOST, REPLACED = DeviceState.WAITING, DeviceState.LOST, DeviceState.REPLACED
Look = Callable[[], Done | None]


@pytest.fixture
def look(stack: LocalStack) -> Iterator[Look]:
    """The clock's duty, done once."""
    parts: Parts = open_parts(StorageSettings.read(stack.environment("clock")))
    duty = next(one for one in DUTIES if one.name == "phones_for_officers")
    yield lambda: do_alone(parts, duty)
    close_sessions(parts.sessions)


@pytest.fixture
def person(factory: Factory) -> Offender:
    return factory.offender()


def phone(factory: Factory, person: Offender, state: DeviceState) -> Device:
    """A registration that has come to a state."""
    row = factory.device(person.id)
    with factory.session() as session:
        found = session.get_one(Device, row.id)
        if state is WAITING:
            found.state, found.activated_at = state, None
        else:
            found.move(state, factory.parts.now())
        return found


def open_entries(factory: Factory) -> list[ItemEntry]:
    with factory.session() as session:
        return list(session.scalars(select(ItemEntry).where(ItemEntry.settled_at.is_(None))))


@pytest.mark.parametrize("state", [WAITING, LOST])
def test_a_phone_that_asks_or_is_lost_waits_for_an_officer_once(
    factory: Factory, person: Offender, look: Look, state: DeviceState
) -> None:
    device = phone(factory, person, state)
    for expected in (1, 0):
        done = look()
        assert done is not None
        assert done.count == expected
    assert [entry.device_id for entry in open_entries(factory)] == [device.id]
    with factory.session() as session:
        item = session.scalars(select(Item)).one()
    assert (item.cause, item.level) == (Cause.DEVICE, Level.OFFICER)


@pytest.mark.parametrize(
    ("before", "after"), [(WAITING, DeviceState.REVOKED), (LOST, REPLACED), (LOST, None)]
)
def test_its_waiting_ends_with_its_state(
    factory: Factory,
    person: Offender,
    look: Look,
    before: DeviceState,
    after: DeviceState | None,
) -> None:
    device = phone(factory, person, before)
    look()
    with factory.session() as session:
        if after is not None:
            session.get_one(Device, device.id).move(after, factory.parts.now())
    look()
    assert len(open_entries(factory)) == (0 if after else 1)
    with factory.session() as session:
        assert (session.scalars(select(Item)).one().closed_at is None) is (after is None)


def test_an_active_phone_waits_for_nobody(factory: Factory, person: Offender, look: Look) -> None:
    factory.device(person.id)
    look()
    assert open_entries(factory) == []


def test_left_lying_it_moves_up_like_every_item(
    factory: Factory, person: Offender, look: Look
) -> None:
    phone(factory, person, WAITING)
    look()
    levels = []
    for days in (0, 15, 30):
        with factory.session() as session:
            items.escalate(session, factory.parts.now() + timedelta(days=days))
            session.flush()
            levels.append(session.scalars(select(Item.level)).one())
    assert levels == [Level.OFFICER, Level.HEAD, Level.DISTRICT]


def test_a_window_found_missing_in_the_same_moment_is_excused_after_all(
    factory: Factory, person: Offender, look: Look
) -> None:
    now = factory.parts.now()
    window = factory.window(person.id, opens=now - timedelta(hours=2), grace=timedelta(minutes=30))
    with factory.session() as session:
        settle(session, [window], now)
        assert session.get_one(Window, window).outcome is WindowOutcome.NOT_RECEIVED
    device = phone(factory, person, LOST)
    with factory.session() as session:  # told just before grace ended
        session.get_one(Device, device.id).lost_at = now - timedelta(minutes=31)
    look()
    with factory.session() as session:
        assert session.get_one(Window, window).outcome is WindowOutcome.EXCUSED_DEVICE
        told = session.scalars(select(Notice.kind).order_by(Notice.at)).all()
    assert told == [NoticeKind.WINDOW_NOT_RECEIVED, NoticeKind.WINDOW_EXCUSED]
    assert [entry.window_id for entry in open_entries(factory)] == [None]
