"""Enrolled photos, pictures for officers, second looks; and that every kind of work is done."""

import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select

from mobile_contract.codes import CheckInState
from storage.records import (
    Item,
    Media,
    MediaKind,
    Queue,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceVector,
    WorkKind,
)
from storage.stored_media import stored_object
from storage.work import QUEUE_OF
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import ahead, causes, checkin, drain, work_of
from tests.waiting_work import WaitingWork
from verifier.faces.examine import ReferenceLook
from verifier.faces.matching import from_bytes
from verifier.faces.model_files import DLIB_NETWORK
from verifier.jobs import embed_reference
from verifier.jobs.handlers import handler_of
from verifier.jobs.workplace import NotFurnishedError, Workplace, open_workplace
from verifier.verdicts.evidence import FaceVerdict


def photo_row(factory: Factory, waiting: WaitingWork, photo: bytes) -> ReferencePhoto:
    (added,) = waiting.references(factory.offender().id, [photo])
    with factory.session() as session:
        return session.get_one(ReferencePhoto, added)


def again(factory: Factory, photo: ReferencePhoto) -> ReferencePhoto:
    with factory.session() as session:
        return session.get_one(ReferencePhoto, photo.id)


def test_an_enrolled_photo_gets_the_vectors_of_both_models(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    photo = photo_row(factory, waiting, photos().obama[0])
    drain(workplace)
    assert again(factory, photo).state is ReferencePhotoState.USABLE
    with factory.session() as session:
        rows = session.scalars(
            select(ReferenceVector).where(ReferenceVector.photo_id == photo.id)
        ).all()
    models = workplace.face_models
    assert {row.model: row.model_sha256 for row in rows} == {
        name: models.sha256[name] for name in ("face_recognition_sface_2021dec.onnx", DLIB_NETWORK)
    }
    assert all(from_bytes(row.vector).size == 128 for row in rows)


def test_a_photo_without_a_face_is_unusable_and_says_why(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    photo = photo_row(factory, waiting, photos().landscape)
    drain(workplace)
    found = again(factory, photo)
    assert (found.state, found.fault) == (ReferencePhotoState.UNUSABLE, FaceVerdict.NO_FACE)


def test_a_photo_that_we_fail_to_embed_is_unusable_after_three_attempts(
    factory: Factory,
    waiting: WaitingWork,
    workplace: Workplace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault = ReferenceLook(FaceVerdict.ERROR)
    monkeypatch.setattr(embed_reference, "embed_reference", lambda *_: fault)
    photo = photo_row(factory, waiting, photos().obama[0])
    drain(workplace)
    found = again(factory, photo)
    assert (found.state, found.fault) == (ReferencePhotoState.UNUSABLE, FaceVerdict.ERROR)
    assert work_of(factory, photo.id).attempts == 3


@pytest.mark.media
def test_an_enrolled_photo_gets_a_picture_for_officers(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    photo = photo_row(factory, waiting, photos().obama[0])
    drain(workplace)
    assert len(pictures(factory, photo)) == 1


def pictures(factory: Factory, photo: ReferencePhoto) -> list[Media]:
    with factory.session() as session:
        return list(session.scalars(select(Media).where(Media.original_id == photo.media_id)))


@pytest.mark.media
def test_the_picture_for_officers_carries_nothing_that_was_hidden_in_the_file(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    secret = b"29.5630N 106.5516E"
    photo = photo_row(factory, waiting, photos().obama[0] + secret)
    drain(workplace)
    (picture,) = pictures(factory, photo)
    shown = factory.parts.media.fetch(stored_object(picture))
    assert picture.kind is MediaKind.RENDITION
    assert secret not in shown
    assert b"Exif" not in shown


@pytest.mark.media
def test_rendering_again_leaves_one_picture_and_no_stray_object(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    photo = photo_row(factory, waiting, photos().obama[0])
    drain(workplace)
    waiting.promise(WorkKind.RENDER_MEDIA, photo.media_id)
    drain(workplace)
    assert len(pictures(factory, photo)) == 1
    held = list(factory.parts.media.listed(f"renditions/{photo.media_id}/"))
    assert len(held) == 1


def test_a_lapsed_invitation_brings_the_check_in_to_an_officer(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, chores: Workplace
) -> None:
    person = factory.offender().id
    factory.fence(person)
    factory.enrolment(person, [photos().obama[0]])
    window = factory.window(person)
    unclear = waiting.checkin(person, photos().landscape, window)
    drain(workplace)
    assert checkin(factory, unclear).retake_until is not None
    assert causes(factory, person) == []
    drain(ahead(chores, timedelta(hours=3)))
    assert causes(factory, person) == ["checkin"]
    assert checkin(factory, unclear).state is CheckInState.IN_REVIEW


def test_an_invitation_does_not_lapse_before_its_window(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, chores: Workplace
) -> None:
    person = factory.offender().id
    factory.enrolment(person, [photos().obama[0]])
    waiting.checkin(person, photos().landscape, factory.window(person))
    drain(workplace)
    drain(ahead(chores, timedelta(minutes=30)))
    with factory.session() as session:
        assert session.scalars(select(Item)).all() == []


@pytest.mark.parametrize("kind", WorkKind)
def test_every_kind_of_work_has_a_queue_and_a_file_that_does_it(kind: WorkKind) -> None:
    assert kind in QUEUE_OF
    handler = handler_of(kind)
    for act in ("handle", "put_back", "give_up"):
        assert callable(getattr(handler, act))


def test_the_chores_worker_loads_no_machine_that_looks_at_faces() -> None:
    script = (
        "import sys, verifier.worker\n"
        "from storage.records import Queue\n"
        "from verifier.jobs.handlers import load_handlers\n"
        "load_handlers(Queue.CHORES)\n"
        "heavy = {'cv2', 'dlib', 'face_recognition', 'onnxruntime'}\n"
        "print(sorted(heavy.intersection(sys.modules)))\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_a_worker_without_models_does_not_pretend_to_have_any(chores: Workplace) -> None:
    assert chores.queue is Queue.CHORES
    with pytest.raises(NotFurnishedError):
        _ = chores.face_models


def test_drain_outside_of_a_worker_says_how_to_start_one() -> None:
    with pytest.raises(NotFurnishedError, match=r"python -m verifier\.worker"):
        open_workplace()
