"""Movement challenges (动作核验): what a phone asks the person to do, and what answers it.

`POST /v1/challenges` hands out prompts in an order that nobody knew before. A phone opens one,
shows prompt after prompt, and puts some frames of each into its check-in.
"""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from mobile_contract.movement_codes import Prompt
from mobile_contract.shapes import OPEN, Count, Id, Instant, Sent, Told, Yes

PROMPTS = 4
FEWEST_FRAMES, MOST_FRAMES = 8, 12
LARGEST_FRAME = 60 * 1024
ANSWER_WITHIN_S = 180
OPEN_WITHIN_S = 60
AHEAD_DAYS = 7
MOST_AHEAD = 5

FrameName = Annotated[str, StringConstraints(pattern=r"^frame-([1-9]|1[0-2])$")]


class ChallengesAsked(Sent):
    """Body of `POST /v1/challenges`."""

    ahead: Yes = Field(
        default=False,
        description=f"For places without a signal: tops up to {MOST_AHEAD} and answers all that"
        f" are unused, each valid for {AHEAD_DAYS} days. Else one, to be opened at once.",
    )


class PromptTold(Told):
    """One thing to do, in the words to show."""

    code: Annotated[Prompt, OPEN]
    text_zh: str
    text_en: str


class ChallengeTold(Told):
    """One challenge, good for one check-in; its prompts are shown in this order."""

    id: Id
    prompts: tuple[PromptTold, ...]
    ahead: bool
    issued_at: Instant
    open_until: Instant
    open_within_s: int = Field(
        description="Seconds from sending the request to opening it, by the phone's own clock."
    )
    answer_within_s: int = Field(
        description="Seconds from opening it to the last frame, by the same clock."
    )


class ChallengesTold(Told):
    """Challenges of the asking person; `asked` says whether a check-in needs one at all."""

    asked: bool
    challenges: tuple[ChallengeTold, ...]


class FrameTaken(Sent):
    """When a frame was taken and what was asked at that moment."""

    name: FrameName
    prompt: Annotated[int, Field(strict=True, ge=0, lt=PROMPTS, description="Counted from 0.")]
    at_monotonic_ms: Count


class MovementSent(Sent):
    """The answer to one challenge: when it was opened, and frames in the order they were taken.

    Frames are as the sensor sees them and never mirrored: a mirrored left is a right.
    """

    opened_monotonic_ms: Count
    frames: Annotated[
        tuple[FrameTaken, ...], Field(min_length=FEWEST_FRAMES, max_length=MOST_FRAMES)
    ]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        times = [self.opened_monotonic_ms, *(frame.at_monotonic_ms for frame in self.frames)]
        prompts = [frame.prompt for frame in self.frames]
        if times != sorted(times) or prompts != sorted(prompts):
            kind, text = "not_in_order", "frames are not in the order of time and prompts"
            raise PydanticCustomError(kind, text)
        if len({frame.name for frame in self.frames}) < len(self.frames):
            kind, text = "named_twice", "names a frame twice"
            raise PydanticCustomError(kind, text)
        return self
