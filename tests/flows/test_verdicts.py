"""What the machine says of a check-in, as the phone reads it and as the record holds it."""

import pytest
from sqlalchemy import select

from mobile_contract.client.phone import Handset, Phone
from mobile_contract.codes import (
    CheckInState,
    Datum,
    NextStep,
    NoPlaceReason,
    NoSelfieReason,
    ToldReason,
    WindowOutcome,
)
from mobile_contract.places import Place
from storage.records import Media, MediaKind, Offender
from tests.factories import Factory
from tests.flows.recorded import causes, codes
from tests.photos import photos
from tests.stage import eventually
from tests.world import HERE, World

METRES_OF_A_DEGREE = 111_320.0

pytestmark = pytest.mark.media


@pytest.fixture
def offender(factory: Factory) -> Offender:
    """An enrolled person with a fence and an open window."""
    offender = factory.offender()
    factory.fence(offender.id, radius_m=2000)
    factory.enrolment(offender.id, photos().obama)
    factory.window(offender.id)
    return offender


@pytest.fixture
def phone(world: World, offender: Offender) -> Phone:
    return world.phone_of(offender)


def own_selfie(seed: int = 1) -> bytes:
    return photos().selfie_of(photos().obama[0], seed)


def north(metres_outside: float, accuracy_m: float) -> Place:
    degrees = (2000 + metres_outside) / METRES_OF_A_DEGREE
    return HERE.model_copy(update={"latitude": HERE.latitude + degrees, "accuracy_m": accuracy_m})


def test_the_right_person_in_the_right_place_is_confirmed_and_present(
    world: World, phone: Phone, offender: Offender
) -> None:
    sent = phone.capture(own_selfie(), HERE)
    phone.submit(sent)
    status = world.verdict(phone, sent.id)
    assert status.state is CheckInState.CONFIRMED
    assert status.window is not None
    assert status.window.outcome is WindowOutcome.PRESENT
    assert status.decision is not None
    assert status.decision.role == "machine"
    assert causes(world.factory, offender) == []


def test_officers_get_a_rendition_without_metadata_when_they_first_look(
    world: World, phone: Phone, offender: Offender
) -> None:
    sent = phone.capture(own_selfie(), HERE)
    phone.submit(sent)
    world.verdict(phone, sent.id)
    assert _rendition(world.factory) is None
    officer = world.officer(world.factory.officer(offender.office_id))
    assert "正在准备" in officer.page(f"/checkins/{offender.id}/{sent.id}")
    rendition = eventually(lambda: _rendition(world.factory))
    assert "/media/" in officer.page(f"/checkins/{offender.id}/{sent.id}")
    assert rendition.startswith(b"\xff\xd8")
    assert b"Exif" not in rendition


def _rendition(factory: Factory) -> bytes | None:
    with factory.session() as session:
        row = session.scalars(select(Media).where(Media.kind == MediaKind.RENDITION)).first()
    if row is None:
        return None
    stored = next(iter(factory.parts.media.listed(row.object_key)))
    assert stored.length == row.length
    return factory.parts.media._client.get_object(row.bucket, row.object_key).read()  # noqa: SLF001


def test_another_person_waits_for_an_officer_and_is_accused_of_nothing(
    world: World, phone: Phone, offender: Offender
) -> None:
    sent = phone.capture(photos().selfie_of(photos().biden, 1), HERE)
    phone.submit(sent)
    status = world.verdict(phone, sent.id)
    assert status.state is CheckInState.IN_REVIEW
    assert [reason.code for reason in status.reasons] == [ToldReason.PHOTO_UNCLEAR]
    assert status.next.step is NextStep.WAIT
    assert status.review_due_at is not None
    assert "face_no_match" not in status.model_dump_json()
    assert codes(world.factory, offender) == {"face_no_match"}
    assert causes(world.factory, offender) == ["checkin"]


@pytest.mark.parametrize(
    ("photo", "reason"),
    [("landscape", ToldReason.NO_FACE), ("two_faces", ToldReason.SEVERAL_FACES)],
)
def test_what_a_better_photo_mends_is_asked_for_before_an_officer_is(
    photo: str, reason: ToldReason, world: World, phone: Phone, offender: Offender
) -> None:
    sent = phone.capture(getattr(photos(), photo), HERE)
    phone.submit(sent)
    status = world.verdict(phone, sent.id)
    assert [one.code for one in status.reasons] == [reason]
    assert status.next.step is NextStep.RETAKE
    assert causes(world.factory, offender) == []


def test_a_confirmed_retake_supersedes_what_only_waited_for_it(world: World, phone: Phone) -> None:
    first = phone.capture(photos().landscape, HERE)
    phone.submit(first)
    world.verdict(phone, first.id)
    second = phone.capture(own_selfie(), HERE)
    phone.submit(second)
    assert world.verdict(phone, second.id).state is CheckInState.CONFIRMED
    assert phone.status(first.id).state is CheckInState.SUPERSEDED


def test_who_is_not_enrolled_is_sent_to_the_office(world: World, factory: Factory) -> None:
    newcomer = factory.offender()
    phone = world.phone_of(newcomer)
    sent = phone.capture(own_selfie(), HERE)
    phone.submit(sent)
    status = world.verdict(phone, sent.id)
    assert [reason.code for reason in status.reasons] == [ToldReason.NOT_ENROLLED]
    assert status.next.step is NextStep.CONTACT_OFFICE
    assert causes(factory, newcomer) == ["not_enrolled"]


@pytest.mark.parametrize(
    "case",
    [
        (north(40_000, 20), CheckInState.IN_REVIEW, "outside_area"),
        (north(60, 150), CheckInState.CONFIRMED, "area_uncertain"),
        (NoPlaceReason.OFF, CheckInState.CONFIRMED, "place_unknown"),
    ],
    ids=["40 km outside", "60 m outside, r = 150 m", "location off"],
)
def test_places(
    case: tuple[Place | NoPlaceReason, CheckInState, str],
    world: World,
    phone: Phone,
    offender: Offender,
) -> None:
    place, state, code = case
    sent = phone.capture(own_selfie(), place)
    phone.submit(sent)
    assert world.verdict(phone, sent.id).state is state
    assert codes(world.factory, offender) == {code}


def test_the_same_numbers_in_another_datum_are_another_place(
    world: World, phone: Phone, factory: Factory, offender: Offender
) -> None:
    border = north(-100, 20)
    states = []
    for seed, datum in enumerate((Datum.WGS84, Datum.GCJ02)):
        sent = phone.capture(own_selfie(seed), border.model_copy(update={"datum": datum}))
        phone.submit(sent)
        states.append(world.verdict(phone, sent.id).state)
    assert states == [CheckInState.CONFIRMED, CheckInState.IN_REVIEW]
    assert codes(factory, offender) == {"outside_area"}


def test_a_declined_selfie_is_looked_at_by_a_person(
    world: World, phone: Phone, offender: Offender
) -> None:
    sent = phone.capture(NoSelfieReason.DECLINED, HERE)
    phone.submit(sent)
    status = world.verdict(phone, sent.id)
    assert status.state is CheckInState.IN_REVIEW
    assert [reason.code for reason in status.reasons] == [ToldReason.NO_SELFIE]
    assert causes(world.factory, offender) == ["checkin"]


def test_a_mocked_place_is_a_flag_that_the_phone_does_not_read(
    world: World, factory: Factory, offender: Offender
) -> None:
    phone = world.phone_of(offender, handset=Handset(mock=True))
    sent = phone.capture(own_selfie(), HERE)
    phone.submit(sent)
    status = world.verdict(phone, sent.id)
    assert status.state is CheckInState.IN_REVIEW
    assert "mock" in codes(factory, offender)
    assert '"mock"' not in status.model_dump_json()


def test_three_check_ins_without_a_place_reach_an_officer(
    world: World, phone: Phone, offender: Offender
) -> None:
    states = []
    for seed in range(3):
        sent = phone.capture(own_selfie(seed), NoPlaceReason.TIMEOUT)
        phone.submit(sent)
        states.append(world.verdict(phone, sent.id).state)
    assert states == [CheckInState.CONFIRMED, CheckInState.CONFIRMED, CheckInState.IN_REVIEW]
    assert "place_missing_often" in codes(world.factory, offender)
