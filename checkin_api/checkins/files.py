"""The files of a check-in: checked against what was declared, put, and kept, each once.

They come with the JSON, after it, or again; whichever way, the end is the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OffenderCaller
from checkin_api.checkins.submission import require_declared
from checkin_api.refusals import RefusedError, at
from checkin_api.uploads import Part
from mobile_contract.checkins import FileSent
from mobile_contract.codes import Channel, CheckInState, ProblemCode
from storage import audit, work
from storage.database import transaction
from storage.media import MediaKey, StoredObject
from storage.parts import Parts
from storage.records import CheckIn, Media, MediaKind, WorkKind
from storage.stored_media import Described, media_row
from verifier.missing_files import declared_names, held_names
from verifier.photos import PhotoLimits
from verifier.rules.in_force import in_force_for

JPEG = "image/jpeg"


@dataclass(frozen=True)
class Expected:
    """The files that a check-in declared, which of them are here, and what a photo may be."""

    checkin_id: UUID
    declared: Mapping[str, FileSent]
    held: frozenset[str]
    limits: PhotoLimits

    def file(self, name: str) -> FileSent:
        """Give what was declared under a name; raises RefusedError(not_found)."""
        if name not in self.declared:
            raise RefusedError(ProblemCode.NOT_FOUND, at("name", "not_declared"))
        return self.declared[name]


def expected_files(parts: Parts, caller: OffenderCaller, checkin_id: UUID) -> Expected:
    """Say what files a check-in of the caller's has; raises RefusedError(not_found)."""
    with transaction(parts.sessions, caller.scope) as session:
        checkin = session.get(CheckIn, (caller.offender_id, checkin_id))
        if checkin is None or checkin.channel is not Channel.PHONE:
            raise RefusedError(ProblemCode.NOT_FOUND)
        declared = [FileSent.model_validate(file) for file in checkin.body.get("files", [])]
        # The rules of its reception: what could be taken then can be taken later.
        rules = in_force_for(session, caller.offender_id, checkin.received_at)
        return Expected(
            checkin_id,
            {file.name: file for file in declared},
            held_names(session, checkin),
            PhotoLimits(max_bytes=rules.photo_max_bytes),
        )


def take_files(
    parts: Parts, caller: OffenderCaller, expected: Expected, arrived: Iterable[Part]
) -> frozenset[str]:
    """Take files that follow their check-in, and give the names of all that are held then.

    One that is held already is compared and not put again. Raises RefusedError (not_found,
    hash_differs and those of photos) before anything is put, StoreUnavailableError.
    """
    came = list(arrived)
    for part in came:
        require_declared(part, expected.file(part.name), expected.limits)
    new = [part for part in came if part.name not in expected.held]
    if not new:
        return expected.held
    return keep_files(
        parts, caller, expected.checkin_id, put_files(parts, caller, expected.checkin_id, new)
    )


def put_files(
    parts: Parts, caller: OffenderCaller, checkin_id: UUID, arrived: Iterable[Part]
) -> dict[str, StoredObject]:
    """Put files into the store, with no transaction open; raises StoreUnavailableError."""
    return {
        part.name: parts.media.put(
            MediaKey.checkin(caller.offender_id, checkin_id, part.sha256), part.data, JPEG
        )
        for part in arrived
    }


def keep_files(
    parts: Parts, caller: OffenderCaller, checkin_id: UUID, stored: Mapping[str, StoredObject]
) -> frozenset[str]:
    """Write the rows of files that were just put, and give the names of all that are held.

    The last one promises the verifying in the same transaction. A twin in flight that came first
    keeps its row; what was put for nothing is removed.
    """
    rings = []
    with transaction(parts.sessions, caller.scope) as session:
        key = (caller.offender_id, checkin_id)
        # One file of a check-in at a time: else two last ones would each wait for the other.
        checkin = session.get_one(CheckIn, key, with_for_update={"key_share": True})
        held = held_names(session, checkin)
        new = {name: one for name, one in stored.items() if name not in held}
        _add_rows(session, checkin, new, parts.now())
        held |= new.keys()
        if new and _is_to_be_verified(checkin, held):
            subject = work.Subject(checkin.id, checkin.offender_id)
            rings.append(work.add(session, WorkKind.VERIFY_CHECKIN, subject, parts.now()))
    for queue in rings:
        parts.bell.ring(queue)
    remove_unnamed(parts, caller, checkin_id, stored)
    return held


def _add_rows(
    session: Session, checkin: CheckIn, new: Mapping[str, StoredObject], now: datetime
) -> None:
    for name, one in new.items():
        session.add(file_row(checkin, name, one, now))
        audit.record(
            session,
            "checkin_file_received",
            now,
            offender_id=checkin.offender_id,
            subject=checkin.id,
            name=name,
        )


def _is_to_be_verified(checkin: CheckIn, held: frozenset[str]) -> bool:
    """Tell whether the machine has something to look at that no work row promises yet.

    Who waited for files in vain was verified without them; what comes after that is looked at
    too, for the officer.
    """
    complete = held.issuperset(declared_names(checkin))
    return complete or checkin.state is not CheckInState.RECEIVED


def file_row(checkin: CheckIn, name: str, stored: StoredObject, now: datetime) -> Media:
    """Give the row of one file of a check-in."""
    row = media_row(stored, Described(MediaKind.CHECKIN, name, JPEG), now)
    row.offender_id, row.checkin_id = checkin.offender_id, checkin.id
    return row


def remove_unnamed(
    parts: Parts, caller: OffenderCaller, checkin_id: UUID, stored: Mapping[str, StoredObject]
) -> None:
    """Remove what was put and is named by no row of the check-in."""
    with transaction(parts.sessions, caller.scope) as session:
        named = _named(session, session.get_one(CheckIn, (caller.offender_id, checkin_id)))
    for one in stored.values():
        if (one.key, one.version_id) not in named:
            parts.media.remove(one)


def _named(session: Session, checkin: CheckIn) -> set[tuple[str, str]]:
    """Give the objects, each by key and version, that belong to a check-in or may soon."""
    rows = session.execute(
        select(Media.object_key, Media.version_id).where(
            Media.offender_id == checkin.offender_id, Media.checkin_id == checkin.id
        )
    )
    # Without versions a key holds a twin's bytes too, which are the same, and whose row may still
    # be on its way: they must stay.
    hashes = (str(file["sha256"]) for file in checkin.body.get("files", []))
    keys = (MediaKey.checkin(checkin.offender_id, checkin.id, one).text for one in hashes)
    return {(key, version) for key, version in rows} | {(key, "") for key in keys}
