"""What became of a window, as the phone reads it, when time passes and things arrive late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from mobile_contract.client.clocks import Clocks, system_clocks
from mobile_contract.client.connection import RefusedError
from mobile_contract.client.phone import Phone
from mobile_contract.codes import CheckInState, NoticeKind, WindowOutcome
from storage.records import Item, Offender, Outage
from tests.factories import Factory
from tests.photos import photos
from tests.stage import eventually
from tests.world import HERE, World

SECONDS = timedelta(seconds=1)
YEAR = timedelta(days=365)


@pytest.fixture
def offender(factory: Factory) -> Offender:
    offender = factory.offender()
    factory.fence(offender.id)
    factory.enrolment(offender.id, photos().obama)
    return offender


def short_window(factory: Factory, offender: Offender, seconds: int = 3) -> UUID:
    """A window that opened a second ago and is over in some seconds."""
    now = factory.parts.now()
    return factory.window(
        offender.id, opens=now - SECONDS, open_for=seconds * SECONDS, grace=1 * SECONDS
    )


def outcome_of(phone: Phone, window: UUID) -> WindowOutcome:
    """What the phone reads of a window."""
    found = {one.id: one.outcome for one in phone.windows().windows}
    return WindowOutcome(found[window])


def becomes(phone: Phone, window: UUID, outcome: WindowOutcome) -> bool:
    """Wait for an outcome; raises when it does not come."""
    return eventually(lambda: outcome_of(phone, window) is outcome, within_s=30)


def own_selfie() -> bytes:
    return photos().selfie_of(photos().obama[0], 1)


def test_nothing_arrives_and_the_officer_and_the_person_are_told(
    world: World, factory: Factory, offender: Offender
) -> None:
    phone = world.phone_of(offender)
    window = short_window(factory, offender)
    assert outcome_of(phone, window) is WindowOutcome.AWAITED
    assert becomes(phone, window, WindowOutcome.NOT_RECEIVED)
    assert [n.kind for n in phone.notices().notices] == [NoticeKind.WINDOW_NOT_RECEIVED]
    with factory.session() as session:
        open_items = session.scalars(select(Item.cause).where(Item.closed_at.is_(None))).all()
    assert [str(cause) for cause in open_items] == ["window"]


def test_captured_inside_and_sent_afterwards_it_still_counts(
    world: World, factory: Factory, offender: Offender
) -> None:
    phone = world.phone_of(offender)
    window = short_window(factory, offender)
    captured = phone.capture(own_selfie(), HERE)
    assert becomes(phone, window, WindowOutcome.NOT_RECEIVED)
    phone.submit(captured)
    assert world.verdict(phone, captured.id).state is CheckInState.CONFIRMED
    assert becomes(phone, window, WindowOutcome.PRESENT)


def test_a_wrong_wall_clock_is_a_note_and_never_a_miss(
    world: World, factory: Factory, offender: Offender
) -> None:
    ahead = replace(system_clocks(), wall=lambda: datetime.now(UTC) + YEAR)
    phone = world.phone_of(offender, clocks=ahead)
    window = short_window(factory, offender, seconds=60)
    captured = phone.capture(own_selfie(), HERE)
    phone.submit(captured)
    assert world.verdict(phone, captured.id).state is CheckInState.CONFIRMED
    assert becomes(phone, window, WindowOutcome.PRESENT)


def test_a_phone_started_anew_before_sending_proves_nothing_and_misses_nothing(
    world: World, factory: Factory, offender: Offender
) -> None:
    boots = ["first boot"]
    clocks: Clocks = replace(system_clocks(), boot_id=lambda: boots[-1].replace(" ", "-"))
    phone = world.phone_of(offender, clocks=clocks)
    window = short_window(factory, offender)
    captured = phone.capture(own_selfie(), HERE)
    assert becomes(phone, window, WindowOutcome.NOT_RECEIVED)
    boots.append("second boot")
    phone.submit(captured)
    assert world.verdict(phone, captured.id).state is CheckInState.IN_REVIEW
    assert becomes(phone, window, WindowOutcome.PENDING)


def test_an_attempt_refused_for_its_form_makes_the_window_technical(
    world: World, factory: Factory, offender: Offender
) -> None:
    phone = world.phone_of(offender)
    window = short_window(factory, offender)
    with pytest.raises(RefusedError):
        phone.submit(phone.capture(b"no photo at all", HERE))
    assert becomes(phone, window, WindowOutcome.TECHNICAL)


def test_after_the_last_upload_hour_it_is_missed(
    world: World, factory: Factory, offender: Offender
) -> None:
    phone = world.phone_of(offender)
    long_ago = factory.parts.now() - timedelta(hours=80)
    window = factory.window(offender.id, opens=long_ago)
    assert becomes(phone, window, WindowOutcome.MISSED)


def test_an_outage_at_the_end_of_a_window_excuses_it(
    world: World, factory: Factory, offender: Offender
) -> None:
    phone = world.phone_of(offender)
    now = factory.parts.now()
    with factory.session() as session:
        session.add(
            Outage(starts_at=now - 2 * SECONDS, ends_at=now + 30 * SECONDS, source="declared")
        )
    window = short_window(factory, offender)
    assert becomes(phone, window, WindowOutcome.EXCUSED_SYSTEM)


def test_a_check_in_outside_any_window_settles_none(
    world: World, factory: Factory, offender: Offender
) -> None:
    phone = world.phone_of(offender)
    later = factory.window(offender.id, opens=factory.parts.now() + timedelta(hours=1))
    captured = phone.capture(own_selfie(), HERE)
    phone.submit(captured)
    assert world.verdict(phone, captured.id).window is None
    assert outcome_of(phone, later) is WindowOutcome.AWAITED


def test_the_clock_lays_the_windows_of_a_plan(
    world: World, factory: Factory, offender: Offender
) -> None:
    factory.plan(offender.id)
    phone = world.phone_of(offender)
    laid = eventually(lambda: phone.windows().windows, within_s=90)
    opens = {one.opens_at.astimezone(UTC).hour for one in laid}
    assert opens == {0}  # 08:00 in Shanghai
