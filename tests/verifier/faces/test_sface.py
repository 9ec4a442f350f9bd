"""Chips and vectors are what OpenCV's own way of running the same file gives."""

import os

import cv2
import numpy as np
import pytest

from storage.local_stack.places import Places
from tests.photos import Photos
from verifier.faces import detection, embedding, model_files
from verifier.faces.detection import Face
from verifier.faces.images import Pixels, decode, tilted
from verifier.faces.model_files import SFACE
from verifier.faces.models import Models
from verifier.faces.sface import aligned


@pytest.fixture(scope="module")
def opencv() -> cv2.FaceRecognizerSF:
    file = model_files.checked(Places.read(os.environ).models, SFACE)
    return cv2.FaceRecognizerSF.create(str(file), "")


def a_face(photo: bytes, degrees: float, loaded: Models) -> tuple[Pixels, Face]:
    """A picture, turned by some degrees, and its largest face as it lies there."""
    pixels = tilted(decode(photo, detection.LONGEST_SIDE).pixels, degrees)
    row = loaded.detector.detect(pixels)[0]
    return pixels, Face(row)


@pytest.mark.parametrize("degrees", [-40.0, 0.0, 25.0])
@pytest.mark.parametrize("number", range(3))
def test_a_chip_is_opencvs(
    number: int, degrees: float, photos: Photos, loaded: Models, opencv: cv2.FaceRecognizerSF
) -> None:
    pixels, face = a_face(photos.obama[number], degrees, loaded)
    expected = np.asarray(opencv.alignCrop(pixels, face.row), dtype=np.int16)
    assert np.abs(aligned(pixels, face.landmarks) - expected).max() <= 2  # grey levels, rounded


@pytest.mark.parametrize("name", ["obama", "biden", "astronaut"])
def test_a_vector_is_opencvs(
    name: str, photos: Photos, loaded: Models, opencv: cv2.FaceRecognizerSF
) -> None:
    found = getattr(photos, name)
    pixels, face = a_face(found[0] if name == "obama" else found, 0.0, loaded)
    chip = embedding.chip(pixels, face)
    expected = np.array(opencv.feature(chip)).reshape(-1)
    np.testing.assert_allclose(loaded.recognizer.feature(chip), expected, rtol=1e-4, atol=1e-4)


def test_landmarks_that_lie_where_they_should_move_nothing(photos: Photos, loaded: Models) -> None:
    pixels, face = a_face(photos.obama[0], 0.0, loaded)
    chip = embedding.chip(pixels, face)
    places = [38.2946, 51.6963, 73.5318, 51.5014, 56.0252, 71.7366, 41.5493, 92.3655, 70.7299]
    landmarks = np.array([*places, 92.2041], dtype=np.float32)
    assert np.abs(aligned(chip, landmarks).astype(np.int16) - chip).max() <= 1
