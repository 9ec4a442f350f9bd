"""Frames of a check-in on their way from the store to the verdict."""

import hashlib

import pytest

from storage.media import MediaKey
from storage.records import MediaKind
from storage.stored_media import stored_object
from tests.factories import Factory
from tests.verifier.jobs.draining import causes, drain, evidence, own_selfie
from tests.waiting_work import Waiting, WaitingWork
from verifier.jobs.workplace import Workplace
from verifier.verdicts.evidence import FaceVerdict
from verifier.verdicts.stored_face import MEDIA_LOST

pytestmark = pytest.mark.media


def lay_frame(factory: Factory, waiting: WaitingWork, own: Waiting, *, lost: bool) -> None:
    photo = own_selfie(2)
    digest = hashlib.sha256(photo).hexdigest()
    key = MediaKey.checkin(own.offender_id, own.id, digest)
    row = waiting.media_row(MediaKind.CHECKIN, key, photo)
    row.offender_id, row.checkin_id, row.name = own.offender_id, own.id, "frame-1"
    with factory.session() as session:
        session.add(row)
    if lost:
        factory.parts.media.remove(stored_object(row))


def test_a_frame_is_looked_at_with_its_selfie(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, own: Waiting
) -> None:
    lay_frame(factory, waiting, own, lost=False)
    drain(workplace)
    (row,) = evidence(factory, own)
    assert row.face_verdict == FaceVerdict.MATCH
    assert [(one["name"], one["answer"]) for one in row.face["frames"]] == [("frame-1", "same")]


def test_a_lost_frame_is_our_own_fault(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, own: Waiting
) -> None:
    lay_frame(factory, waiting, own, lost=True)
    drain(workplace)
    assert evidence(factory, own)[-1].face["error"] == MEDIA_LOST
    assert causes(factory, own.offender_id) == ["system"]
