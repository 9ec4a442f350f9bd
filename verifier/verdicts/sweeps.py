"""From numbers of a burst of frames to what was done of each prompt: pure, and never by one frame.

Nothing is held against a fixed measure of a face: each number is compared with the median of the
same person in the same burst. A number that lies between "seen" and "not seen" stays unknown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from types import MappingProxyType

from mobile_contract.movement_codes import Prompt

# Fewer frames with a face give no median to compare with.
FEWEST_FRAMES = 5
# Lift and the look of the eyes say something only of a face that is turned like in the rest of the
# burst. Somebody who looks up is foreshortened, a print that is turned aside grows.
LEVEL_YAW = 0.12
LEVEL_ASPECT = (0.90, 1.10)
LIFTED_ASPECT = (0.78, 1.07)


class MovementAnswer(StrEnum):
    """What was seen of a prompt, or of a whole challenge."""

    DONE = "done"
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class FrameNumbers:
    """What was measured on one frame; the defaults stand for a frame without one clear face.

    yaw: how far the nose lies towards the person's left eye from the middle of both, in distances
    of the eyes. lift: how low the nose lies in the face, 0 to 1; it falls when somebody looks up.
    size: of the face against the frame. aspect: eyes to mouth against eye to eye; it changes when
    a print is turned. eyes: detail across the eyes against detail down them; it falls when they
    close. skin: the same of the nose, which only changes with how the head or a print is held.
    edges: detail across the eyes against their brightness.
    """

    prompt: int
    yaw: float | None = None
    lift: float | None = None
    size: float | None = None
    aspect: float | None = None
    eyes: float | None = None
    skin: float | None = None
    edges: float | None = None
    fault: str | None = None  # why there is nothing to measure


@dataclass(frozen=True)
class PromptSeen:
    """One prompt, its answer, and the numbers it rests on.

    moved: the furthest that its frames went in the direction asked for; elsewhere: the furthest
    that any other frame went. Both from the median of the burst, in shares of `enough`.
    """

    prompt: Prompt
    answer: MovementAnswer
    frames: int = 0  # of this prompt, with a face
    moved: float | None = None
    elsewhere: float | None = None


Numbers = Callable[[Sequence[FrameNumbers]], list[tuple[FrameNumbers, float]]]


@dataclass(frozen=True)
class _Measure:
    """Which number a prompt moves, which way, from where on it is seen, and up to where not."""

    numbers: Numbers
    direction: int
    enough: float
    too_little: float


def _yaws(frames: Sequence[FrameNumbers]) -> list[tuple[FrameNumbers, float]]:
    return [(one, one.yaw) for one in frames if one.yaw is not None]


def _lifts(frames: Sequence[FrameNumbers]) -> list[tuple[FrameNumbers, float]]:
    level = _level(frames, LIFTED_ASPECT)
    return [(one, one.lift) for one in level if one.lift is not None]


def _sizes(frames: Sequence[FrameNumbers]) -> list[tuple[FrameNumbers, float]]:
    """Gives the size of each face in shares of the median."""
    sizes = [(one, one.size) for one in frames if one.size is not None]
    middle = median(size for _, size in sizes) if sizes else 0.0
    return [(one, size / middle) for one, size in sizes if middle > 0]


def _opennesses(frames: Sequence[FrameNumbers]) -> list[tuple[FrameNumbers, float]]:
    """Gives how open the eyes look in shares of the median: the most open of three looks.

    Each is misled by something else: by how a print is held, by the light on the nose, by blur.
    """
    found = [
        (one, (one.eyes, one.eyes / one.skin, one.edges))
        for one in _level(frames, LEVEL_ASPECT)
        if one.eyes is not None and one.skin and one.edges is not None
    ]
    if not found:
        return []
    middles = [median(looks[at] for _, looks in found) for at in range(3)]
    if min(middles) <= 0:
        return []
    return [
        (one, max(look / middle for look, middle in zip(looks, middles, strict=True)))
        for one, looks in found
    ]


def _level(frames: Sequence[FrameNumbers], shares: tuple[float, float]) -> list[FrameNumbers]:
    """Leaves out the frames in which the head, or a print of it, is turned another way."""
    faces = [(one, one.yaw, one.aspect) for one in frames]
    held = [(one, yaw, aspect) for one, yaw, aspect in faces if yaw is not None and aspect]
    if not held:
        return []
    middle_yaw, middle = median(yaw for _, yaw, _ in held), median(ratio for *_, ratio in held)
    least, most = (share * middle for share in shares)
    return [
        one
        for one, yaw, aspect in held
        if abs(yaw - middle_yaw) <= LEVEL_YAW and least <= aspect <= most
    ]


# The stills and the clip that the numbers come from, and what they miss: docs/face-verification.md.
# One person at rest varies by 0.01 (yaw), 0.005 (lift), 0.7 % (size) and 5 % (eyes).
MEASURES: Mapping[Prompt, _Measure] = MappingProxyType(
    {
        Prompt.TURN_LEFT: _Measure(_yaws, 1, 0.15, 0.08),
        Prompt.TURN_RIGHT: _Measure(_yaws, -1, 0.15, 0.08),
        Prompt.LOOK_UP: _Measure(_lifts, -1, 0.045, 0.02),
        Prompt.BLINK: _Measure(_opennesses, -1, 0.20, 0.10),
        Prompt.COME_CLOSER: _Measure(_sizes, 1, 0.25, 0.10),
    }
)


def judge(prompts: Sequence[Prompt], frames: Sequence[FrameNumbers]) -> tuple[PromptSeen, ...]:
    """Returns what was seen of each prompt, in the order asked."""
    return tuple(_judged(at, prompt, frames) for at, prompt in enumerate(prompts))


def together(seen: Sequence[PromptSeen]) -> MovementAnswer:
    """Returns what all prompts come to: done only if every one of them was."""
    answers = {one.answer for one in seen}
    for answer in (MovementAnswer.NOT_DONE, MovementAnswer.UNKNOWN):
        if answer in answers:
            return answer
    return MovementAnswer.DONE if seen else MovementAnswer.UNKNOWN


def _judged(at: int, prompt: Prompt, frames: Sequence[FrameNumbers]) -> PromptSeen:
    if not any(frame.prompt == at for frame in frames):
        return PromptSeen(prompt, MovementAnswer.NOT_DONE)  # nothing was shown of it
    measure = MEASURES[prompt]
    numbers = measure.numbers(frames)
    own = [value for frame, value in numbers if frame.prompt == at]
    others = [value for frame, value in numbers if frame.prompt != at]
    if len(numbers) < FEWEST_FRAMES or not own:
        return PromptSeen(prompt, MovementAnswer.UNKNOWN, len(own))
    middle = median(value for _, value in numbers)
    moved = max(_moved(measure, value, middle) for value in own)
    elsewhere = max((_moved(measure, value, middle) for value in others), default=None)
    return PromptSeen(prompt, _answer(measure, moved, elsewhere), len(own), moved, elsewhere)


def _answer(measure: _Measure, moved: float, elsewhere: float | None) -> MovementAnswer:
    if moved <= measure.too_little / measure.enough:
        return MovementAnswer.NOT_DONE
    # The furthest of the burst has to lie where it was asked for: whoever moves all the time, or
    # at another prompt, has not shown that the prompt was heard.
    if moved >= 1 and (elsewhere is None or elsewhere < moved):
        return MovementAnswer.DONE
    return MovementAnswer.UNKNOWN


def _moved(measure: _Measure, value: float, middle: float) -> float:
    """Gives how far a number went in the direction asked for, in shares of what is enough."""
    return measure.direction * (value - middle) / measure.enough
