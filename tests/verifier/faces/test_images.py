"""From bytes to upright pixels."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.photos import Photos
from tests.verifier.faces import jpegs
from verifier.faces import images
from verifier.faces.images import PhotoUnreadable


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_turn_is_undone_as_another_library_does(
    photos: Photos, orientation: int
) -> None:
    photo = jpegs.with_orientation(photos.astronaut, orientation)

    ours = images.decode(photo, longest_side=4000).pixels[:, :, ::-1]
    theirs = np.asarray(ImageOps.exif_transpose(jpegs.image(photo)))

    assert np.abs(ours.astype(int) - theirs.astype(int)).mean() < 1.0


@pytest.mark.parametrize(("width", "height"), [(4000, 3000), (3000, 4000), (1279, 10), (641, 640)])
def test_a_large_photo_is_fitted_and_its_shape_kept(width: int, height: int) -> None:
    picture = images.decode(jpegs.encoded(Image.new("RGB", (width, height))), longest_side=640)

    assert max(picture.pixels.shape[:2]) == 640
    assert picture.reduction == pytest.approx(max(width, height) / 640)
    assert picture.pixels.shape[1] / width == pytest.approx(640 / max(width, height), rel=0.01)


def test_a_small_photo_is_not_enlarged() -> None:
    picture = images.decode(jpegs.noise(100, 50), longest_side=640)

    assert picture.pixels.shape == (50, 100, 3)
    assert picture.reduction == 1


def test_bytes_after_the_picture_are_not_decoded() -> None:
    photo = jpegs.noise(100, 50)

    with_tail = images.decode(photo + jpegs.noise(20, 20), longest_side=640)

    assert np.array_equal(with_tail.pixels, images.decode(photo, longest_side=640).pixels)


def test_a_picture_without_tables_is_unreadable() -> None:
    cut = jpegs.noise(64, 64)
    tables = cut.index(b"\xff\xdb")
    frame = cut.index(b"\xff\xc0")

    with pytest.raises(PhotoUnreadable):
        images.decode(cut[:tables] + cut[frame:], longest_side=640)


def test_the_decoder_itself_refuses_a_bomb_behind_our_own_check(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(jpegs.png_bomb())
    # In a process of its own: OpenCV reads its limit once, and this one may have loaded it before.
    decoding = (
        "import sys, verifier.faces, cv2, numpy;"
        "print(cv2.imdecode(numpy.fromfile(sys.argv[1], dtype=numpy.uint8), cv2.IMREAD_COLOR))"
    )
    done = subprocess.run(
        [sys.executable, "-c", decoding, str(bomb)], check=False, capture_output=True, text=True
    )

    assert "pixels <= CV_IO_MAX_IMAGE_PIXELS" in done.stderr
