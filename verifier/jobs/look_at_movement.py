"""The movement challenge of a check-in: gathered, its frames measured, a call beside the selfie's.

Fetching and measuring hold no transaction; nothing here fails an attempt. What cannot be had or
read of a frame is said with the frame.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from mobile_contract.movement_codes import Prompt
from storage import work
from storage.database import transaction
from storage.media import ObjectDiffersError, ObjectMissingError, StoredObject
from storage.records import Challenge, CheckIn
from storage.work import Claim
from verifier.faces.movement import measure_frame
from verifier.jobs import limits
from verifier.jobs.workplace import Workplace
from verifier.verdicts.movement import Answering, Issued, MovementSeen, seen_of
from verifier.verdicts.sweeps import FrameNumbers

AN_HOUR_MS = 3_600_000
NOT_HERE = "not_here"  # it was declared and has not come
MEDIA_LOST = "media_lost"


@dataclass(frozen=True)
class MovementMaterial:
    """A challenge as it was issued, what the phone said, and each frame's prompt and object."""

    issued: Issued | None
    answering: Answering
    frames: tuple[tuple[int, StoredObject | None], ...]


def movement_material(
    session: Session, checkin: CheckIn, photos: Mapping[str, StoredObject]
) -> MovementMaterial | None:
    """Gathers what a check-in answers; None where it answers no challenge."""
    said = checkin.body.get("movement")
    if not said:
        return None
    return MovementMaterial(
        issued=_issued(session, checkin),
        answering=Answering(
            opened_ms=int(said["opened_monotonic_ms"]),
            last_frame_ms=max(int(frame["at_monotonic_ms"]) for frame in said["frames"]),
            boot_id=str(checkin.body["boot_id"]),
            opened_at=_opened_at(checkin, int(said["opened_monotonic_ms"])),
        ),
        frames=tuple((int(one["prompt"]), photos.get(one["name"])) for one in said["frames"]),
    )


def look_at_movement(
    workplace: Workplace, claim: Claim, material: MovementMaterial | None
) -> MovementSeen | None:
    """Measures the frames and says what they show; raises StoreUnavailableError."""
    if material is None:
        return None
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        work.mark_examining(session, claim)
    frames = [_measured(workplace, claim, prompt, frame) for prompt, frame in material.frames]
    return seen_of(material.issued, material.answering, frames)


def _measured(
    workplace: Workplace, claim: Claim, prompt: int, frame: StoredObject | None
) -> FrameNumbers:
    """Measures one frame, each with its own lease and CPU limit."""
    if frame is None:
        return FrameNumbers(prompt, fault=NOT_HERE)
    try:
        photo = workplace.parts.media.fetch(frame)
    except (ObjectMissingError, ObjectDiffersError):
        return FrameNumbers(prompt, fault=MEDIA_LOST)
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        work.renew(session, claim)
    limits.allow_cpu_for_a_photo()
    return measure_frame(photo, prompt, workplace.face_models)


def _opened_at(checkin: CheckIn, opened_ms: int) -> datetime:
    captured_at = checkin.proven_at or checkin.claimed_at or checkin.received_at
    before_ms = int(checkin.body["captured_monotonic_ms"]) - opened_ms
    # A phone may say any number; what lies beyond an hour is no opening of this check-in.
    return captured_at - timedelta(milliseconds=min(max(before_ms, 0), AN_HOUR_MS))


def _issued(session: Session, checkin: CheckIn) -> Issued | None:
    row = session.get(Challenge, UUID(str(checkin.body["challenge_id"])))
    if row is None or row.offender_id != checkin.offender_id:
        return None
    return Issued(
        prompts=tuple(Prompt(code) for code in row.prompts),
        ahead=row.ahead,
        open_until=row.open_until,
        asked_monotonic_ms=row.asked_monotonic_ms,
        asked_boot_id=row.asked_boot_id,
        used_here=row.used_by == checkin.id,
    )
