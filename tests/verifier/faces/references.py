"""References of photos that are known to be good."""

from collections.abc import Iterable

from verifier.faces import matching
from verifier.faces.examine import embed_reference
from verifier.faces.matching import References, ReferenceVectors
from verifier.faces.models import Models
from verifier.verdicts.quality import DEFAULT_LIMITS


def vectors_of(photo: bytes, models: Models) -> ReferenceVectors:
    found = embed_reference(photo, models, DEFAULT_LIMITS)
    assert found.fault is None, found
    assert found.vectors is not None
    return found.vectors


def of(photos: Iterable[bytes], models: Models) -> References:
    return matching.mean_of([vectors_of(photo, models) for photo in photos])
