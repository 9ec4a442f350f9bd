"""Which photos are one picture sent again, and which are not."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from storage.records import TwinKind
from tests import sent_again
from tests.photos import Photos
from tests.verifier.faces import jpegs
from verifier.faces.examine import Look, look
from verifier.faces.hashes import FACE_LIMIT, Hashed, PhotoHashes, Stored, hashed, nearest
from verifier.faces.models import Models
from verifier.verdicts import bands


def known_by(photo: bytes, loaded: Models) -> Hashed:
    found: Look = look(photo, None, bands.DEFAULT, loaded)
    assert found.hashes is not None
    return found.hashes


@pytest.mark.parametrize(
    "again",
    [
        sent_again.saved_anew,
        sent_again.smaller,
        sent_again.in_other_light,
        sent_again.mirrored,
        lambda photo: sent_again.mirrored(sent_again.smaller(photo)),
    ],
    ids=["saved anew", "smaller", "other light", "mirrored", "mirrored and smaller"],
)
@pytest.mark.parametrize("number", range(3))
def test_a_picture_that_is_sent_again_is_known(
    again: Callable[[bytes], bytes], number: int, photos: Photos, loaded: Models
) -> None:
    photo = photos.obama[number]
    earlier = known_by(photo, loaded).kept
    assert nearest(known_by(again(photo), loaded), Stored.of([earlier])) is not None


def test_a_mirror_image_is_said_to_be_one(photos: Photos, loaded: Models) -> None:
    earlier = known_by(photos.obama[0], loaded).kept
    found = nearest(known_by(sent_again.mirrored(photos.obama[0]), loaded), Stored.of([earlier]))
    assert found is not None
    assert found.kind is TwinKind.MIRRORED_PICTURE


@pytest.mark.parametrize("quarters", [90, 180, 270])
@pytest.mark.parametrize("tilt", [0, 30])
def test_a_picture_that_was_turned_is_the_same_picture(
    photos: Photos, loaded: Models, tilt: int, quarters: int
) -> None:
    photo = jpegs.turned(photos.obama[1], tilt)
    found = nearest(
        known_by(jpegs.turned(photo, quarters), loaded),
        Stored.of([known_by(photo, loaded).kept]),
    )
    assert found is not None
    assert found.kind is TwinKind.SAME_PICTURE


def test_a_face_is_known_where_the_picture_around_it_was_cut(
    photos: Photos, loaded: Models
) -> None:
    earlier = known_by(photos.obama[0], loaded).kept
    found = nearest(known_by(sent_again.cut(photos.obama[0], 0.03), loaded), Stored.of([earlier]))
    assert found is not None
    assert found.kind is TwinKind.SAME_FACE


def test_other_photos_of_the_same_person_are_not_twins(photos: Photos, loaded: Models) -> None:
    all_of_them = [known_by(photo, loaded) for photo in photos.obama]
    for number, photo in enumerate(all_of_them):
        others = [one.kept for index, one in enumerate(all_of_them) if index != number]
        assert nearest(photo, Stored.of(others)) is None


def test_the_twin_is_named_by_what_is_kept_of_it(photos: Photos, loaded: Models) -> None:
    earlier = [known_by(photo, loaded).kept for photo in (photos.biden, *photos.obama)]
    compared = Stored.of([PhotoHashes(None, None), *earlier])
    found = nearest(known_by(photos.obama[1], loaded), compared)
    assert found is not None
    assert (found.kept, found.bits) == (earlier[2].frame, 0)


A_FACE = some.binary(min_size=18, max_size=18)


@given(
    earlier=some.lists(A_FACE, min_size=1, max_size=9),
    mirrored=A_FACE,
    flipped=some.sets(some.integers(0, 143), max_size=FACE_LIMIT + 3),
)
def test_the_nearest_is_the_one_that_differs_in_fewest_bits(
    earlier: list[bytes], mirrored: bytes, flipped: set[int]
) -> None:
    face = int.from_bytes(earlier[0]) ^ sum(1 << bit for bit in flipped)
    tries = [face.to_bytes(18), mirrored]
    least = min(bits(one, other) for one in tries for other in earlier)
    faces = np.frombuffer(b"".join(tries), np.uint8).reshape(-1, 18)
    photo = Hashed(PhotoHashes(None, None), None, faces)
    found = nearest(photo, Stored(b"", b"".join(earlier)))
    assert (found is None) == (least > FACE_LIMIT)
    if found is not None:
        assert (found.bits, min(bits(one, found.kept) for one in tries)) == (least, least)


def bits(one: bytes, other: bytes) -> int:
    """How many bits differ."""
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


@given(grey=some.integers(0, 255))
def test_pictures_of_a_covered_lens_are_not_twins(grey: int) -> None:
    noise = np.random.default_rng(grey).integers(-3, 4, (480, 640, 3))
    picture = np.clip(grey + noise, 0, 255).astype(np.uint8)
    assert hashed(picture, None).kept == PhotoHashes(None, None)


@given(seed=some.integers(0, 2**32 - 1))
def test_the_mirror_image_of_any_picture_has_its_hashes_the_other_way_round(seed: int) -> None:
    chance = np.random.default_rng(seed)
    coarse = chance.integers(0, 256, (12, 9, 3)).astype(np.uint8)
    picture = np.asarray(cv2.resize(coarse, (640, 480)), dtype=np.uint8)
    other = np.asarray(cv2.flip(picture, 1), dtype=np.uint8)
    found = nearest(hashed(other, None), Stored.of([hashed(picture, None).kept]))
    assert found is not None
    assert found.kind in {TwinKind.MIRRORED_PICTURE, TwinKind.SAME_PICTURE}
