"""A phone is lost, another one asks, and an officer lets it in: the whole way, as people go it."""

from pathlib import Path

import pytest
from sqlalchemy import select

from mobile_contract.client.arguments import parser
from mobile_contract.client.commands import DONE, WAITING, run
from mobile_contract.client.connection import RefusedError, SignInNeededError
from mobile_contract.client.delivery import DeliveryOutcome
from mobile_contract.client.phone import Phone
from mobile_contract.codes import CheckInState, DeviceState, NoPlaceReason, NoSelfieReason
from storage.records import Device, Offender, RaisedFlag
from tests.browser_forms import Browser
from tests.factories import Factory
from tests.photos import photos
from tests.stage import eventually
from tests.world import HERE, World
from verifier.verdicts.flags import Note

pytestmark = pytest.mark.media


@pytest.fixture
def person(factory: Factory) -> Offender:
    """An enrolled person."""
    person = factory.offender()
    factory.enrolment(person.id, photos().obama)
    return person


@pytest.fixture
def officer(world: World, factory: Factory, person: Offender) -> Browser:
    """The browser of an officer of the person's office."""
    return world.officer(factory.officer(person.office_id))


def typed(phone: Phone, *words: str) -> tuple[int, object]:
    """What the command line answers."""
    return run(phone, parser().parse_args(words))


def checked_in(world: World, phone: Phone, seed: int) -> CheckInState:
    sent = phone.capture(photos().selfie_of(photos().obama[0], seed), HERE)
    phone.submit(sent)
    return world.verdict(phone, sent.id).state


def first_ones(factory: Factory) -> int:
    """How many check-ins carry the note of a new phone."""
    with factory.session() as session:
        rows = session.scalars(select(RaisedFlag).where(RaisedFlag.code == Note.NEW_DEVICE))
        return len(rows.all())


def let_in(factory: Factory, officer: Browser, person: Offender, phone: Phone) -> None:
    """Find the phone on the list, compare its key, and let it in."""
    page = f"/people/{person.id}/phones"
    eventually(lambda: page in officer.page("/items"))
    assert phone.registrar.key_name() in officer.page(page)
    with factory.session() as session:
        wanted = select(Device.id).where(Device.state == DeviceState.WAITING)
        device = session.scalars(wanted).one()
    answer = officer.submit(page, f"{device}/approval", identity_check="call_back")
    assert answer.status_code == 200


def test_from_a_lost_phone_to_the_first_check_ins_with_the_next(
    world: World, factory: Factory, officer: Browser, person: Offender, tmp_path: Path
) -> None:
    old = world.phone_of(person)
    assert checked_in(world, old, 1) is CheckInState.CONFIRMED

    officer.submit("/lost-phone", "/lost-phone", number=person.number)
    with pytest.raises((RefusedError, SignInNeededError)):
        old.me()

    new = Phone(world.url, tmp_path / "new", http=world.client())
    words = ("request", person.number, "--words", "手机丢了")
    assert typed(new, *words)[0] == DONE
    assert typed(new, "collect")[0] == WAITING
    let_in(factory, officer, person, new)
    assert typed(new, "collect")[0] == DONE

    assert first_ones(factory) == 0
    assert checked_in(world, new, 2) is CheckInState.CONFIRMED
    assert first_ones(factory) == 1
    assert checked_in(world, new, 3) is CheckInState.CONFIRMED
    assert first_ones(factory) == 1
    page = officer.page(f"/people/{person.id}/phones")
    assert 'data-phone="replaced"' in page
    eventually(lambda: "没有待办" in officer.page("/items"))  # the clock ends the waiting


def test_what_was_captured_before_the_loss_arrives_through_the_next_phone(
    world: World, factory: Factory, officer: Browser, person: Offender
) -> None:
    """The app's folder outlives its registration: what waits there is sent under the new one."""
    phone = world.phone_of(person)
    waiting = phone.capture(NoSelfieReason.CAMERA, NoPlaceReason.OFF)
    officer.submit("/lost-phone", "/lost-phone", number=person.number)
    phone.ask_registration(person.number)
    let_in(factory, officer, person, phone)
    phone.registrar.collect()
    assert [one.outcome for one in phone.send_queued()] == [DeliveryOutcome.ACCEPTED]
    assert [one.id for one in phone.checkins().checkins] == [waiting.id]
