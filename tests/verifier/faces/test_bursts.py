"""The frames that come with a selfie: all of one person, and one vector of them."""

import numpy as np
import pytest

from tests.photos import Photos
from tests.verifier.faces import jpegs
from verifier.faces import bursts
from verifier.faces.bursts import Frame, Probe
from verifier.faces.examine import examine
from verifier.faces.matching import References
from verifier.faces.models import Models
from verifier.faces.seeing import see
from verifier.verdicts import bands
from verifier.verdicts.evidence import FaceEvidence, FaceVerdict, FrameAnswer
from verifier.verdicts.quality import DEFAULT_LIMITS, QualityReason


def _examined(
    selfie: bytes, frames: list[bytes], references: References, loaded: Models
) -> FaceEvidence:
    named = [Frame(f"frame-{at}", photo) for at, photo in enumerate(frames, 1)]
    return examine(selfie, references, bands.DEFAULT, loaded, named)


def _own(photos: Photos, count: int) -> list[bytes]:
    return [photos.selfie_of(photos.obama[1], seed) for seed in range(count)]


def test_frames_of_the_person_are_all_the_same_and_raise_nothing(
    photos: Photos, obama: References, loaded: Models
) -> None:
    selfie, *frames = _own(photos, 4)

    evidence = _examined(selfie, frames, obama, loaded)

    assert [frame.answer for frame in evidence.frames] == [FrameAnswer.SAME] * 3
    assert [frame.name for frame in evidence.frames] == ["frame-1", "frame-2", "frame-3"]
    assert not evidence.frames_differ
    assert evidence.verdict is FaceVerdict.MATCH


@pytest.mark.parametrize("other", ["biden", "astronaut"])
def test_one_frame_of_somebody_else_is_said_and_left_out_of_the_mean(
    photos: Photos, obama: References, loaded: Models, other: str
) -> None:
    selfie, frame, _ = _own(photos, 3)
    stranger = photos.selfie_of(getattr(photos, other), 1)

    evidence = _examined(selfie, [frame, stranger], obama, loaded)

    assert [one.answer for one in evidence.frames] == [FrameAnswer.SAME, FrameAnswer.DIFFERS]
    assert evidence.frames_differ
    assert evidence.scores == _examined(selfie, [frame], obama, loaded).scores


def test_frames_of_the_person_do_not_lend_a_stranger_their_face(
    photos: Photos, obama: References, loaded: Models
) -> None:
    stranger = photos.selfie_of(photos.biden, 1)

    evidence = _examined(stranger, _own(photos, 3), obama, loaded)

    assert evidence.verdict is FaceVerdict.NO_MATCH
    assert evidence.frames_differ


def test_a_frame_that_cannot_be_compared_neither_counts_nor_differs(
    photos: Photos, obama: References, loaded: Models
) -> None:
    (selfie,) = _own(photos, 1)
    frames = [photos.landscape, photos.two_faces, b"\xff\xd8\xff\xd9", jpegs.noise(64, 64)]

    evidence = _examined(selfie, frames, obama, loaded)

    assert {frame.answer for frame in evidence.frames} == {FrameAnswer.NOT_COMPARABLE}
    assert evidence.frames[0].reasons == (QualityReason.NO_FACE,)
    assert not evidence.frames_differ
    assert evidence.scores == examine(selfie, obama, bands.DEFAULT, loaded).scores


def test_the_probe_is_the_normalised_mean_of_selfie_and_frames(
    photos: Photos, loaded: Models
) -> None:
    shots = _own(photos, 3)
    probes = [Probe(see(photo, loaded, DEFAULT_LIMITS).one, loaded) for photo in shots]
    frames = [Frame("frame-1", shots[1]), Frame("frame-2", shots[2])]

    burst = bursts.look(probes[0], frames, bands.DEFAULT, loaded)

    expected = np.mean([probe.sface for probe in probes], axis=0)
    assert burst.mean == pytest.approx(expected / np.linalg.norm(expected), abs=1e-5)
    assert float(np.linalg.norm(burst.mean)) == pytest.approx(1, abs=1e-5)


def test_without_frames_the_selfie_alone_is_compared(
    photos: Photos, obama: References, loaded: Models
) -> None:
    (selfie,) = _own(photos, 1)

    evidence = examine(selfie, obama, bands.DEFAULT, loaded)

    assert evidence.frames == ()
    assert not evidence.frames_differ


def test_frames_are_not_fetched_for_a_selfie_that_is_asked_for_again(
    photos: Photos, obama: References, loaded: Models
) -> None:
    def fetched() -> Frame:
        msg = "fetched"
        raise AssertionError(msg)

    frames = (fetched() for _ in range(1))

    evidence = examine(photos.landscape, obama, bands.DEFAULT, loaded, frames)

    assert evidence.verdict is FaceVerdict.NO_FACE
