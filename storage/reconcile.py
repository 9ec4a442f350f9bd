"""Compares what the database knows of media with what the object store holds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from uuid import UUID

from sqlalchemy import select

from storage.database import Scope, transaction
from storage.media import ListedObject, ObjectDiffersError, ObjectMissingError
from storage.parts import Parts
from storage.records import Media, MediaState
from storage.stored_media import stored_object

BATCH = 500
FIRST = UUID(int=0)


class Wrong(StrEnum):
    """In what way database and store disagree."""

    GONE = "gone"  # a row's version is not there
    CHANGED = "changed"  # its bytes are others
    UNKNOWN = "unknown"  # a version that no row names


@dataclass(frozen=True)
class Disagreement:
    """One object version about which database and store disagree."""

    wrong: Wrong
    key: str
    version_id: str
    media_id: UUID | None = None


def disagreements(parts: Parts, scope: Scope) -> Iterator[Disagreement]:
    """Reads everything and compares it; raises StoreUnavailableError, DatabaseUnavailableError.

    A check-in that is being taken in puts its photo before its row: what it puts while this runs
    may be named `unknown` once.
    """
    yield from _unknown(parts, scope)
    yield from _broken(parts, scope)


def _unknown(parts: Parts, scope: Scope) -> Iterator[Disagreement]:
    """Finds versions that no row knows, whoever wrote them."""
    for listed in _in_batches(parts.media.listed()):
        known = _known(parts, scope, [one.key for one in listed])
        for one in listed:
            if (one.key, one.version_id) not in known:
                yield Disagreement(Wrong.UNKNOWN, one.key, one.version_id)


def _known(parts: Parts, scope: Scope, keys: Sequence[str]) -> set[tuple[str, str]]:
    with transaction(parts.sessions, scope) as session:
        rows = session.execute(
            select(Media.object_key, Media.version_id).where(
                Media.bucket == parts.media.bucket,
                Media.object_key.in_(keys),
                Media.state != MediaState.ERASED,
            )
        )
        return {(key, version_id) for key, version_id in rows}


def _broken(parts: Parts, scope: Scope) -> Iterator[Disagreement]:
    """Reads the bytes of every stored row and checks them against its hash."""
    after = FIRST
    while rows := _stored_after(parts, scope, after):
        for row in rows:
            wrong = _wrong(parts, row)
            if wrong is not None:
                yield Disagreement(wrong, row.object_key, row.version_id, row.id)
        after = rows[-1].id


def _stored_after(parts: Parts, scope: Scope, after: UUID) -> list[Media]:
    with transaction(parts.sessions, scope) as session:
        rows = session.scalars(
            select(Media)
            .where(Media.state == MediaState.STORED, Media.id > after)
            .order_by(Media.id)
            .limit(BATCH)
        )
        return list(rows)


def _wrong(parts: Parts, row: Media) -> Wrong | None:
    try:
        for _ in parts.media.stream(stored_object(row)):
            pass
    except ObjectMissingError:
        return Wrong.GONE
    except ObjectDiffersError:
        return Wrong.CHANGED
    return None


def _in_batches(listed: Iterable[ListedObject]) -> Iterator[list[ListedObject]]:
    remaining = iter(listed)
    while batch := list(islice(remaining, BATCH)):
        yield batch
