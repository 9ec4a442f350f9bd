"""What officers see of a photo."""

import pytest
from PIL import Image

from tests.photos import Photos
from tests.verifier.faces import jpegs
from verifier import photos as structure
from verifier.faces import renditions
from verifier.faces.images import PhotoUnreadable

_MAKE, _GPS = 0x010F, 0x8825


def _telling(photo: bytes) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[_MAKE] = "SECRETPHONE"
    exif.get_ifd(_GPS)[1] = "N"
    return jpegs.encoded(jpegs.image(photo), exif=exif.tobytes()) + b"hidden after the picture"


def test_a_rendition_is_turned_upright_and_says_nothing_but_the_picture(photos: Photos) -> None:
    telling = _telling(photos.landscape)
    assert b"SECRETPHONE" in telling

    rendition = renditions.render(telling)

    assert b"SECRETPHONE" not in rendition
    assert b"hidden" not in rendition
    assert b"Exif" not in rendition
    assert jpegs.image(rendition).size == (427, 640)


def test_a_rendition_is_small_enough_for_a_page(photos: Photos) -> None:
    facts = structure.check(renditions.render(photos.twelve_megapixels), structure.PhotoLimits())

    assert max(facts.width, facts.height) == renditions.LONGEST_SIDE
    assert facts.length == facts.image_length


def test_what_cannot_be_decoded_has_no_rendition() -> None:
    with pytest.raises(PhotoUnreadable):
        renditions.render(jpegs.noise(64, 64)[:-2])
