"""Frames that a phone sends with its selfie: all must show one person."""

import pytest
from sqlalchemy import select

from mobile_contract.client.phone import Phone
from mobile_contract.codes import CheckInState, ToldReason
from storage.records import EvidenceRow, Offender
from tests.factories import Factory
from tests.flows.recorded import causes, codes
from tests.photos import photos
from tests.world import HERE, World

pytestmark = pytest.mark.media


@pytest.fixture
def offender(factory: Factory) -> Offender:
    """An enrolled person with a fence and an open window."""
    offender = factory.offender()
    factory.fence(offender.id)
    factory.enrolment(offender.id, photos().obama)
    factory.window(offender.id)
    return offender


@pytest.fixture
def phone(world: World, offender: Offender) -> Phone:
    return world.phone_of(offender)


def own(seed: int) -> bytes:
    return photos().selfie_of(photos().obama[1], seed)


def test_a_burst_of_the_person_is_confirmed(world: World, phone: Phone, offender: Offender) -> None:
    sent = phone.capture(own(0), HERE, frames=[own(1), own(2), own(3)])
    phone.submit(sent)
    assert world.verdict(phone, sent.id).state is CheckInState.CONFIRMED
    assert codes(world.factory, offender) == set()
    assert _answers(world) == ["same", "same", "same"]


def test_a_frame_of_somebody_else_is_looked_at_by_a_person_and_told_to_nobody(
    world: World, phone: Phone, offender: Offender
) -> None:
    other = photos().selfie_of(photos().biden, 1)
    sent = phone.capture(own(0), HERE, frames=[own(1), other])
    phone.submit(sent)
    status = world.verdict(phone, sent.id)
    assert status.state is CheckInState.IN_REVIEW
    assert [reason.code for reason in status.reasons] == [ToldReason.PHOTO_UNCLEAR]
    assert codes(world.factory, offender) == {"frames_differ"}
    assert causes(world.factory, offender) == ["checkin"]
    assert "frames" not in status.model_dump_json()


def test_a_frame_without_a_face_is_held_against_nobody(
    world: World, phone: Phone, offender: Offender
) -> None:
    sent = phone.capture(own(0), HERE, frames=[photos().landscape, own(1)])
    phone.submit(sent)
    assert world.verdict(phone, sent.id).state is CheckInState.CONFIRMED
    assert codes(world.factory, offender) == set()
    assert _answers(world) == ["not_comparable", "same"]


def _answers(world: World) -> list[str]:
    with world.factory.session() as session:
        (kept,) = session.scalars(select(EvidenceRow.face)).all()
    return [frame["answer"] for frame in kept["frames"]]
