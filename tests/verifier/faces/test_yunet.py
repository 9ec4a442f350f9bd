"""The detector gives what OpenCV's own way of running the same file gives."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from storage.local_stack.places import Places
from tests.photos import Photos
from verifier.faces import model_files
from verifier.faces.images import Pixels, decode, turned
from verifier.faces.model_files import YUNET
from verifier.faces.networks import UnknownNetworkError
from verifier.faces.yunet import YuNet

SCORE, OVERLAP = 0.7, 0.3


@pytest.fixture(scope="module")
def file() -> Path:
    return model_files.checked(Places.read(os.environ).models, YUNET)


@pytest.fixture(scope="module")
def detector(file: Path) -> YuNet:
    return YuNet(file, SCORE, OVERLAP)


def by_opencv(file: Path, pixels: Pixels) -> Pixels:
    """What FaceDetectorYN finds."""
    size = pixels.shape[1], pixels.shape[0]
    own = cv2.FaceDetectorYN.create(str(file), "", size, SCORE, OVERLAP)
    _, rows = own.detect(pixels)
    return np.zeros((0, 15)) if rows is None else np.asarray(rows)


def many(photos: Photos, side: int) -> Pixels:
    """Several faces side by side, one of them twice."""
    each = [decode(one, side).pixels for one in (photos.obama[0], photos.biden, photos.obama[0])]
    high = min(one.shape[0] for one in each)
    return np.ascontiguousarray(np.hstack([one[:high] for one in each]))


@pytest.mark.parametrize("side", [160, 213, 320, 640])
@pytest.mark.parametrize("degrees", [0, 90])
def test_it_finds_what_opencv_finds(
    side: int, degrees: int, photos: Photos, file: Path, detector: YuNet
) -> None:
    for pixels in (many(photos, side), decode(photos.obama[1], side).pixels):
        picture = np.ascontiguousarray(turned(pixels, degrees))
        expected = by_opencv(file, picture)
        found = detector.detect(picture)
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-2)


def test_where_there_is_no_face_there_is_no_row(detector: YuNet) -> None:
    assert detector.detect(np.zeros((33, 65, 3), dtype=np.uint8)).shape == (0, 15)


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(b"no such network")
    with pytest.raises(UnknownNetworkError):
        YuNet(other, SCORE, OVERLAP)
