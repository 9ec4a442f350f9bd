"""Whether the photo of a check-in was sent before: what is kept of photos, and the comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    String,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    func,
    select,
)
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
from verifier.faces.hashes import Hashed, Near, PhotoHashes, Stored, nearest
from verifier.jobs.earlier_photos import Asked, Earlier, earlier_photos, which
from verifier.rules.in_force import in_force_for, rules_of
from verifier.rules.rules import Rules

_Row = dict[str, Any]  # of a table, by its columns


@dataclass(frozen=True, eq=False)
class Sent:
    """The selfie of a check-in, and what it would be known by."""

    checkin: CheckIn
    photo: Media
    hashes: Hashed

    @property
    def at(self) -> datetime:
        """When it was received."""
        return self.checkin.received_at


@dataclass(frozen=True)
class _Seen:
    """Of what a photo is, in which office, when it came, and until when it is compared with."""

    office_id: UUID
    at: datetime
    keep_until: datetime
    checkin_id: UUID | None = None
    reference_photo_id: UUID | None = None


def compare(session: Session, sent: Sequence[Sent], now: datetime) -> None:
    """Compares the selfies of check-ins with earlier ones, then keeps what they would be known by.

    Joins the caller's transaction, and is alone with the offices' photos until it ends: of two
    twins that are judged at the same moment, the second sees the first.
    """
    if not sent:
        return
    offices = _offices(session, sent)
    session.execute(_ALONE, {"offices": sorted(set(offices.values()))})
    rules = rules_of(session, [(one.checkin.offender_id, one.checkin.received_at) for one in sent])
    asked = [
        _asked(one, offices[one.checkin.offender_id], rules[one.checkin.offender_id, one.at])
        for one in sent
    ]
    earlier = earlier_photos(session, asked)
    rows: list[_Row] = []
    twins: list[_Row] = []
    for one, about in zip(sent, asked, strict=True):
        beside = [
            row
            for row in rows  # of the same office, kept in this same moment, by other people
            if row["office_id"] == about.office_id and row["seen_at"] > about.since
        ]
        if (found := _twin(session, one, about, earlier[about.key], beside)) is not None:
            twins.append({**found, "found_at": now})
        kept = timedelta(days=rules[about.key[0], one.at].keep_replay_hash_days)
        seen = _Seen(about.office_id, one.at, one.at + kept, checkin_id=one.checkin.id)
        rows.append(_row(one.photo, one.hashes, seen))
    session.execute(_KEEP, rows)
    if twins:
        session.execute(insert(ReplayTwin).on_conflict_do_nothing(), twins)


def keep_reference(
    session: Session, row: ReferencePhoto, photo: Media, hashes: Hashed | None, now: datetime
) -> None:
    """Keeps what an enrolled photo would be known by, should it be sent as a selfie."""
    if photo.offender_id is None or hashes is None:
        return
    office_id = session.get_one(Offender, photo.offender_id).office_id
    rules = in_force_for(session, photo.offender_id, now)
    until = row.added_at + timedelta(days=rules.keep_replay_hash_days)
    seen = _Seen(office_id, row.added_at, until, reference_photo_id=row.id)
    session.execute(_KEEP, [_row(photo, hashes, seen)])


def _row(photo: Media, hashes: Hashed, seen: _Seen) -> _Row:
    return {
        "id": uuid4(),
        "office_id": seen.office_id,
        "checkin_id": seen.checkin_id,
        "reference_photo_id": seen.reference_photo_id,
        "seen_at": seen.at,
        "offender_id": photo.offender_id,
        "media_id": photo.id,
        "sha256": photo.sha256,
        "frame": hashes.kept.frame,
        "face": hashes.kept.face,
        "keep_until": seen.keep_until,
    }


def _offices(session: Session, sent: Sequence[Sent]) -> dict[UUID, UUID]:
    people = {one.checkin.offender_id for one in sent}
    return dict(session.execute(_OFFICES, {"people": list(people)}).all())


def _asked(one: Sent, office_id: UUID, rules: Rules) -> Asked:
    checkin = one.checkin
    return Asked(
        key=(checkin.offender_id, checkin.id),
        window_id=checkin.window_id,
        captured_at=checkin.captured_at,
        office_id=office_id,
        sha256=one.photo.sha256,
        most=rules.replay_checkins,
        since=one.at - timedelta(days=rules.replay_office_days),
    )


def _twin(
    session: Session, one: Sent, about: Asked, earlier: Earlier, beside: Sequence[_Row]
) -> _Row | None:
    """Returns the row of an earlier photo that is the same: by bytes, or nearest."""
    same = [row for row in beside if row["sha256"] == about.sha256]
    if earlier.same_bytes or same:
        found, kept = Near(b"", TwinKind.SAME_BYTES, 0), None
    else:
        others = Stored.of(PhotoHashes(row["frame"], row["face"]) for row in beside)
        near = nearest(one.hashes, earlier.known_by + others)
        if near is None:
            return None
        found, kept = near, near.kept
        same = [row for row in beside if kept in {row["frame"], row["face"]}]
    twin_id = which(session, about, kept) or same[0]["id"]
    return {
        "offender_id": one.checkin.offender_id,
        "checkin_id": one.checkin.id,
        "twin_id": twin_id,
        "kind": found.kind,
        "bits": found.bits,
    }


_OFFICES = select(Offender.id, Offender.office_id).where(
    Offender.id == any_(bindparam("people", type_=ARRAY(Uuid())))
)
_locks = (
    func.unnest(bindparam("offices", type_=ARRAY(Uuid())))
    .table_valued(column("id", Uuid()), name="locks")
    .render_derived()
)
# One after the other, as they come: in the order of their ids, so that nobody waits in a circle.
_ALONE = select(
    func.pg_advisory_xact_lock(func.hashtextextended(cast(_locks.c.id, String), 0))
).select_from(_locks)
_KEEP = insert(PhotoHash).on_conflict_do_nothing(index_elements=["media_id"])
