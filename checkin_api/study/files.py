"""The files of study modules on their way in and out; stored by hash, once for all versions."""

import hashlib
from collections.abc import Iterator
from itertools import chain
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OffenderCaller, OfficerCaller
from checkin_api.refusals import RefusedError, at
from checkin_api.study.queries import held_files, published_file
from mobile_contract.codes import ProblemCode
from storage import audit
from storage.database import transaction
from storage.media import MediaKey, StoredObject
from storage.parts import Parts
from storage.records import Media, MediaKind, StudyFile
from storage.stored_media import Described, media_row

CHUNK = 64 * 1024


def wanted_length(parts: Parts, caller: OfficerCaller, sha256: str) -> int | None:
    """Say how long a file is that some version names and the store lacks; None when it is held.

    Raises RefusedError (not_found) for a hash that no version names.
    """
    with transaction(parts.sessions, caller.scope) as session:
        named = _named_by_versions(session, sha256)
        if not named:
            raise RefusedError(ProblemCode.NOT_FOUND)
        held = held_files(session, [sha256])
    return None if held else max(file.length for file in named)


def store_file(
    parts: Parts, caller: OfficerCaller, sha256: str, body: IO[bytes], length: int
) -> None:
    """Store one missing file once it is whole and has the hash of its name.

    Raises RefusedError (too_large, hash_differs), and then has stored nothing.
    """
    # A lesson is nobody's secret, so unlike a photo it may lie in a temporary file for a moment.
    with TemporaryFile() as arrived:
        _receive(body, arrived, sha256, length)
        arrived.seek(0)
        stored = parts.media.put_file(MediaKey.study(sha256), arrived, "application/octet-stream")
    kept = _keep(parts, caller, stored)
    # A twin in flight came first: where the store keeps versions, ours is one that no row names.
    if kept.version_id != stored.version_id:
        parts.media.remove(stored)


def find_file(
    parts: Parts, caller: OffenderCaller, version_id: UUID, sha256: str
) -> tuple[StudyFile, StoredObject]:
    """Give a file of a published version and where it lies; raises RefusedError (not_found)."""
    with transaction(parts.sessions, caller.scope) as session:
        found = published_file(session, version_id, sha256)
    if found is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return found


def open_file(parts: Parts, stored: StoredObject) -> Iterator[bytes]:
    """Give a file's bytes, read from the store as they are taken.

    Raises ObjectMissingError and StoreUnavailableError at once; bytes that are not those of the
    hash break off before the last of them.
    """
    chunks = parts.media.stream(stored)
    return chain([next(chunks)], chunks)


def _named_by_versions(session: Session, sha256: str, *, lock: bool = False) -> list[StudyFile]:
    query = (
        select(StudyFile)
        .where(StudyFile.sha256 == sha256)
        .order_by(StudyFile.version_id, StudyFile.path)
    )
    return list(session.scalars(query.with_for_update() if lock else query))


def _receive(body: IO[bytes], arrived: IO[bytes], sha256: str, length: int) -> None:
    digest, received = hashlib.sha256(), 0
    while chunk := body.read(CHUNK):
        received += len(chunk)
        if received > length:
            raise RefusedError(ProblemCode.TOO_LARGE, at("", "longer_than_offered"))
        digest.update(chunk)
        arrived.write(chunk)
    if digest.hexdigest() != sha256:
        raise RefusedError(ProblemCode.HASH_DIFFERS, at("", "hash_differs"))


def _keep(parts: Parts, caller: OfficerCaller, stored: StoredObject) -> Media:
    """Write the row of a stored file, or give the one that a twin wrote first."""
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        _named_by_versions(session, stored.sha256, lock=True)
        held = held_files(session, [stored.sha256]).get(stored.sha256)
        if held is not None:
            return held
        described = Described(MediaKind.STUDY, stored.sha256, "application/octet-stream")
        media = media_row(stored, described, now)
        session.add(media)
        audit.record(session, "content_file_stored", now, subject=stored.sha256)
    return media
