"""References and distances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.photos import Photos
from tests.verifier.faces import references
from verifier.faces import matching
from verifier.faces.embedding import Vector
from verifier.faces.matching import References
from verifier.faces.models import Models

_numbers = st.floats(-10, 10, width=32)


@given(arrays.arrays(np.float32, 128, elements=_numbers))
def test_a_vector_survives_being_stored(vector: Vector) -> None:
    stored = matching.to_bytes(vector)

    assert len(stored) == 512
    assert np.array_equal(matching.from_bytes(stored), vector)


def test_a_vector_is_stored_little_endian() -> None:
    stored = matching.to_bytes(np.full(128, 1.0, dtype=np.float32))

    assert stored[:4] == b"\x00\x00\x80\x3f"


@pytest.mark.parametrize("length", [0, 4, 508, 516])
def test_a_vector_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="a vector of"):
        matching.from_bytes(bytes(length))


def test_the_mean_of_references_has_length_one_again(obama: References) -> None:
    assert obama.count == 3
    assert float(np.linalg.norm(obama.sface)) == pytest.approx(1.0, abs=1e-5)


def test_the_photos_of_one_person_are_as_near_as_published(photos: Photos, loaded: Models) -> None:
    vectors = [references.vectors_of(photo, loaded) for photo in photos.obama]

    for one in vectors:
        for other in vectors:
            distance = matching.sface_distance(one.sface, matching.mean_of([other]))
            assert distance < 0.30
            far = matching.dlib_distance(one.dlib, matching.mean_of([other]))
            assert far < 0.6


def test_a_person_is_nearer_to_the_mean_than_to_any_single_photo(
    photos: Photos, loaded: Models
) -> None:
    first, second, third = (references.vectors_of(photo, loaded) for photo in photos.obama)

    to_mean = matching.sface_distance(third.sface, matching.mean_of([first, second]))

    assert to_mean < matching.sface_distance(third.sface, matching.mean_of([first]))
    assert to_mean < matching.sface_distance(third.sface, matching.mean_of([second]))
