"""Which way a face lies does not matter, nor in how many pixels it is found."""

import numpy as np
import pytest

from tests.photos import Photos
from tests.verifier.faces import jpegs
from verifier.faces import detection, embedding, images
from verifier.faces.detection import Face, Faces
from verifier.faces.examine import examine
from verifier.faces.matching import References
from verifier.faces.models import Models
from verifier.verdicts import bands
from verifier.verdicts.evidence import FaceVerdict


def _found(photo: bytes, loaded: Models) -> Faces:
    return detection.find(images.decode(photo, detection.LONGEST_SIDE).pixels, loaded)


def _differences(one: int, other: int) -> int:
    return abs((one - other + 180) % 360 - 180)


@pytest.mark.parametrize("name", ["biden", "astronaut"])
@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_every_quarter_turn_gives_the_same_face(
    photos: Photos, loaded: Models, name: str, clockwise: int
) -> None:
    photo: bytes = getattr(photos, name)
    upright = _found(photo, loaded)

    lying = _found(jpegs.turned(photo, clockwise), loaded)

    assert _differences(lying.turned_degrees, upright.turned_degrees - clockwise) <= 8
    one, other = (
        embedding.sface(embedding.chip(faces.pixels, faces.all[0]), loaded)
        for faces in (upright, lying)
    )
    assert float(one @ other) > 0.9


@pytest.mark.parametrize("clockwise", [-45, 30, 45, 135])
def test_a_tilted_head_is_found_and_looked_at_upright(
    photos: Photos, loaded: Models, clockwise: int
) -> None:
    faces = _found(jpegs.turned(photos.biden, clockwise), loaded)

    assert faces.all[0].score > 0.9
    assert _differences(faces.turned_degrees, -clockwise) <= 20


@pytest.mark.parametrize("clockwise", [-45, 45, 135])
def test_a_tilted_head_gets_the_same_verdict(
    photos: Photos, obama: References, biden: References, loaded: Models, clockwise: int
) -> None:
    tilted = jpegs.turned(photos.obama[1], clockwise)

    assert examine(tilted, obama, bands.DEFAULT, loaded).verdict is FaceVerdict.MATCH
    assert examine(tilted, biden, bands.DEFAULT, loaded).verdict is FaceVerdict.NO_MATCH


@pytest.mark.parametrize("clockwise", [20, 45, 70])
def test_a_landscape_is_no_face_however_it_is_held(
    photos: Photos, loaded: Models, clockwise: int
) -> None:
    assert _found(jpegs.turned(photos.landscape, clockwise), loaded).all == ()


@pytest.mark.parametrize("degrees", [-170.0, -45.0, -10.0, 0.0, 30.0, 90.0])
def test_the_tilt_is_the_angle_of_the_eyes(degrees: float) -> None:
    row = np.zeros(15, dtype=np.float32)
    row[4:6] = 100, 100
    row[6:8] = 100 + 50 * np.cos(np.radians(degrees)), 100 + 50 * np.sin(np.radians(degrees))

    assert Face(row).tilt == pytest.approx(degrees, abs=1e-3)


@pytest.mark.parametrize(("width", "height"), [(40, 20), (20, 40), (31, 31)])
@pytest.mark.parametrize("degrees", [10.0, 45.0, 90.0, 225.0])
def test_a_tilted_picture_loses_nothing(width: int, height: int, degrees: float) -> None:
    picture = np.full((height, width, 3), 7, dtype=np.uint8)

    tilted = images.tilted(picture, degrees)

    turn = np.radians(degrees)
    wide = abs(width * np.cos(turn)) + abs(height * np.sin(turn))
    assert tilted.shape[1] == pytest.approx(wide, abs=1)
    assert (tilted == 7).all()
