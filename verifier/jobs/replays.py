"""Whether the photo of a check-in was sent before: what is kept of photos, and the comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from storage.records import (
    CheckIn,
    Media,
    Offender,
    PhotoHash,
    ReferencePhoto,
    ReplayTwin,
    TwinKind,
)
from verifier.faces.hashes import Hashed, PhotoHashes, Twin, nearest_twin
from verifier.rules.in_force import in_force_for
from verifier.rules.rules import Rules


@dataclass(frozen=True)
class _Earlier:
    """One photo that there was already."""

    id: UUID
    person: UUID
    sha256: str
    hashes: PhotoHashes
    window_id: UUID | None  # None also of an enrolled photo
    captured_at: datetime | None


def compare(
    session: Session, checkin: CheckIn, photo: Media, hashes: Hashed, now: datetime
) -> None:
    """Compares the selfie of a check-in with earlier ones, then keeps what it would be known by.

    Joins the caller's transaction, and is alone with the office's photos until it ends: of two
    twins that are judged at the same moment, the second sees the first.
    """
    rules = in_force_for(session, checkin.offender_id, checkin.received_at)
    office_id = session.get_one(Offender, checkin.offender_id).office_id
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(office_id), 0))))
    earlier = _earlier(session, checkin, office_id, rules)
    found = _same_bytes(checkin, photo.sha256, earlier) or _same_picture(checkin, hashes, earlier)
    if found is not None:
        session.execute(
            insert(ReplayTwin)
            .values(
                offender_id=checkin.offender_id,
                checkin_id=checkin.id,
                twin_id=earlier[found.index].id,
                kind=found.kind,
                bits=found.bits,
                found_at=now,
            )
            .on_conflict_do_nothing()
        )
    _keep(
        session,
        photo,
        hashes,
        rules,
        PhotoHash(office_id=office_id, checkin_id=checkin.id, seen_at=checkin.received_at),
    )


def keep_reference(
    session: Session, row: ReferencePhoto, photo: Media, hashes: Hashed | None, now: datetime
) -> None:
    """Keeps what an enrolled photo would be known by, should it be sent as a selfie."""
    if photo.offender_id is None or hashes is None:
        return
    office_id = session.get_one(Offender, photo.offender_id).office_id
    rules = in_force_for(session, photo.offender_id, now)
    _keep(
        session,
        photo,
        hashes,
        rules,
        PhotoHash(office_id=office_id, reference_photo_id=row.id, seen_at=row.added_at),
    )


def _keep(session: Session, photo: Media, hashes: Hashed, rules: Rules, row: PhotoHash) -> None:
    held = select(PhotoHash.id).where(PhotoHash.media_id == photo.id)
    if photo.offender_id is None or session.scalar(held) is not None:
        return  # an attempt before this one came so far
    row.offender_id, row.media_id, row.sha256 = photo.offender_id, photo.id, photo.sha256
    row.frame, row.face = hashes.kept.frame, hashes.kept.face
    row.keep_until = row.seen_at + timedelta(days=rules.keep_replay_hash_days)
    session.add(row)
    session.flush()


def _same_bytes(checkin: CheckIn, sha256: str, earlier: Sequence[_Earlier]) -> Twin | None:
    for index, one in enumerate(earlier):
        if one.sha256 == sha256 and not _is_duplicate(checkin, one):
            return Twin(index, TwinKind.SAME_BYTES, 0)
    return None


def _same_picture(checkin: CheckIn, hashes: Hashed, earlier: Sequence[_Earlier]) -> Twin | None:
    """Returns the nearest twin; photos of one window look alike because they were taken again."""
    nothing = PhotoHashes(None, None)
    compared = [nothing if _is_retake(checkin, one) else one.hashes for one in earlier]
    return nearest_twin(hashes, compared)


def _is_duplicate(checkin: CheckIn, one: _Earlier) -> bool:
    """Tells whether this is one capture under two ids: a phone that lost count, not a replay."""
    return (
        one.person == checkin.offender_id
        and one.captured_at == checkin.captured_at
        and one.window_id == checkin.window_id
    )


def _is_retake(checkin: CheckIn, one: _Earlier) -> bool:
    same_window = checkin.window_id is not None and one.window_id == checkin.window_id
    return one.person == checkin.offender_id and (same_window or _is_duplicate(checkin, one))


def _earlier(session: Session, checkin: CheckIn, office_id: UUID, rules: Rules) -> list[_Earlier]:
    """Returns the person's last photos and enrolled ones, then the office's of the last days."""
    own, others = PhotoHash.offender_id == checkin.offender_id, PhotoHash.office_id == office_id
    since = checkin.received_at - timedelta(days=rules.replay_office_days)
    sent = _rows(own, PhotoHash.checkin_id != checkin.id).limit(rules.replay_checkins)
    enrolled = _rows(own, PhotoHash.reference_photo_id.is_not(None))
    around = _rows(~own, others, PhotoHash.seen_at > since)
    return [one for wanted in (sent, enrolled, around) for one in _read(session, wanted)]


_Rows = Select[UUID, UUID, str, bytes | None, bytes | None, UUID | None, datetime | None]


def _rows(*conditions: ColumnElement[bool]) -> _Rows:
    of_checkin = (CheckIn.offender_id == PhotoHash.offender_id) & (
        CheckIn.id == PhotoHash.checkin_id
    )
    return (
        select(
            PhotoHash.id,
            PhotoHash.offender_id,
            PhotoHash.sha256,
            PhotoHash.frame,
            PhotoHash.face,
            CheckIn.window_id,
            CheckIn.captured_at,
        )
        .outerjoin(CheckIn, of_checkin)
        .where(*conditions)
        .order_by(PhotoHash.seen_at.desc())
    )


def _read(session: Session, wanted: _Rows) -> list[_Earlier]:
    return [
        _Earlier(photo, person, sha256, PhotoHashes(frame, face), window_id, captured_at)
        for photo, person, sha256, frame, face, window_id, captured_at in session.execute(wanted)
    ]
