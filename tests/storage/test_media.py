"""Media come back as they were put, by version and hash, or not at all."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from storage.local_stack import LocalStack
from storage.media import (
    CHUNK,
    MediaKey,
    MediaStore,
    ObjectDiffersError,
    ObjectMissingError,
    StoredObject,
    StoreUnavailableError,
)
from storage.settings import StoreSettings

pytestmark = pytest.mark.media
JPEG = "image/jpeg"


@pytest.fixture
def settings(stack: LocalStack) -> StoreSettings:
    return StoreSettings.read(stack.environment("web"))


@pytest.fixture
def media(settings: StoreSettings) -> MediaStore:
    return MediaStore(settings)


@pytest.fixture
def stored(media: MediaStore) -> Iterator[StoredObject]:
    """An object of several chunks."""
    put = media.put(new_key(), b"photo" * CHUNK, JPEG)
    yield put
    for held in media.listed(put.key):
        media.remove(replace(put, version_id=held.version_id))


def new_key() -> MediaKey:
    return MediaKey.checkin(uuid4(), uuid4(), hashlib.sha256(b"x").hexdigest())


def test_what_was_put_comes_back(media: MediaStore, stored: StoredObject) -> None:
    assert media.fetch(stored) == b"photo" * CHUNK
    assert stored.length == 5 * CHUNK
    assert stored.sha256 == hashlib.sha256(b"photo" * CHUNK).hexdigest()


def test_what_was_put_over_is_never_given_out_as_the_original(
    media: MediaStore, stored: StoredObject
) -> None:
    media.put(MediaKey(stored.key), b"other" * CHUNK, JPEG)
    if stored.version_id:
        assert media.fetch(stored) == b"photo" * CHUNK
    else:
        with pytest.raises(ObjectDiffersError):
            media.fetch(stored)


def test_the_end_of_a_changed_object_is_never_given_out(
    media: MediaStore, stored: StoredObject
) -> None:
    given: list[bytes] = []
    with pytest.raises(ObjectDiffersError):
        given.extend(media.stream(replace(stored, sha256="0" * 64)))
    assert sum(len(chunk) for chunk in given) < stored.length


def test_a_missing_object_is_said_to_be_missing(media: MediaStore, stored: StoredObject) -> None:
    media.remove(stored)
    assert not media.holds(stored)
    with pytest.raises(ObjectMissingError):
        media.fetch(stored)


def test_removing_twice_is_no_fault(media: MediaStore, stored: StoredObject) -> None:
    media.remove(stored)
    media.remove(stored)
    assert list(media.listed(stored.key)) == []


def test_an_object_of_another_length_is_not_held(media: MediaStore, stored: StoredObject) -> None:
    assert media.holds(stored)
    assert not media.holds(replace(stored, length=1))


def test_every_object_is_listed_with_its_version(media: MediaStore, stored: StoredObject) -> None:
    (listed,) = media.listed(stored.key)
    assert (listed.key, listed.version_id, listed.length) == (
        stored.key,
        stored.version_id,
        stored.length,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("endpoint", "127.0.0.1:9"), ("secret_key", "wrong" * 8), ("bucket", "no-such-one")],
)
def test_a_store_that_cannot_be_asked_is_unavailable_not_empty(
    settings: StoreSettings, stored: StoredObject, name: str, value: str
) -> None:
    media = MediaStore(replace(settings, **{name: value}))  # type: ignore[arg-type]
    asked = replace(stored, bucket=media.bucket)
    assert not media.reachable()
    with pytest.raises(StoreUnavailableError):
        media.put(MediaKey(stored.key), b"photo", JPEG)
    with pytest.raises(StoreUnavailableError):
        media.fetch(asked)


def test_making_the_bucket_again_keeps_what_it_holds(
    media: MediaStore, stored: StoredObject
) -> None:
    media.ensure_bucket()
    assert media.holds(stored)


def test_the_media_bucket_is_versioned_where_the_server_can(
    media: MediaStore, stored: StoredObject, stack: LocalStack
) -> None:
    assert media.keeps_versions() is (stack.store == "minio")
    assert bool(stored.version_id) is (stack.store == "minio")
