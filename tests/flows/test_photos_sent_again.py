"""An old selfie again, mirrored, saved anew, somebody else's: through the door, by real workers."""

from collections.abc import Callable

import pytest

from mobile_contract.client.phone import Phone
from mobile_contract.codes import CheckInState, ToldReason
from storage.records import Offender
from tests import sent_again
from tests.factories import Factory
from tests.flows.recorded import codes
from tests.photos import photos
from tests.world import HERE, World

pytestmark = pytest.mark.media


@pytest.fixture
def offender(factory: Factory) -> Offender:
    """An enrolled person with a fence, in no window: each check-in stands alone."""
    offender = factory.offender()
    factory.fence(offender.id)
    factory.enrolment(offender.id, photos().obama)
    return offender


@pytest.fixture
def phone(world: World, offender: Offender) -> Phone:
    return world.phone_of(offender)


def own_selfie(seed: int = 1) -> bytes:
    return photos().selfie_of(photos().obama[0], seed)


def sent(world: World, phone: Phone, photo: bytes) -> CheckInState:
    """What becomes of a photo that is captured and sent."""
    captured = phone.capture(photo, HERE)
    phone.submit(captured)
    return world.verdict(phone, captured.id).state


@pytest.mark.parametrize(
    "again",
    [bytes, sent_again.saved_anew, sent_again.mirrored, sent_again.smaller],
    ids=["same file", "saved anew", "mirrored", "smaller"],
)
def test_an_old_selfie_waits_for_an_officer_and_a_new_one_does_not(
    again: Callable[[bytes], bytes], world: World, phone: Phone, offender: Offender
) -> None:
    assert sent(world, phone, own_selfie(1)) is CheckInState.CONFIRMED
    assert sent(world, phone, own_selfie(2)) is CheckInState.CONFIRMED
    assert sent(world, phone, again(own_selfie(1))) is CheckInState.IN_REVIEW
    assert "possible_replay" in codes(world.factory, offender)


def test_the_person_reads_of_no_earlier_photo(world: World, phone: Phone) -> None:
    assert sent(world, phone, own_selfie()) is CheckInState.CONFIRMED
    captured = phone.capture(own_selfie(), HERE)
    phone.submit(captured)
    told = world.verdict(phone, captured.id)
    assert [reason.code for reason in told.reasons] == [ToldReason.PHOTO_UNCLEAR]
    assert "replay" not in told.model_dump_json()


def test_a_selfie_of_another_person_of_the_office_is_noticed(
    world: World, phone: Phone, offender: Offender
) -> None:
    other = world.factory.offender(offender.office_id)
    world.factory.fence(other.id)
    world.factory.enrolment(other.id, [photos().biden])
    assert sent(world, world.phone_of(other), photos().selfie_of(photos().biden, 1)) in {
        CheckInState.CONFIRMED,
        CheckInState.IN_REVIEW,
    }
    stolen = sent_again.saved_anew(photos().selfie_of(photos().biden, 1))
    assert sent(world, phone, stolen) is CheckInState.IN_REVIEW
    assert codes(world.factory, offender) >= {"possible_replay", "face_no_match"}
