"""From what the database knows of an object to what the store is asked for."""

from storage.media import StoredObject
from storage.records import Media


def stored_object(row: Media) -> StoredObject:
    """Returns the version of an object that a row names, and what its bytes must be."""
    return StoredObject(row.bucket, row.object_key, row.version_id, row.length, row.sha256)
