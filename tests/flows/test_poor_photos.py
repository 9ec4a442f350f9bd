"""A photo that could be better is asked for again, with what to do better, before anybody looks."""

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from mobile_contract.client.phone import Phone
from mobile_contract.codes import CheckInState, NextStep, ToldReason
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


def selfie(seed: int, light: float = 1.0, blur: float = 0.0) -> bytes:
    """The enrolled person, in other light or out of focus."""
    photo = np.frombuffer(photos().selfie_of(photos().obama[1], seed), np.uint8)
    pixels = cv2.imdecode(photo, cv2.IMREAD_COLOR)
    assert pixels is not None
    pixels = cv2.convertScaleAbs(pixels, alpha=light)
    if blur:
        pixels = cv2.GaussianBlur(pixels, (0, 0), blur)
    return bytes(cv2.imencode(".jpg", pixels)[1].tobytes())


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        (selfie(1, light=0.3), ToldReason.TOO_DARK),
        (selfie(1, light=2.8), ToldReason.TOO_BRIGHT),
        (selfie(1, blur=12.0), ToldReason.BLURRED),
    ],
    ids=["too dark", "too bright", "blurred"],
)
def test_the_person_reads_what_to_do_better_and_is_accused_of_nothing(
    photo: bytes, reason: ToldReason, world: World, phone: Phone, offender: Offender
) -> None:
    sent = phone.capture(photo, HERE)
    phone.submit(sent)
    status = world.verdict(phone, sent.id)
    assert reason in [one.code for one in status.reasons]
    assert status.next.step is NextStep.RETAKE
    assert codes(world.factory, offender) == set()
    assert causes(world.factory, offender) == []


def test_after_three_poor_photos_a_person_looks(
    world: World, phone: Phone, offender: Offender
) -> None:
    steps = []
    for seed in range(4):
        sent = phone.capture(selfie(seed, light=0.3), HERE)
        phone.submit(sent)
        steps.append(world.verdict(phone, sent.id).next.step)
    assert steps == [NextStep.RETAKE] * 3 + [NextStep.WAIT]
    assert causes(world.factory, offender) == ["checkin"]
    assert codes(world.factory, offender) == set()


def test_a_good_photo_after_a_dark_one_is_confirmed_and_closes_both(
    world: World, phone: Phone
) -> None:
    dark = phone.capture(selfie(1, light=0.3), HERE)
    phone.submit(dark)
    world.verdict(phone, dark.id)
    good = phone.capture(selfie(2), HERE)
    phone.submit(good)
    assert world.verdict(phone, good.id).state is CheckInState.CONFIRMED
    assert phone.status(dark.id).state is CheckInState.SUPERSEDED


def test_the_record_keeps_what_was_measured(world: World, phone: Phone) -> None:
    sent = phone.capture(selfie(1, light=0.3), HERE)
    phone.submit(sent)
    world.verdict(phone, sent.id)
    with world.factory.session() as session:
        (kept,) = session.scalars(select(EvidenceRow.face)).all()
    assert "too_dark" in kept["reasons"]
    assert kept["quality"]["brightness"] < 76
    assert kept["quality_limits"] == "public-2026-11"
    assert kept["scores"]["sface"] is None
