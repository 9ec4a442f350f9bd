"""Compares what the database knows of media with what the object store holds, slice by slice.

The store is asked for lists, a thousand names an answer; bytes are read of those that its caller
picks, and of those that were written again after their row was.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from storage.database import Scope, transaction
from storage.media import ListedObject, ObjectDiffersError, ObjectMissingError
from storage.parts import Parts
from storage.records import Media, MediaState, Wrong
from storage.stored_media import stored_object

# What keys begin with (storage/media.py); behind it stands an id or a hash, of which the first
# digits are as good as random.
ROOMS = ("checkins/", "references/", "renditions/", "study/")
DIGITS = "0123456789abcdef"
STRANGERS = ""  # the slice of what begins with no room, or goes on with no digit
A_SLICE = 2_000  # objects, about
DEEPEST = 3
# A check-in puts its photo before its row, and a phone may come again with a lost one for long.
ON_ITS_WAY = timedelta(hours=24)
# Between the clocks of the store and of whoever wrote the row.
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True)
class Disagreement:
    """One object version about which database and store disagree."""

    wrong: Wrong
    key: str
    version_id: str
    media_id: UUID | None = None
    fresh: bool = False  # put within a day: its row may be on its way


@dataclass(frozen=True)
class Compared:
    """What one slice came to."""

    disagreements: tuple[Disagreement, ...]
    objects: int
    read: int


@dataclass(frozen=True)
class Look:
    """How a slice is looked at: when, whose bytes are read, and what is done now and then."""

    now: datetime
    reads: Callable[[UUID], bool]
    go_on: Callable[[], None]


def depth_for(rows: int) -> int:
    """Returns how many digits of a key divide this many rows into slices of a bearable size."""
    depth = 0
    while depth < DEEPEST and rows > A_SLICE * len(DIGITS) ** depth:
        depth += 1
    return depth


def slices(depth: int) -> list[str]:
    """Returns the beginnings of keys that make up the whole store, each one slice."""
    endings = [""]
    for _ in range(depth):
        endings = [ending + digit for ending in endings for digit in DIGITS]
    return [STRANGERS, *(room + ending for room in ROOMS for ending in endings)]


def compare(parts: Parts, scope: Scope, beginning: str, look: Look) -> Compared:
    """Compares one slice; raises StoreUnavailableError, DatabaseUnavailableError.

    The store is listed first: what is put and written down meanwhile is in no list, and asked
    for by itself before it is called gone.
    """
    if beginning != STRANGERS:
        return _compare_below(parts, scope, beginning, look)
    found = [_compare_below(parts, scope, one, look) for one in _strange(parts, look)]
    return Compared(
        tuple(one for each in found for one in each.disagreements),
        sum(each.objects for each in found),
        sum(each.read for each in found),
    )


def _strange(parts: Parts, look: Look) -> Iterator[str]:
    """Finds the beginnings of keys that no other slice lists."""
    for top in parts.media.names_below(""):
        if top not in ROOMS:
            yield top
            continue
        for name in parts.media.names_below(top):
            look.go_on()
            if name[len(top)] not in DIGITS:
                yield name


def _compare_below(parts: Parts, scope: Scope, beginning: str, look: Look) -> Compared:
    held: dict[str, list[ListedObject]] = defaultdict(list)
    for listed in parts.media.listed(beginning):
        held[listed.key].append(listed)
        look.go_on()
    rows = _rows(parts, scope, beginning)
    named = {(row.object_key, row.version_id) for row in rows}
    found = [_unknown(one, look) for key in held for one in held[key] if _id(one) not in named]
    read = 0
    for row in rows:
        if row.state is not MediaState.STORED:
            continue
        look.go_on()
        wrong = _wrong_by_list(parts, row, held, named)
        if wrong is None and _is_read(row, held[row.object_key], look):
            wrong, read = _wrong_by_bytes(parts, row, look), read + 1
        if wrong is not None:
            found.append(Disagreement(wrong, row.object_key, row.version_id, row.id))
    return Compared(tuple(found), sum(map(len, held.values())), read)


def _rows(parts: Parts, scope: Scope, beginning: str) -> Sequence[Media]:
    with transaction(parts.sessions, scope) as session:
        return session.scalars(
            select(Media).where(
                Media.bucket == parts.media.bucket,
                Media.object_key.startswith(beginning, autoescape=True),
                Media.state != MediaState.ERASED,
            )
        ).all()


def _id(listed: ListedObject) -> tuple[str, str]:
    return listed.key, listed.version_id


def _unknown(listed: ListedObject, look: Look) -> Disagreement:
    fresh = listed.modified_at > look.now - ON_ITS_WAY
    return Disagreement(Wrong.UNKNOWN, listed.key, listed.version_id, fresh=fresh)


def _wrong_by_list(
    parts: Parts,
    row: Media,
    held: Mapping[str, list[ListedObject]],
    named: set[tuple[str, str]],
) -> Wrong | None:
    versions = held.get(row.object_key, [])
    mine = next((one for one in versions if one.version_id == row.version_id), None)
    if mine is None:
        return None if parts.media.holds(stored_object(row)) else Wrong.GONE
    if mine.length != row.length:
        return Wrong.CHANGED
    newest = next((one for one in versions if one.newest), None)
    if newest is None or _id(newest) not in named:  # None: a mark of deletion lies over it
        return Wrong.OVERWRITTEN
    return None


def _is_read(row: Media, versions: Sequence[ListedObject], look: Look) -> bool:
    """Tells whether bytes are read: where it is their turn, or they are younger than their row."""
    mine = [one.modified_at for one in versions if one.version_id == row.version_id]
    late = row.state_since + CLOCKS_DIFFER
    return look.reads(row.id) or any(written > late for written in mine)


def _wrong_by_bytes(parts: Parts, row: Media, look: Look) -> Wrong | None:
    try:
        for _ in parts.media.stream(stored_object(row)):
            look.go_on()
    except ObjectMissingError:
        return Wrong.GONE
    except ObjectDiffersError:
        return Wrong.CHANGED
    return None
