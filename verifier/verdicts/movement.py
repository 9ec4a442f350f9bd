"""The movement challenge (动作核验) of a check-in: whether it counts, what it shows and raises.

It is evidence for an officer and no certificate: who has film of every movement of a person, or a
program that moves a photo, passes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from mobile_contract.movement_codes import NoMovementReason, Prompt
from verifier.verdicts.flags import Flag, FlagCode, Note
from verifier.verdicts.sweeps import FrameNumbers, MovementAnswer, PromptSeen, judge, together

OPEN_WITHIN_MS = 60_000
ANSWER_WITHIN_MS = 180_000


class Standing(StrEnum):
    """Whether an answer can be one to its challenge."""

    GOOD = "good"
    USED_BEFORE = "used_before"
    NOT_ISSUED = "not_issued"  # to this person, or never
    OPENED_LATE = "opened_late"
    ANSWERED_LATE = "answered_late"
    CLOCK_UNKNOWN = "clock_unknown"  # the phone was restarted, or did not say its clock


@dataclass(frozen=True)
class Issued:
    """A challenge as it was issued to the person, and whether this check-in is its use."""

    prompts: tuple[Prompt, ...]
    ahead: bool
    open_until: datetime
    asked_monotonic_ms: int | None
    asked_boot_id: str | None
    used_here: bool


@dataclass(frozen=True)
class Answering:
    """What a check-in says of its answer: the phone's clock at opening and at the last frame.

    opened_at: the same instant as well as the capture is proven, for challenges issued ahead.
    """

    opened_ms: int
    last_frame_ms: int
    boot_id: str
    opened_at: datetime


@dataclass(frozen=True)
class MovementSeen:
    """What one attempt saw of a challenge; kept as it is, with the evidence of the attempt."""

    standing: Standing
    answer: MovementAnswer
    ahead: bool = False
    prompts: tuple[PromptSeen, ...] = ()
    frames: tuple[FrameNumbers, ...] = ()


@dataclass(frozen=True)
class MovementEvidence:
    """What `decide` looks at; `answer` None: nothing was sent.

    not_done_before: the last check-in of which that could be told was not done either.
    """

    asked: bool = False
    exempt: bool = False
    answer: MovementAnswer | None = None
    offline: bool = False
    reason: NoMovementReason | None = None
    not_done_before: bool = False


def standing_of(issued: Issued | None, answering: Answering) -> Standing:
    """Returns whether an answer can be one to its challenge; arrival does not matter."""
    if issued is None:
        return Standing.NOT_ISSUED
    if not issued.used_here:
        return Standing.USED_BEFORE
    if answering.last_frame_ms - answering.opened_ms > ANSWER_WITHIN_MS:
        return Standing.ANSWERED_LATE
    if issued.ahead:
        in_time = answering.opened_at <= issued.open_until
        return Standing.GOOD if in_time else Standing.OPENED_LATE
    return _opened_at_once(issued, answering)


def _opened_at_once(issued: Issued, answering: Answering) -> Standing:
    asked_ms = issued.asked_monotonic_ms
    if asked_ms is None or issued.asked_boot_id != answering.boot_id:
        return Standing.CLOCK_UNKNOWN
    # Before it was asked for: another clock than the one that asked.
    if not 0 <= answering.opened_ms - asked_ms <= OPEN_WITHIN_MS:
        return Standing.OPENED_LATE
    return Standing.GOOD


def seen_of(
    issued: Issued | None, answering: Answering, frames: Sequence[FrameNumbers]
) -> MovementSeen:
    """Returns what frames show of a challenge, and what all of it comes to."""
    standing = standing_of(issued, answering)
    prompts = () if issued is None else judge(issued.prompts, frames)
    answer = {Standing.GOOD: together(prompts), Standing.CLOCK_UNKNOWN: MovementAnswer.UNKNOWN}
    return MovementSeen(
        standing,
        answer.get(standing, MovementAnswer.NOT_DONE),
        issued is not None and issued.ahead,
        prompts,
        tuple(frames),
    )


def answer_given(movement: MovementEvidence) -> MovementAnswer:
    """Returns what a check-in that was asked comes to, with or without an answer to measure.

    Without one and with a connection it is as if nothing was done; without a signal, unknown.
    """
    if movement.answer is not None:
        return movement.answer
    none_left = movement.reason is NoMovementReason.NONE_LEFT
    return MovementAnswer.UNKNOWN if none_left and movement.offline else MovementAnswer.NOT_DONE


def movement_codes(movement: MovementEvidence) -> set[FlagCode]:
    """Returns what movement raises: done or exempt nothing, once not done no more than a note."""
    if not movement.asked or movement.exempt:
        return set()
    match answer_given(movement):
        case MovementAnswer.DONE:
            return set()
        case MovementAnswer.NOT_DONE:
            twice = movement.not_done_before
            return {Flag.MOVEMENT_NOT_DONE if twice else Note.MOVEMENT_ONCE_NOT_DONE}
        case MovementAnswer.UNKNOWN:
            return {Note.MOVEMENT_UNCLEAR}


def movement_to_row(seen: MovementSeen) -> dict[str, Any]:
    """Returns the values that a row keeps."""
    return asdict(seen)


def movement_from_row(kept: Mapping[str, Any]) -> MovementSeen:
    """Returns what a row keeps."""
    prompts = (
        PromptSeen(
            **(one | {"prompt": Prompt(one["prompt"]), "answer": MovementAnswer(one["answer"])})
        )
        for one in kept["prompts"]
    )
    return MovementSeen(
        Standing(kept["standing"]),
        MovementAnswer(kept["answer"]),
        bool(kept["ahead"]),
        tuple(prompts),
        tuple(FrameNumbers(**one) for one in kept["frames"]),
    )
