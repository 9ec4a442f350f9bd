"""What is kept of selfies that were looked at: by what they are known again, and their vectors.

The vectors are the verifier's alone and go with the photo: the error rates of the own deployment
are measured on those of confirmed check-ins (`python -m verifier.calibrate --enrolled`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from storage.records import CheckIn, CheckInVector, Media
from verifier.faces import matching
from verifier.faces.embedding import Vector
from verifier.faces.examine import Look
from verifier.faces.hashes import Hashed
from verifier.faces.model_files import DLIB_NETWORK, SFACE
from verifier.faces.models import Models
from verifier.jobs import replays
from verifier.jobs.checkin_photos import SELFIE, photos_of
from verifier.rules.in_force import in_force_for
from verifier.verdicts.these import Key


@dataclass(frozen=True, eq=False)
class KnownBy:
    """What is kept of a selfie that was looked at; nothing of its pixels, as many wait together.

    vectors: by the name of their model.
    """

    hashes: Hashed | None
    vectors: Mapping[str, Vector]

    @classmethod
    def of(cls, looked: Look) -> "KnownBy":
        """Takes what was computed anyway; dlib's vector only where it was asked for."""
        scores, probe = looked.evidence.scores, looked.probe
        if probe is None or scores.sface is None:
            return cls(looked.hashes, {})
        made = {SFACE.name: probe.sface}
        return cls(
            looked.hashes, made if scores.dlib is None else made | {DLIB_NETWORK: probe.second}
        )


@dataclass(frozen=True, eq=False)
class SeenWell:
    """A check-in that was looked at, and the models that did."""

    checkin: CheckIn
    known_by: KnownBy
    models: Models

    @property
    def key(self) -> Key:
        """The check-in's."""
        return self.checkin.offender_id, self.checkin.id


def keep_seen(session: Session, seen: Sequence[SeenWell], now: datetime) -> None:
    """Compares selfies with earlier ones and keeps what they are known by; joins the session."""
    held = photos_of(session, [one.key for one in seen])
    photos = [(one, photo) for one in seen if (photo := held[one.key].get(SELFIE)) is not None]
    sent = [
        replays.Sent(one.checkin, photo, one.known_by.hashes)
        for one, photo in photos
        if one.known_by.hashes is not None
    ]
    replays.compare(session, sent, now)
    rows = [row for one, photo in photos for row in _vector_rows(session, one, photo, now)]
    if rows:
        session.execute(insert(CheckInVector).on_conflict_do_nothing(), rows)


def _vector_rows(
    session: Session, one: SeenWell, photo: Media, now: datetime
) -> list[dict[str, object]]:
    """Returns the vectors of a photo that was compared, as rows."""
    if not one.known_by.vectors:
        return []
    rules = in_force_for(session, one.checkin.offender_id, one.checkin.received_at)
    return [
        {
            "offender_id": one.checkin.offender_id,
            "checkin_id": one.checkin.id,
            "model": model,
            "model_sha256": one.models.sha256[model],
            "media_id": photo.id,
            "vector": matching.to_bytes(vector),
            "keep_until": now + timedelta(days=rules.keep_confirmed_days),
        }
        for model, vector in one.known_by.vectors.items()
    ]
