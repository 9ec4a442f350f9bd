"""What is kept of the photos that selfies are compared with, strung together for each selfie."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    LargeBinary,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from storage.records import CheckIn, PhotoHash
from verifier.faces.hashes import Stored
from verifier.verdicts.these import Key


@dataclass(frozen=True)
class Asked:
    """A selfie: whose, of which capture, and how far back it is compared."""

    key: Key
    window_id: UUID | None
    captured_at: datetime
    office_id: UUID
    sha256: str
    most: int  # of the person's last ones
    since: datetime  # the office's


@dataclass(frozen=True)
class Earlier:
    """Whether the same bytes came before, and what the photos to compare with are known by."""

    same_bytes: bool
    known_by: Stored


def earlier_photos(session: Session, asked: Sequence[Asked]) -> dict[Key, Earlier]:
    """Returns the person's last photos, the enrolled ones, and the office's of the last days."""
    return {
        (person, checkin): Earlier(bool(same), Stored(frames or b"", faces or b""))
        for person, checkin, same, frames, faces in session.execute(_EARLIER, _words(asked))
    }


def which(session: Session, asked: Asked, kept: bytes | None) -> UUID | None:
    """Names the photo that is known by this, None: that has the same bytes; the nearest in time.

    The person's own go before the office's.
    """
    words = {**_words([asked]), "kept": kept}
    found: UUID | None = session.scalar(_WHICH, words)
    return found


def _words(asked: Sequence[Asked]) -> dict[str, Any]:
    return {
        "person": [one.key[0] for one in asked],
        "checkin": [one.key[1] for one in asked],
        "window": [one.window_id for one in asked],
        "captured": [one.captured_at for one in asked],
        "office": [one.office_id for one in asked],
        "sha256": [one.sha256 for one in asked],
        "most": [one.most for one in asked],
        "since": [one.since for one in asked],
    }


_COLUMNS: tuple[tuple[str, TypeEngine[Any]], ...] = (
    ("person", Uuid()),
    ("checkin", Uuid()),
    ("window", Uuid()),
    ("captured", DateTime(timezone=True)),
    ("office", Uuid()),
    ("sha256", String()),
    ("most", Integer()),
    ("since", DateTime(timezone=True)),
)
_Rows = Select[*tuple[Any, ...]]

_ASKED = (
    func.unnest(*(bindparam(name, type_=ARRAY(type_)) for name, type_ in _COLUMNS))
    .table_valued(*(column(name, type_) for name, type_ in _COLUMNS), name="asked")
    .render_derived()
)
_own = PhotoHash.offender_id == _ASKED.c.person
_same = PhotoHash.sha256 == _ASKED.c.sha256
_of_person = CheckIn.offender_id == _ASKED.c.person
_same_instant = CheckIn.captured_at == _ASKED.c.captured
# Photos of one window look alike because they were taken again; two of one instant are one capture
# under two ids: a phone that lost count, not a replay.
_again = (
    union_all(
        select(CheckIn.id, _same_instant.label("is_duplicate"))
        .where(_of_person, CheckIn.window_id == _ASKED.c.window)
        .correlate(_ASKED),
        select(CheckIn.id, true())
        .where(_ASKED.c.window.is_(None), _of_person, CheckIn.window_id.is_(None), _same_instant)
        .correlate(_ASKED),
    )
    .subquery("again")
    .lateral()
)


def _part(number: int, same: ColumnElement[bool], counts: ColumnElement[bool]) -> _Rows:
    """Selects photos; what is kept of those that do not count is left out."""
    return select(
        literal(number).label("part"),
        PhotoHash.seen_at,
        PhotoHash.id,
        same.label("same"),
        *(case((counts, one)).label(one.key) for one in (PhotoHash.frame, PhotoHash.face)),
    ).correlate(_ASKED)


_sent = (
    _part(0, and_(_same, _again.c.is_duplicate.is_not(True)), _again.c.id.is_(None))
    .outerjoin(_again, _again.c.id == PhotoHash.checkin_id)
    .where(_own, PhotoHash.checkin_id != _ASKED.c.checkin)
    .order_by(PhotoHash.seen_at.desc())
    .limit(_ASKED.c.most)
    .subquery()
)
_enrolled = _part(1, _same, true()).where(_own, PhotoHash.reference_photo_id.is_not(None))
_around = _part(2, _same, true()).where(
    ~_own, PhotoHash.office_id == _ASKED.c.office, PhotoHash.seen_at > _ASKED.c.since
)
_all = union_all(select(_sent), _enrolled, _around).subquery()
# Strung together, a thousand hashes are two values to carry and to read.
_nothing = literal(b"", LargeBinary())
_strung = select(
    func.bool_or(_all.c.same).label("same"),
    func.string_agg(_all.c.frame, _nothing, type_=LargeBinary()).label("frames"),
    func.string_agg(_all.c.face, _nothing, type_=LargeBinary()).label("faces"),
).lateral("strung")
_EARLIER = select(
    _ASKED.c.person, _ASKED.c.checkin, _strung.c.same, _strung.c.frames, _strung.c.faces
).select_from(_ASKED.join(_strung, true()))

_kept = cast(bindparam("kept"), LargeBinary())
_first = (
    select(_all.c.id)
    .where(
        case((_kept.is_(None), _all.c.same), else_=or_(_all.c.frame == _kept, _all.c.face == _kept))
    )
    .order_by(_all.c.part, _all.c.seen_at.desc())
    .limit(1)
    .lateral("first")
)
_WHICH = select(_first.c.id).select_from(_ASKED.join(_first, true()))
