"""What a selfie is found to be, with the real models."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageOps

from tests.photos import Photos
from tests.verifier.faces import jpegs, references
from verifier.exif import camera_of
from verifier.faces.examine import embed_reference, examine
from verifier.faces.matching import References
from verifier.faces.models import Box, Models
from verifier.verdicts import bands
from verifier.verdicts.bands import Limits, ThresholdSet
from verifier.verdicts.evidence import FaceEvidence, FaceVerdict
from verifier.verdicts.quality import DEFAULT_LIMITS, QualityReason

# Everything is grey, so the second opinion is always asked.
ALL_GREY = ThresholdSet("all-grey", (Limits(1, -1.0, 3.0, 0.81, 1.0),))


def _verdict(selfie: bytes, enrolled: References | None, loaded: Models) -> FaceVerdict:
    return examine(selfie, enrolled, bands.DEFAULT, loaded).verdict


@pytest.mark.parametrize("seed", range(3))
def test_the_right_person_matches_three_references(
    photos: Photos, obama: References, loaded: Models, seed: int
) -> None:
    for photo in photos.obama:
        assert _verdict(photos.selfie_of(photo, seed), obama, loaded) is FaceVerdict.MATCH


def test_another_photo_of_the_person_matches_a_single_reference(
    photos: Photos, loaded: Models
) -> None:
    enrolled = references.of(photos.obama[:1], loaded)

    assert _verdict(photos.obama[1], enrolled, loaded) is FaceVerdict.MATCH
    assert _verdict(photos.obama[2], enrolled, loaded) is FaceVerdict.MATCH


@pytest.mark.parametrize("seed", range(3))
def test_another_person_does_not_match(
    photos: Photos, obama: References, biden: References, loaded: Models, seed: int
) -> None:
    stranger = photos.selfie_of(photos.astronaut, seed)

    assert _verdict(photos.selfie_of(photos.biden, seed), obama, loaded) is FaceVerdict.NO_MATCH
    assert _verdict(photos.selfie_of(photos.obama[0], seed), biden, loaded) is FaceVerdict.NO_MATCH
    assert _verdict(stranger, obama, loaded) is FaceVerdict.NO_MATCH
    assert _verdict(stranger, biden, loaded) is FaceVerdict.NO_MATCH


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_a_landscape_has_no_face_in_any_turn(
    photos: Photos, obama: References, loaded: Models, clockwise: int
) -> None:
    landscape = jpegs.turned(photos.landscape, clockwise)

    assert _verdict(landscape, obama, loaded) is FaceVerdict.NO_FACE


def test_two_people_in_one_photo_are_several_faces(
    photos: Photos, obama: References, loaded: Models
) -> None:
    evidence = examine(photos.two_faces, obama, bands.DEFAULT, loaded)

    assert evidence.verdict is FaceVerdict.SEVERAL_FACES
    assert evidence.faces == 2


def test_a_small_face_in_the_background_does_not_count(
    photos: Photos, obama: References, loaded: Models
) -> None:
    scene = jpegs.image(photos.obama[0]).copy()
    passer_by = jpegs.image(photos.biden).crop((340, 120, 800, 640))
    scene.paste(passer_by.resize((138, 156)), (10, 10))

    evidence = examine(jpegs.encoded(scene), obama, bands.DEFAULT, loaded)

    assert evidence.faces == 2
    assert evidence.verdict is FaceVerdict.MATCH


@pytest.mark.parametrize("clockwise", [90, 180, 270])
def test_a_photo_on_its_side_gets_the_same_answer(
    photos: Photos, obama: References, loaded: Models, clockwise: int
) -> None:
    evidence = examine(jpegs.turned(photos.obama[1], clockwise), obama, bands.DEFAULT, loaded)

    assert evidence.verdict is FaceVerdict.MATCH
    assert evidence.turned_degrees == 360 - clockwise
    other = jpegs.turned(photos.biden, clockwise)
    assert _verdict(other, obama, loaded) is FaceVerdict.NO_MATCH


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_a_scan_in_cmyk_or_grey_is_compared_like_any_other(
    photos: Photos, obama: References, loaded: Models, mode: str
) -> None:
    assert _verdict(jpegs.in_mode(photos.obama[1], mode), obama, loaded) is FaceVerdict.MATCH


def test_a_progressive_photo_is_compared(photos: Photos, obama: References, loaded: Models) -> None:
    progressive = jpegs.encoded(jpegs.image(photos.obama[1]), progressive=True)

    assert _verdict(progressive, obama, loaded) is FaceVerdict.MATCH


def test_twelve_megapixels_give_the_same_answer(
    photos: Photos, obama: References, biden: References, loaded: Models
) -> None:
    assert _verdict(photos.twelve_megapixels, obama, loaded) is FaceVerdict.MATCH
    assert _verdict(photos.twelve_megapixels, biden, loaded) is FaceVerdict.NO_MATCH


def test_a_face_of_few_pixels_is_poor_quality(
    photos: Photos, obama: References, loaded: Models
) -> None:
    evidence = examine(jpegs.shrunk(photos.obama[0], 0.3), obama, bands.DEFAULT, loaded)

    assert evidence.verdict is FaceVerdict.POOR_QUALITY
    assert QualityReason.TOO_SMALL in evidence.reasons
    assert evidence.face_px is not None
    assert evidence.face_px < 80


def test_a_small_face_of_many_pixels_is_compared(
    photos: Photos, obama: References, loaded: Models
) -> None:
    evidence = examine(photos.obama[2], obama, bands.DEFAULT, loaded)

    assert evidence.verdict is FaceVerdict.MATCH
    assert evidence.face_px is not None
    assert evidence.face_px > 120  # 73 in the picture of 640 px that is searched


@pytest.mark.parametrize(
    "photo",
    [
        b"",
        b"\xff\xd8\xff\xd9",
        jpegs.of_scans(5000),
        jpegs.noise(64, 64)[:-2],
        jpegs.noise(64, 64)[:400] + b"\xff\xd9",
    ],
    ids=["empty", "no picture", "5,000 scans", "truncated", "tables cut"],
)
def test_what_cannot_be_decoded_is_unreadable(
    obama: References, loaded: Models, photo: bytes
) -> None:
    assert _verdict(photo, obama, loaded) is FaceVerdict.UNREADABLE
    assert embed_reference(photo, loaded, DEFAULT_LIMITS).fault is FaceVerdict.UNREADABLE


def test_a_png_bomb_is_never_decoded(obama: References, loaded: Models) -> None:
    bomb = jpegs.png_bomb()
    assert len(bomb) < 500_000

    assert _verdict(bomb, obama, loaded) is FaceVerdict.UNREADABLE


@pytest.mark.parametrize("size", [(1, 1), (8000, 2), (2, 8000), (17, 3000)])
def test_impossible_shapes_have_no_face(
    obama: References, loaded: Models, size: tuple[int, int]
) -> None:
    assert _verdict(jpegs.noise(*size), obama, loaded) is FaceVerdict.NO_FACE


def test_somebody_without_references_is_not_enrolled(photos: Photos, loaded: Models) -> None:
    evidence = examine(photos.biden, None, bands.DEFAULT, loaded)

    assert evidence.verdict is FaceVerdict.NOT_ENROLLED
    assert evidence.faces == 1
    assert evidence.references == 0


def test_the_second_opinion_is_asked_only_in_the_grey_zone(
    photos: Photos, obama: References, loaded: Models
) -> None:
    sure = examine(photos.obama[1], obama, bands.DEFAULT, loaded)
    grey = examine(photos.obama[1], obama, ALL_GREY, loaded)

    assert sure.scores.dlib is None
    assert grey.scores.dlib is not None
    assert grey.scores.sface == sure.scores.sface
    assert grey.verdict is FaceVerdict.MATCH
    assert examine(photos.biden, obama, ALL_GREY, loaded).verdict is FaceVerdict.NO_MATCH


def test_a_mirrored_photo_is_as_near_in_the_grey_zone(
    photos: Photos, obama: References, loaded: Models
) -> None:
    photo = photos.obama[1]
    mirrored = jpegs.encoded(ImageOps.mirror(jpegs.image(photo)))
    one, other = (examine(each, obama, ALL_GREY, loaded).scores for each in (photo, mirrored))

    assert None not in (one.mirrored, bands.fused(one), bands.fused(other))
    assert bands.fused(one) == pytest.approx(bands.fused(other), abs=0.05)


def test_the_evidence_names_what_it_was_made_with(
    photos: Photos, obama: References, loaded: Models
) -> None:
    evidence = examine(photos.obama[0], obama, bands.DEFAULT, loaded)

    assert evidence.threshold_set == bands.DEFAULT.name
    assert evidence.references == 3
    assert len(evidence.models) == 4
    assert all(len(digest) == 64 for digest in evidence.models.values())
    assert evidence.detection_score is not None
    assert evidence.detection_score > 0.9


def _failing(_rgb: NDArray[np.uint8], _box: Box) -> NDArray[np.float64]:
    msg = "quotes something of the photo"
    raise RuntimeError(msg)


def test_a_fault_of_a_model_is_an_error_of_ours(
    photos: Photos, obama: References, loaded: Models
) -> None:
    broken = replace(loaded, describe=_failing)

    evidence = examine(photos.obama[0], obama, ALL_GREY, broken)

    assert evidence == FaceEvidence(
        verdict=FaceVerdict.ERROR,
        references=3,
        threshold_set=ALL_GREY.name,
        models=dict(loaded.sha256),
        error="RuntimeError",
        camera=camera_of(photos.obama[0]),
    )
    assert embed_reference(photos.obama[0], broken, DEFAULT_LIMITS).fault is FaceVerdict.ERROR


def test_a_photo_to_enrol_shows_one_face(photos: Photos, loaded: Models) -> None:
    assert embed_reference(photos.landscape, loaded, DEFAULT_LIMITS).fault is FaceVerdict.NO_FACE
    assert (
        embed_reference(photos.two_faces, loaded, DEFAULT_LIMITS).fault is FaceVerdict.SEVERAL_FACES
    )
    small = jpegs.shrunk(photos.obama[0], 0.3)
    assert embed_reference(small, loaded, DEFAULT_LIMITS).fault is FaceVerdict.POOR_QUALITY
