"""Whether the photo of a check-in was sent before: what is kept of photos, and the comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    SQLColumnExpression,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

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
class _Seen:
    """Of what a photo is, in which office, and when it came."""

    office_id: UUID
    at: datetime
    checkin_id: UUID | None = None
    reference_photo_id: UUID | None = None


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
    ids, found = _nearest(session, checkin, (photo.sha256, hashes), (office_id, rules))
    if found is not None:
        session.execute(
            insert(ReplayTwin)
            .values(
                offender_id=checkin.offender_id,
                checkin_id=checkin.id,
                twin_id=ids[found.index],
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
        _Seen(office_id, checkin.received_at, checkin_id=checkin.id),
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
        _Seen(office_id, row.added_at, reference_photo_id=row.id),
    )


def _keep(session: Session, photo: Media, hashes: Hashed, rules: Rules, seen: _Seen) -> None:
    """Keeps the hashes once: an attempt before this one may have come so far."""
    session.execute(
        insert(PhotoHash)
        .values(
            office_id=seen.office_id,
            checkin_id=seen.checkin_id,
            reference_photo_id=seen.reference_photo_id,
            seen_at=seen.at,
            offender_id=photo.offender_id,
            media_id=photo.id,
            sha256=photo.sha256,
            frame=hashes.kept.frame,
            face=hashes.kept.face,
            keep_until=seen.at + timedelta(days=rules.keep_replay_hash_days),
        )
        .on_conflict_do_nothing(index_elements=["media_id"])
    )


def _nearest(
    session: Session,
    checkin: CheckIn,
    photo: tuple[str, Hashed],
    within: tuple[UUID, Rules],
) -> tuple[Sequence[str], Twin | None]:
    """Returns the ids of the earlier photos, and which of them is the same: by bytes, or nearest.

    Compared are the person's last photos, the enrolled ones, then the office's of the last days.
    """
    sha256, hashes = photo
    office_id, rules = within
    ids, same, frames, faces = session.execute(
        _EARLIER,
        {
            "person": checkin.offender_id,
            "checkin": checkin.id,
            "window": checkin.window_id,
            "captured": checkin.captured_at,
            "office": office_id,
            "sha256": sha256,
            "most": rules.replay_checkins,
            "since": checkin.received_at - timedelta(days=rules.replay_office_days),
        },
    ).one()
    if not ids:
        return (), None
    if True in same:
        return ids, Twin(same.index(True), TwinKind.SAME_BYTES, 0)
    return ids, nearest_twin(hashes, list(map(PhotoHashes, frames, faces)))


_OWN = PhotoHash.offender_id == bindparam("person", type_=Uuid())
_WINDOW = bindparam("window", type_=Uuid())
# One capture under two ids: a phone that lost count, not a replay.
_is_duplicate = and_(
    CheckIn.captured_at == bindparam("captured", type_=DateTime(timezone=True)),
    CheckIn.window_id.is_not_distinct_from(_WINDOW),
)
# Photos of one window look alike because they were taken again.
_is_retake = func.coalesce(or_(CheckIn.window_id == _WINDOW, _is_duplicate), false())


_Rows = Select[*tuple[Any, ...]]


def _part(number: int, same: ColumnElement[bool], *hashes: SQLColumnExpression[Any]) -> _Rows:
    frame, face = hashes
    return select(
        literal(number).label("part"),
        PhotoHash.seen_at,
        cast(PhotoHash.id, String).label("id"),
        same.label("same"),
        frame.label("frame"),
        face.label("face"),
    )


_same = PhotoHash.sha256 == bindparam("sha256", type_=String())
_hashes = (PhotoHash.frame, PhotoHash.face)
_sent = (
    _part(
        0,
        and_(_same, func.coalesce(~_is_duplicate, true())),
        *(case((_is_retake, null()), else_=one) for one in _hashes),
    )
    .join(
        CheckIn,
        and_(CheckIn.offender_id == PhotoHash.offender_id, CheckIn.id == PhotoHash.checkin_id),
    )
    .where(_OWN, PhotoHash.checkin_id != bindparam("checkin", type_=Uuid()))
    .order_by(PhotoHash.seen_at.desc())
    .limit(bindparam("most", type_=Integer()))
    .subquery()
)
_enrolled = _part(1, _same, *_hashes).where(_OWN, PhotoHash.reference_photo_id.is_not(None))
_around = _part(2, _same, *_hashes).where(
    ~_OWN,
    PhotoHash.office_id == bindparam("office", type_=Uuid()),
    PhotoHash.seen_at > bindparam("since", type_=DateTime(timezone=True)),
)
_all = union_all(select(_sent), _enrolled, _around).subquery()
_in_order = select(_all).order_by(_all.c.part, _all.c.seen_at.desc()).subquery()
# Sorted once and strung together in that order; the arrays pass SQLAlchemy as they come.
_ids, _sames, _frames, _faces = (
    func.array_agg(_in_order.c[name], type_=NullType()) for name in ("id", "same", "frame", "face")
)
_EARLIER = select(_ids, _sames, _frames, _faces)
