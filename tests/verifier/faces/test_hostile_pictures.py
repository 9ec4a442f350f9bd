"""A hostile picture is refused from its headers, or costs little more than an ordinary photo."""

import functools
import time
from typing import Any

import numpy as np
import pytest

from tests.fuzz import pictures
from tests.fuzz.pictures import REFUSED, SECRET, TAKEN
from tests.verifier.faces import jpegs
from tests.verifier.faces.costs import costs_of
from verifier import photos
from verifier.faces import images, renditions
from verifier.faces.images import PhotoUnreadable
from verifier.photos import PhotoLimits, PhotoRefused

# Measured: an ordinary 12 MP photo 0.03 s and 24 MiB, the costliest that is taken 0.22 s and 96.
MOST_TIMES_A_PLAIN_PHOTO = 12
MOST_MIB = 200
MOST_MIB_TO_REFUSE = 16
PLAIN = "plain"


@functools.cache
def costs() -> dict[str, dict[str, Any]]:
    """What every picture costs, measured once."""
    made = {name: one.data for name, one in pictures.hostile().items()}
    return costs_of(made | {PLAIN: pictures.plain()})


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_cost_too_much_or_is_no_photo_is_refused(name: str) -> None:
    picture = pictures.hostile()[name]

    with pytest.raises(PhotoRefused) as refused:
        photos.check(picture.data, PhotoLimits())
    assert refused.value.defect is picture.refused
    with pytest.raises(PhotoUnreadable):
        images.decode(picture.data, 640)


def test_refusing_the_worst_costs_less_than_decoding_an_ordinary_photo() -> None:
    begun = time.process_time()
    images.decode(pictures.plain(), 640)
    plain = time.process_time() - begun
    for name in REFUSED:
        data = pictures.hostile()[name].data
        begun = time.process_time()
        with pytest.raises(PhotoRefused):
            photos.check(data, PhotoLimits())
        assert time.process_time() - begun < plain, name


@pytest.mark.parametrize("name", REFUSED)
def test_refusing_takes_no_memory_worth_speaking_of(name: str) -> None:
    assert costs()[name]["refused"]
    assert costs()[name]["mib"] < MOST_MIB_TO_REFUSE


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken_costs_little_more_than_an_ordinary_photo(name: str) -> None:
    cost = costs()[name]

    assert cost["mib"] < MOST_MIB
    assert cost["seconds"] < MOST_TIMES_A_PLAIN_PHOTO * costs()[PLAIN]["seconds"]


@pytest.mark.parametrize("name", TAKEN)
def test_officers_see_a_rendition_without_anything_but_the_picture(name: str) -> None:
    original = pictures.hostile()[name].data
    if not costs()[name]["readable"]:
        with pytest.raises(PhotoUnreadable):
            renditions.render(original)
        return
    rendition = renditions.render(original)
    facts = photos.check(rendition, PhotoLimits())

    assert SECRET not in rendition
    for mark in (b"Exif", b"http://", b"ICC_PROFILE", b"%PDF", b"PK\x05\x06", b"<html"):
        assert mark not in rendition
    assert rendition.count(b"\xff\xd8") == 1  # no thumbnail, no second picture
    assert facts.image_length == len(rendition)
    assert {segment[1] for segment in _segments(rendition)} == {0xE0, 0xDB, 0xC0, 0xC4}


def test_only_what_the_decoder_gives_up_on_has_no_rendition() -> None:
    unreadable = {name for name in TAKEN if not costs()[name]["readable"]}

    assert unreadable == {"65,535 x 1"}  # libjpeg ends at 65,500


def test_a_face_in_the_thumbnail_is_not_the_picture() -> None:
    photo = pictures.hostile()["another face in the thumbnail"].data
    bare = photo[:2] + b"".join(_segments(photo)[1:]) + photo[_scan_of(photo) :]

    assert np.array_equal(images.decode(photo, 640).pixels, images.decode(bare, 640).pixels)


def test_a_loop_of_directories_leaves_the_picture_upright() -> None:
    facts = photos.check(pictures.hostile()["EXIF in a loop"].data, PhotoLimits())

    assert facts.orientation == 1


def test_a_picture_that_turns_itself_is_seen_upright() -> None:
    turned = pictures.hostile()["turned by EXIF"].data

    assert jpegs.image(renditions.render(turned)).size == pictures.SMALL[::-1]


def _segments(photo: bytes) -> list[bytes]:
    found, at = [], 2
    while photo[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(photo[at + 2 : at + 4], "big")
        found.append(photo[at:end])
        at = end
    return found


def _scan_of(photo: bytes) -> int:
    return 2 + sum(map(len, _segments(photo)))
