"""The movement challenge of a check-in, as an officer reads it: prompts, answers, frames."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checkin_api.reviews.photos_seen import checkin_photos
from checkin_api.reviews.sheet import MovementShown, Picture, PromptShown
from storage.records import CheckIn, EvidenceRow
from verifier.verdicts.movement import MovementSeen, answer_given, movement_from_row
from verifier.verdicts.movement_known import movement_evidence


def movement_shown(session: Session, checkin: CheckIn) -> MovementShown | None:
    """Give what there is to see; None where no movement was asked for and none was sent."""
    evidence = movement_evidence(session, checkin)
    seen = _seen(session, checkin)
    if not evidence.asked and seen is None:
        return None
    return MovementShown(
        asked=evidence.asked,
        exempt=evidence.exempt,
        answer=answer_given(evidence) if seen is None else seen.answer,
        reason=checkin.body.get("no_movement_reason"),
        seen=seen,
        prompts=() if seen is None else _prompts(checkin, seen, checkin_photos(session, checkin)),
    )


def _seen(session: Session, checkin: CheckIn) -> MovementSeen | None:
    kept = session.scalars(
        select(EvidenceRow.movement)
        .where(
            EvidenceRow.offender_id == checkin.offender_id,
            EvidenceRow.checkin_id == checkin.id,
            # Attempts without one hold NULL or, the older ones, JSON's own null.
            func.jsonb_typeof(EvidenceRow.movement) == "object",
        )
        .order_by(EvidenceRow.attempt.desc())
        .limit(1)
    ).first()
    return None if kept is None else movement_from_row(kept)


def _prompts(
    checkin: CheckIn, seen: MovementSeen, photos: Sequence[Picture]
) -> tuple[PromptShown, ...]:
    pictures = {one.name: one for one in photos}
    sent = checkin.body["movement"]["frames"]
    frames: list[list[Picture]] = [[] for _ in seen.prompts]
    for frame in sent:
        if frame["name"] in pictures and frame["prompt"] < len(frames):
            frames[frame["prompt"]].append(pictures[frame["name"]])
    return tuple(
        PromptShown(one.prompt, one, tuple(shown))
        for one, shown in zip(seen.prompts, frames, strict=True)
    )
