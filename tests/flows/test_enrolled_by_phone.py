"""Photos that the person's own phone sends become what the person is compared with."""

from pathlib import Path

import pytest

from mobile_contract.client.arguments import parser
from mobile_contract.client.commands import DONE, run
from mobile_contract.client.connection import RefusedError
from mobile_contract.client.phone import Phone
from mobile_contract.codes import CheckInState, ProblemCode, ToldReason
from mobile_contract.enrolment import EnrolmentState, EnrolmentTold, PhotoState
from storage.records import Offender
from tests.browser_forms import Browser
from tests.factories import Factory
from tests.photos import photos
from tests.stage import eventually
from tests.world import HERE, World

pytestmark = pytest.mark.media


@pytest.fixture
def offender(factory: Factory) -> Offender:
    """A person with a fence who is not enrolled."""
    offender = factory.offender()
    factory.fence(offender.id)
    return offender


@pytest.fixture
def phone(world: World, offender: Offender) -> Phone:
    return world.phone_of(offender)


@pytest.fixture
def office(world: World, factory: Factory, offender: Offender) -> Browser:
    """The browser of an officer of the person's office."""
    return world.officer(factory.officer(offender.office_id))


def enrol(phone: Phone, folder: Path, *sent: bytes) -> None:
    """Send photos with the command that sends them."""
    files = [folder / f"{number}.jpg" for number in range(len(sent))]
    for file, photo in zip(files, sent, strict=True):
        file.write_bytes(photo)
    assert run(phone, parser().parse_args(["enrol", *map(str, files)]))[0] == DONE


def examined(phone: Phone) -> EnrolmentTold:
    """Wait until the worker has looked at every photo."""

    def looked_at() -> EnrolmentTold | None:
        told = phone.enrolment()
        waits = any(one.state is PhotoState.EXAMINING for one in told.photos)
        return None if waits or not told.photos else told

    return eventually(looked_at, within_s=60, slowest_s=0.5)


def approve(office: Browser, offender: Offender) -> None:
    page = f"/people/{offender.id}/references"
    eventually(lambda: "/approve" in office.page(page), within_s=60)
    assert office.submit(page, "/approve", basis="in_presence").status_code == 200


def check_in(world: World, phone: Phone, seed: int) -> CheckInState:
    sent = phone.capture(photos().selfie_of(photos().obama[0], seed), HERE)
    phone.submit(sent)
    return world.verdict(phone, sent.id).state


def test_what_the_phone_sent_confirms_check_ins_once_an_officer_approved_it(
    world: World, phone: Phone, office: Browser, offender: Offender, tmp_path: Path
) -> None:
    enrol(phone, tmp_path, *photos().obama)
    assert [one.state for one in examined(phone).photos] == [PhotoState.USABLE] * 3
    assert check_in(world, phone, 1) is CheckInState.IN_REVIEW
    approve(office, offender)
    assert check_in(world, phone, 2) is CheckInState.CONFIRMED


def test_the_phone_reads_since_when_its_photos_are_in_force(
    phone: Phone, office: Browser, offender: Offender, tmp_path: Path
) -> None:
    enrol(phone, tmp_path, *photos().obama)
    waits = examined(phone)
    approve(office, offender)
    told = phone.enrolment()
    assert (waits.state, waits.enrolled_since) == (EnrolmentState.COLLECTING, None)
    assert told.state is EnrolmentState.NONE
    assert told.enrolled_since is not None


def test_a_photo_without_a_face_is_asked_for_again_with_what_to_do_better(
    phone: Phone, tmp_path: Path
) -> None:
    enrol(phone, tmp_path, photos().landscape)
    (found,) = examined(phone).photos
    assert found.state is PhotoState.RETAKE
    assert [reason.code for reason in found.reasons] == [ToldReason.NO_FACE]


def test_the_same_photo_sent_again_is_one_photo(phone: Phone, tmp_path: Path) -> None:
    for _ in range(2):
        enrol(phone, tmp_path, photos().obama[0])
    assert len(phone.enrolment().photos) == 1


def test_while_an_officers_photos_wait_the_phone_is_refused(
    phone: Phone, office: Browser, offender: Offender
) -> None:
    page = f"/people/{offender.id}/references"
    files = [("photos", ("1.jpg", photos().obama[0], "image/jpeg"))]
    office.submit(page, "/references", files=files)
    with pytest.raises(RefusedError) as refused:
        phone.send_reference(photos().obama[1])
    assert refused.value.problem.code == ProblemCode.NOT_OPEN
