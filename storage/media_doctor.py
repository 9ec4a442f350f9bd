"""What `storage.doctor --media` does: reads everything, says what is wrong, erases when told to."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from storage import audit, sweeps
from storage.database import DatabaseUnavailableError, Scope, database_time, transaction
from storage.findings import Finding, Grade
from storage.media import ObjectMissingError, StoredObject, StoreUnavailableError
from storage.parts import Parts
from storage.reconcile import Compared, Disagreement, Look, compare, depth_for, slices
from storage.records import Media, MediaState, Wrong

SAID = {
    Wrong.GONE: "the object that this row names is not there",
    Wrong.CHANGED: "the bytes are not those of the row",
    Wrong.OVERWRITTEN: "another version is the newest under this key",
    Wrong.UNKNOWN: "no row knows this version",
}
FRESH = "no row knows this version yet; put within a day, a check-in may be on its way"
ABOUT = "media"


def examine_media(parts: Parts, scope: Scope) -> Iterator[Finding]:
    """Names every object about which database and store disagree; reads all media."""
    found = 0
    try:
        for beginning, compared in _all_slices(parts, scope):
            with transaction(parts.sessions, scope) as session:
                sweeps.keep(session, beginning, compared, database_time(session))
            for one in compared.disagreements:
                found += 1
                yield Finding(Grade.WARN if one.fresh else Grade.FAULT, ABOUT, _told(one))
    except (StoreUnavailableError, DatabaseUnavailableError) as fault:
        yield Finding(Grade.FAULT, ABOUT, f"not compared to the end: {type(fault).__name__}")
        return
    if not found:
        yield Finding(Grade.OK, ABOUT, "every row has its object, every object its row")


def erase_orphans(parts: Parts, scope: Scope) -> Iterator[Finding]:
    """Removes what no row has named for a day, each with an entry in the trail before it goes.

    Where a store keeps no versions, a phone that comes again with the very same check-in in the
    instant between look and removal would lose its photo and be asked for it: erase at night.
    """
    erased = 0
    try:
        for _, compared in _all_slices(parts, scope, reading=False):
            for one in compared.disagreements:
                if one.wrong is Wrong.UNKNOWN and not one.fresh and _erase(parts, scope, one):
                    erased += 1
                    yield Finding(Grade.OK, ABOUT, f"erased: {_place(one)}")
    except (StoreUnavailableError, DatabaseUnavailableError) as fault:
        yield Finding(Grade.FAULT, ABOUT, f"not erased to the end: {type(fault).__name__}")
        return
    yield Finding(Grade.OK, ABOUT, f"{erased} orphans erased")


def _all_slices(
    parts: Parts, scope: Scope, *, reading: bool = True
) -> Iterator[tuple[str, Compared]]:
    with transaction(parts.sessions, scope) as session:
        now = database_time(session)
        depth = depth_for(session.scalar(select(func.count()).select_from(Media)) or 0)
    for beginning in slices(depth):
        yield beginning, compare(parts, scope, beginning, _look(now, reading=reading))


def _look(now: datetime, *, reading: bool) -> Look:
    def reads(_media_id: UUID) -> bool:
        return reading

    return Look(now, reads, lambda: None)


def _erase(parts: Parts, scope: Scope, one: Disagreement) -> bool:
    with transaction(parts.sessions, scope) as session:
        named = select(Media.id).where(
            Media.bucket == parts.media.bucket,
            Media.object_key == one.key,
            Media.version_id == one.version_id,
            Media.state != MediaState.ERASED,
        )
        if session.scalars(named).first() is not None:
            return False
        now = database_time(session)
        audit.record(session, "orphan_erased", now, subject=one.key, version=one.version_id)
        sweeps.end_finding(session, one.key, one.version_id, now)
    try:
        parts.media.remove(StoredObject(parts.media.bucket, one.key, one.version_id, 0, ""))
    except ObjectMissingError:
        return False
    return True


def _told(one: Disagreement) -> str:
    row = f" (row {one.media_id})" if one.media_id else ""
    return f"{one.wrong}: {_place(one)}{row}: {FRESH if one.fresh else SAID[one.wrong]}"


def _place(one: Disagreement) -> str:
    return f"{one.key} version {one.version_id}" if one.version_id else one.key
