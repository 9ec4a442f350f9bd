"""What the worker says of a set as a whole: whether its photos are of one person."""

import io

import pytest
from PIL import Image, ImageFilter
from sqlalchemy import select

from storage import work
from storage.records import (
    PairAgreement,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    WorkKind,
)
from storage.work import Subject
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import drain
from tests.waiting_work import WaitingWork
from verifier.jobs.workplace import Workplace


def blurred(photo: bytes) -> bytes:
    """The photo out of focus: a face is found, and nobody would enrol it."""
    held = io.BytesIO()
    picture = Image.open(io.BytesIO(photo)).convert("RGB")
    picture.filter(ImageFilter.GaussianBlur(max(picture.size) / 100)).save(held, "JPEG")
    return held.getvalue()


def examined(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, *pictures: bytes
) -> ReferenceSet:
    """A set being collected, after the worker has looked at each photo."""
    waiting.references(factory.offender().id, pictures, ReferenceSetState.COLLECTING)
    drain(workplace)
    with factory.session() as session:
        return session.scalars(select(ReferenceSet)).one()


def test_photos_of_one_person_agree(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    found = examined(factory, waiting, workplace, *photos().obama)
    assert found.pairs is PairAgreement.AGREE


def test_photos_of_two_people_differ(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    found = examined(factory, waiting, workplace, *photos().obama[:2], photos().biden)
    assert found.pairs is PairAgreement.DIFFER


def test_without_the_photo_that_was_left_out_the_others_agree(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    found = examined(factory, waiting, workplace, *photos().obama[:2], photos().biden)
    with factory.session() as session:
        stranger = session.scalars(select(ReferencePhoto).order_by(ReferencePhoto.added_at)).all()
        stranger[-1].state = ReferencePhotoState.LEFT_OUT
        now = factory.parts.now()
        work.add(session, WorkKind.SEARCH_LOOK_ALIKE, Subject(found.id, found.offender_id), now)
    drain(workplace)
    with factory.session() as session:
        assert session.get_one(ReferenceSet, found.id).pairs is PairAgreement.AGREE


def test_one_photo_has_nothing_to_agree_with(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    found = examined(factory, waiting, workplace, photos().biden, photos().landscape)
    assert found.pairs is None


@pytest.mark.parametrize("other", ["obama", "biden"])
def test_a_photo_below_the_gate_is_compared_too(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, other: str
) -> None:
    poor = blurred(photos().obama[1] if other == "obama" else photos().biden)
    found = examined(factory, waiting, workplace, photos().obama[0], poor)
    with factory.session() as session:
        rows = session.scalars(select(ReferencePhoto).order_by(ReferencePhoto.added_at)).all()
    states = sorted(row.state for row in rows)
    assert states == [ReferencePhotoState.POOR, ReferencePhotoState.USABLE]
    assert any("blurred" in (row.quality or {}).get("reasons", ()) for row in rows)
    assert (found.pairs is PairAgreement.DIFFER) == (other == "biden")
