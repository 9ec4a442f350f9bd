"""Between what the database knows of an object and what the store is asked for or answered."""

from dataclasses import dataclass
from datetime import datetime

from storage.media import StoredObject
from storage.records import Media, MediaKind, MediaState


@dataclass(frozen=True)
class Described:
    """What an object is, beside where it lies."""

    kind: MediaKind
    name: str
    content_type: str


def stored_object(row: Media) -> StoredObject:
    """Returns the version of an object that a row names, and what its bytes must be."""
    return StoredObject(row.bucket, row.object_key, row.version_id, row.length, row.sha256)


def media_row(stored: StoredObject, described: Described, now: datetime) -> Media:
    """Returns a new row that names a version just stored; whose it is, the caller says."""
    return Media(
        kind=described.kind,
        name=described.name,
        content_type=described.content_type,
        bucket=stored.bucket,
        object_key=stored.key,
        version_id=stored.version_id,
        length=stored.length,
        sha256=stored.sha256,
        state=MediaState.STORED,
        state_since=now,
    )
