"""The one way to the object store: content-addressed puts, reads of one version by its hash."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import SEEK_END, BufferedRandom, BytesIO
from uuid import UUID

import urllib3
from minio.commonconfig import ENABLED
from minio.error import InvalidResponseError, MinioException, S3Error
from minio.sseconfig import Rule, SSEConfig
from minio.versioningconfig import VersioningConfig

from storage.s3_client import open_client
from storage.settings import StoreSettings

CHUNK = 64 * 1024
MISSING = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchObject", "MethodNotAllowed"})


class StoreUnavailableError(Exception):
    """The object store did not answer, or not in a way that can be trusted."""


class ObjectMissingError(Exception):
    """The store does not hold the version that a media row names."""


class ObjectDiffersError(Exception):
    """The store gave bytes that are not those of the media row."""


@dataclass(frozen=True)
class MediaKey:
    """The place of an object, made from what it is and the hash of its bytes."""

    text: str

    @classmethod
    def checkin(cls, offender_id: UUID, checkin_id: UUID, sha256: str) -> "MediaKey":
        """Key of a selfie or frame."""
        return cls(f"checkins/{offender_id}/{checkin_id}/{sha256}")

    @classmethod
    def reference(cls, set_id: UUID, sha256: str) -> "MediaKey":
        """Key of an enrolled photo."""
        return cls(f"references/{set_id}/{sha256}")

    @classmethod
    def rendition(cls, original_id: UUID, sha256: str) -> "MediaKey":
        """Key of the picture that officers see."""
        return cls(f"renditions/{original_id}/{sha256}")

    @classmethod
    def study(cls, sha256: str) -> "MediaKey":
        """Key of a file of study modules, shared by all versions that hold it."""
        return cls(f"study/{sha256}")


@dataclass(frozen=True)
class StoredObject:
    """One version of one object and what its bytes must be; version_id '' where none are kept."""

    bucket: str
    key: str
    version_id: str
    length: int
    sha256: str


@dataclass(frozen=True)
class ListedObject:
    """What the store says it holds."""

    key: str
    version_id: str
    length: int
    modified_at: datetime
    newest: bool = True  # no other version lies over it


class MediaStore:
    """All media of the system, in one bucket of one S3 server."""

    def __init__(self, settings: StoreSettings) -> None:
        self.bucket = settings.bucket
        self._client = open_client(settings)

    def ensure_bucket(self) -> None:
        """Make the bucket, versioned and encrypted where the server can; idempotent."""
        with _faults():
            if not self._client.bucket_exists(self.bucket):
                self._client.make_bucket(self.bucket)
        self._enable_versions()
        self._enable_encryption()

    def put(self, key: MediaKey, data: bytes, content_type: str) -> StoredObject:
        """Store bytes under their key; raises StoreUnavailableError and then has stored nothing
        that a row will name."""
        return self.put_file(key, BytesIO(data), content_type)

    def put_file(
        self, key: MediaKey, file: BytesIO | BufferedRandom, content_type: str
    ) -> StoredObject:
        """Store a whole file as `put` stores bytes, with never more than a part in memory."""
        digest, length = hashlib.file_digest(file, "sha256").hexdigest(), file.seek(0, SEEK_END)
        file.seek(0)
        with _faults():
            written = self._client.put_object(
                self.bucket, key.text, file, length, content_type=content_type
            )
        return StoredObject(self.bucket, key.text, written.version_id or "", length, digest)

    def fetch(self, stored: StoredObject) -> bytes:
        """Read a whole object; raises what `stream` raises."""
        return b"".join(self.stream(stored))

    def stream(self, stored: StoredObject) -> Iterator[bytes]:
        """Read an object in chunks; the last is given only after the hash was right.

        Raises ObjectMissingError, ObjectDiffersError, StoreUnavailableError.
        """
        digest, length, held = hashlib.sha256(), 0, b""
        with _faults(), self._opened(stored) as body:
            for chunk in body.stream(CHUNK):
                digest.update(chunk)
                length += len(chunk)
                if held:
                    yield held
                held = chunk
        if length != stored.length or digest.hexdigest() != stored.sha256:
            raise ObjectDiffersError(stored.key)
        yield held

    def holds(self, stored: StoredObject) -> bool:
        """Say whether the store still has that version, of that length."""
        try:
            with _faults():
                found = self._client.stat_object(
                    stored.bucket, stored.key, version_id=stored.version_id or None
                )
        except ObjectMissingError:
            return False
        return found.size == stored.length

    def listed(self, prefix: str = "") -> Iterator[ListedObject]:
        """List every version of every object below a prefix."""
        with _faults():
            for found in self._client.list_objects(
                self.bucket, prefix=prefix, recursive=True, include_version=self.keeps_versions()
            ):
                if found.is_delete_marker or found.last_modified is None:
                    continue
                yield ListedObject(
                    found.object_name or "",
                    _version(found.version_id),
                    found.size or 0,
                    found.last_modified,
                    newest=found.is_latest in {None, "true"},  # None: no versions are kept
                )

    def names_below(self, prefix: str) -> Iterator[str]:
        """List what lies directly below a prefix: objects, and beginnings that end with a /."""
        with _faults():
            for found in self._client.list_objects(
                self.bucket, prefix=prefix, include_version=self.keeps_versions()
            ):
                yield found.object_name or ""

    def remove(self, stored: StoredObject) -> None:
        """Remove one version for good; removing what is gone is no fault."""
        with _faults():
            self._client.remove_object(
                stored.bucket, stored.key, version_id=stored.version_id or None
            )

    def keeps_versions(self) -> bool:
        """Say whether the bucket is versioned."""
        try:
            with _faults():
                return self._client.get_bucket_versioning(self.bucket).status == ENABLED
        except StoreUnavailableError as fault:
            if isinstance(fault.__cause__, S3Error | InvalidResponseError):
                return False
            raise

    def reachable(self) -> bool:
        """Say whether the store answers now."""
        try:
            with _faults():
                return bool(self._client.bucket_exists(self.bucket))
        except StoreUnavailableError:
            return False

    @contextmanager
    def _opened(self, stored: StoredObject) -> Iterator[urllib3.BaseHTTPResponse]:
        try:
            body = self._client.get_object(
                stored.bucket, stored.key, version_id=stored.version_id or None
            )
        except InvalidResponseError:
            # rclone answers a missing object so that the SDK cannot read it; only stat tells,
            # and only of a bucket that is there: an unmounted disk is an outage, not a loss.
            if self._client.bucket_exists(stored.bucket) and not self.holds(stored):
                raise ObjectMissingError(stored.key) from None
            raise
        try:
            yield body
        finally:
            body.close()
            body.release_conn()

    def _enable_versions(self) -> None:
        with _lacking_ability():
            self._client.set_bucket_versioning(self.bucket, VersioningConfig(ENABLED))

    def _enable_encryption(self) -> None:
        with _lacking_ability():
            self._client.set_bucket_encryption(self.bucket, SSEConfig(Rule.new_sse_s3_rule()))


def _version(version_id: str | None) -> str:
    return "" if version_id in {None, "null"} else str(version_id)


@contextmanager
def _faults() -> Iterator[None]:
    """Turn the SDK's and the network's exceptions into the three of this module."""
    try:
        yield
    except S3Error as fault:
        if fault.code in MISSING:
            raise ObjectMissingError(fault.object_name or "") from fault
        raise StoreUnavailableError(fault.code or "no code") from fault
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as fault:
        raise StoreUnavailableError(type(fault).__name__) from fault


@contextmanager
def _lacking_ability() -> Iterator[None]:
    """Let a server lack versions or encryption; `storage.doctor` says which it has."""
    try:
        yield
    except (S3Error, InvalidResponseError):
        return
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as fault:
        raise StoreUnavailableError(type(fault).__name__) from fault
