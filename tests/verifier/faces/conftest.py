"""Real models and real photos, fetched where the caches have none."""

import os

import pytest

from storage.local_stack.places import Places
from tests import photos as photo_files
from tests.photos import Photos
from tests.verifier.faces import references
from verifier.faces import model_files, models
from verifier.faces.matching import References
from verifier.faces.models import Models


@pytest.fixture(scope="session")
def loaded() -> Models:
    folder = Places.read(os.environ).models
    model_files.fetch(folder, None, lambda _line: None)
    return models.load(folder)


@pytest.fixture(scope="session")
def photos() -> Photos:
    return photo_files.photos()


@pytest.fixture(scope="session")
def obama(photos: Photos, loaded: Models) -> References:
    return references.of(photos.obama, loaded)


@pytest.fixture(scope="session")
def biden(photos: Photos, loaded: Models) -> References:
    return references.of((photos.biden,), loaded)
