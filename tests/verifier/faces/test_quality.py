"""What is measured of a face, and that it is the same however the photo came about."""

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.photos import Photos
from tests.verifier.faces import jpegs
from verifier.faces import detection, embedding, images, quality
from verifier.faces.detection import Face, Faces
from verifier.faces.examine import embed_reference, examine
from verifier.faces.matching import References
from verifier.faces.models import Models
from verifier.faces.seeing import see
from verifier.verdicts import bands
from verifier.verdicts.evidence import FaceVerdict
from verifier.verdicts.quality import DEFAULT_LIMITS, PhotoQuality, QualityReason

SLOW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def _measured(photo: bytes, loaded: Models) -> PhotoQuality:
    return see(photo, loaded, DEFAULT_LIMITS).quality


def _changed(photo: bytes, gain: float, jpeg_quality: int) -> bytes:
    pixels = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    lit = cv2.convertScaleAbs(pixels, alpha=gain)
    written, jpeg = cv2.imencode(".jpg", lit, [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality])
    assert written
    return jpeg.tobytes()


def _mirrored(photo: bytes) -> bytes:
    pixels = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    written, jpeg = cv2.imencode(".jpg", cv2.flip(pixels, 1), [cv2.IMWRITE_JPEG_QUALITY, 95])
    assert written
    return jpeg.tobytes()


def _blurred(photo: bytes, sigma: float) -> bytes:
    pixels = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    written, jpeg = cv2.imencode(".jpg", cv2.GaussianBlur(pixels, (0, 0), sigma))
    assert written
    return jpeg.tobytes()


def _masked(photo: bytes, loaded: Models) -> bytes:
    """The same person behind dark glasses: one dark bar over both eyes."""
    pixels = images.decode(photo, detection.LONGEST_SIDE).pixels.copy()
    face = detection.find(pixels, loaded).all[0]
    right, left = face.row[4:6], face.row[6:8]
    apart = float(np.linalg.norm(left - right))
    for eye in (right, left):
        centre = (round(float(eye[0])), round(float(eye[1])))
        axes = (round(apart * 0.45), round(apart * 0.33))
        cv2.ellipse(pixels, centre, axes, 0.0, 0.0, 360.0, (20, 20, 20), -1)
    written, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])
    assert written
    return jpeg.tobytes()


def test_a_mirrored_photo_mirrors_yaw(photos: Photos, loaded: Models) -> None:
    for photo in (photos.biden, *photos.obama):
        seen, mirrored = _measured(photo, loaded), _measured(_mirrored(photo), loaded)

        # The detector itself sees a mirrored face a little differently.
        assert mirrored.yaw == pytest.approx(-seen.yaw, abs=0.06)


# Landmarks of a face 160 px wide whose nose may lie anywhere between and beside the eyes.
@given(
    nose=st.floats(-60, 60),
    down=st.floats(10, 60),
    degrees=st.floats(-40, 40),
    apart=st.floats(40, 90),
)
def test_yaw_is_mirrored_and_does_not_depend_on_roll_or_size(
    nose: float, down: float, degrees: float, apart: float
) -> None:
    expected = nose / apart

    assert _yaw_of(nose, down, degrees, apart) == pytest.approx(expected, abs=1e-3)
    assert _yaw_of(-nose, down, -degrees, apart) == pytest.approx(-expected, abs=1e-3)


def _yaw_of(nose: float, down: float, degrees: float, apart: float) -> float:
    turn = np.radians(degrees)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    points = np.array([[-apart / 2, 0.0], [apart / 2, 0.0], [nose, down]]) @ turned.T + 100
    row = np.zeros(15, dtype=np.float32)
    row[:4] = 40, 40, 120, 160
    row[4:10] = points.reshape(-1)
    pixels = np.full((240, 240, 3), 127, dtype=np.uint8)
    faces = Faces(pixels, 0, 0.0, (Face(row),))
    return quality.measure(faces, pixels[:112, :112]).yaw


@SLOW
@given(gain=st.floats(0.75, 1.2), jpeg_quality=st.integers(40, 95))
def test_light_and_compression_change_the_score_within_a_bound(
    photos: Photos, obama: References, loaded: Models, gain: float, jpeg_quality: int
) -> None:
    before = examine(photos.obama[1], obama, bands.DEFAULT, loaded)

    after = examine(_changed(photos.obama[1], gain, jpeg_quality), obama, bands.DEFAULT, loaded)

    assert after.verdict is FaceVerdict.MATCH
    assert before.scores.sface is not None
    assert after.scores.sface == pytest.approx(before.scores.sface, abs=0.06)


def _is_borderline(measured: PhotoQuality) -> bool:
    """Whether a number lies so near its limit that another look may fall on its other side."""
    limits = DEFAULT_LIMITS
    pairs = (
        (measured.contrast, limits.least_contrast),
        (measured.sharpness, limits.least_sharpness),
        (measured.brightness, limits.least_brightness),
        (measured.brightness, limits.most_brightness),
        (abs(measured.yaw), limits.most_yaw),
    )
    narrow = abs(measured.face_px - limits.least_face_px) <= 3
    return narrow or any(abs(number / limit - 1) < 0.1 for number, limit in pairs)


@SLOW
@given(
    scene=st.tuples(
        st.sampled_from(["biden", "astronaut", "landscape", "two_faces"]), st.integers(0, 1000)
    ),
    clockwise=st.sampled_from([90, 180, 270]),
)
def test_any_quarter_turn_gives_the_same_verdict(
    photos: Photos, biden: References, loaded: Models, scene: tuple[str, int], clockwise: int
) -> None:
    name, seed = scene
    photo = photos.selfie_of(getattr(photos, name), seed)
    assume(not _is_borderline(_measured(photo, loaded)))

    turned = examine(jpegs.turned(photo, clockwise), biden, bands.DEFAULT, loaded)

    assert turned.verdict is examine(photo, biden, bands.DEFAULT, loaded).verdict


@SLOW
@given(box=st.tuples(st.floats(0.0, 0.6), st.floats(0.0, 0.6), st.floats(0.2, 0.4)))
def test_a_crop_without_a_face_is_no_face(
    photos: Photos, obama: References, loaded: Models, box: tuple[float, float, float]
) -> None:
    scene, (left, top, side) = jpegs.image(photos.landscape), box
    wide, high = scene.size
    crop = scene.crop(
        (left * wide, top * high, (left + side) * wide, (top + side) * high),
    )

    evidence = examine(jpegs.encoded(crop), obama, bands.DEFAULT, loaded)

    assert evidence.verdict is FaceVerdict.NO_FACE
    assert evidence.reasons == (QualityReason.NO_FACE,)


def test_the_chest_of_a_portrait_is_no_face(
    photos: Photos, obama: References, loaded: Models
) -> None:
    for photo in (photos.biden, photos.astronaut):
        portrait = jpegs.image(photo)
        face = see(photo, loaded, DEFAULT_LIMITS).faces
        below = face.all[0].box[2] / face.pixels.shape[0] * portrait.height
        chest = portrait.crop((0, round(below * 1.05), portrait.width, portrait.height))

        evidence = examine(jpegs.encoded(chest), obama, bands.DEFAULT, loaded)

        assert evidence.verdict is FaceVerdict.NO_FACE


def test_each_fault_of_a_photo_is_found_and_the_face_not_compared(
    photos: Photos, obama: References, loaded: Models
) -> None:
    good = photos.obama[1]
    faults = {
        QualityReason.TOO_DARK: _changed(good, 0.35, 90),
        QualityReason.TOO_BRIGHT: _changed(good, 2.6, 90),
        QualityReason.BLURRED: _blurred(good, 6.0),
        QualityReason.TOO_SMALL: jpegs.shrunk(photos.obama[0], 0.3),
        QualityReason.EYES_HIDDEN: _masked(good, loaded),
    }

    for reason, photo in faults.items():
        evidence = examine(photo, obama, bands.DEFAULT, loaded)
        assert reason in evidence.reasons, (reason, evidence.quality)
        assert evidence.verdict is FaceVerdict.POOR_QUALITY
        assert evidence.scores.sface is None
        assert evidence.quality_limits == DEFAULT_LIMITS.name


def test_good_photos_pass_the_gate(photos: Photos, loaded: Models) -> None:
    for photo in (*photos.obama, photos.biden, photos.astronaut):
        assert see(photo, loaded, DEFAULT_LIMITS).reasons == ()


def test_a_poor_photo_to_enrol_says_why_and_keeps_its_vectors_for_an_officer(
    photos: Photos, loaded: Models
) -> None:
    found = embed_reference(_changed(photos.obama[1], 0.35, 90), loaded, DEFAULT_LIMITS)

    assert found.fault is FaceVerdict.POOR_QUALITY
    assert QualityReason.TOO_DARK in found.reasons
    assert found.vectors is not None
    assert found.quality is not None


def test_a_box_beyond_the_picture_is_measured_where_it_lies_inside() -> None:
    row = np.zeros(15, dtype=np.float32)
    row[:4] = 300, -80, 100, 60
    pixels = np.full((120, 160, 3), 90, dtype=np.uint8)
    face = Face(row)

    measured = quality.measure(
        Faces(pixels, 0, 0.0, (face,)), embedding.chip(pixels, Face(row + 20))
    )

    assert measured.brightness == pytest.approx(90)
