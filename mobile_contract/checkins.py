"""A check-in: what a phone freezes at capture, and what it reads about it afterwards."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from mobile_contract.canonical import canonical_json
from mobile_contract.challenges import LARGEST_FRAME, MOST_FRAMES, MovementSent
from mobile_contract.codes import (
    CheckInState,
    DecidedBy,
    NextStep,
    NoPlaceReason,
    NoSelfieReason,
    ToldReason,
    WindowOutcome,
)
from mobile_contract.movement_codes import NoMovementReason
from mobile_contract.objections import ObjectionTold
from mobile_contract.places import Place
from mobile_contract.shapes import (
    OPEN,
    Count,
    Id,
    Instant,
    Line,
    PhoneMadeId,
    Sent,
    Sha256,
    Slug,
    Token,
    Told,
    Version,
    Yes,
)

JSON_PART = "checkin"
SELFIE = "selfie"
NO_QUESTIONS = "none"
LARGEST_REQUEST = 16 * 1024 * 1024

FileName = Annotated[str, StringConstraints(pattern=r"^(selfie|frame-([1-9]|1[0-2]))$")]
# As long as it can be stored: a hint is never a reason to refuse.
Hint = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Opaque = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]


class FileSent(Sent):
    """One photo that belongs to a check-in; the part of the request has the same name."""

    name: FileName
    sha256: Sha256
    length: Annotated[int, Field(strict=True, ge=1, le=LARGEST_REQUEST)]
    content_type: Literal["image/jpeg"] = "image/jpeg"


class AnswerGiven(Sent):
    """One answer to one question of the district's question set."""

    question: Slug
    answer: Line


class DeviceSent(Sent):
    """What the phone says of itself and of signs of tampering."""

    install_id: Opaque
    model: Line
    os: Line
    app: Version
    mock: Yes
    rooted: Yes
    cloned: Yes
    emulator: Yes


class CheckInBody(Sent):
    """Everything frozen at capture; the same id with other content is refused."""

    id: PhoneMadeId
    window_id: Hint | None = Field(default=None, description="A hint; the server picks the window.")
    captured_at: Instant
    captured_monotonic_ms: Count
    boot_id: Opaque
    server_nonce: Token | None = Field(
        default=None, description="The last `DPoP-Nonce` seen before capture."
    )
    place: Place | None = None
    no_place_reason: NoPlaceReason | None = None
    files: Annotated[tuple[FileSent, ...], Field(max_length=1 + MOST_FRAMES)] = ()
    no_selfie_reason: NoSelfieReason | None = None
    question_set: Slug = NO_QUESTIONS
    answers: Annotated[tuple[AnswerGiven, ...], Field(max_length=50)] = ()
    challenge_id: Id | None = None
    movement: MovementSent | None = Field(
        default=None, description="The answer to the challenge; there is none without the other."
    )
    no_movement_reason: NoMovementReason | None = None
    device: DeviceSent

    @model_validator(mode="after")
    def _place_or_reason(self) -> Self:
        if (self.place is None) == (self.no_place_reason is None):
            kind, text = "place_or_reason", "needs a place, or the reason for having none"
            raise PydanticCustomError(kind, text)
        return self

    @model_validator(mode="after")
    def _selfie_or_reason(self) -> Self:
        has_selfie = any(file.name == SELFIE for file in self.files)
        if has_selfie == (self.no_selfie_reason is not None):
            kind, text = "selfie_or_reason", "needs a selfie, or the reason for having none"
            raise PydanticCustomError(kind, text)
        return self

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        files = [file.name for file in self.files]
        questions = [answer.question for answer in self.answers]
        if len(set(files)) < len(files) or len(set(questions)) < len(questions):
            kind, text = "named_twice", "names a file or a question twice"
            raise PydanticCustomError(kind, text)
        # Media are kept by their hash. No camera takes two photos with the same bytes.
        if len({file.sha256 for file in self.files}) < len(files):
            kind, text = "same_file_twice", "sends one photo under two names"
            raise PydanticCustomError(kind, text)
        if self.answers and self.question_set == NO_QUESTIONS:
            kind, text = "no_question_set", "answers name no question set"
            raise PydanticCustomError(kind, text)
        return self

    @field_validator("movement")
    @classmethod
    def _answers_its_challenge(
        cls, movement: MovementSent | None, info: ValidationInfo
    ) -> MovementSent | None:
        files: tuple[FileSent, ...] = info.data.get("files", ())
        declared = {file.name: file for file in files if file.name != SELFIE}
        if movement is None:
            return None
        if info.data.get("challenge_id") is None:
            kind, text = "movement_and_challenge", "answers no challenge"
            raise PydanticCustomError(kind, text)
        if {frame.name for frame in movement.frames} != declared.keys():
            kind, text = "frames_declared", "the frames are not those that are declared"
            raise PydanticCustomError(kind, text)
        if any(file.length > LARGEST_FRAME for file in declared.values()):
            kind, text = "frame_too_large", "a frame is too large"
            raise PydanticCustomError(kind, text)
        return movement

    @model_validator(mode="after")
    def _movement_or_reason(self) -> Self:
        if self.challenge_id is not None and self.movement is None:
            kind, text = "movement_and_challenge", "a challenge comes with its answer"
            raise PydanticCustomError(kind, text)
        if self.movement is not None and self.no_movement_reason is not None:
            kind, text = "movement_or_reason", "answers a challenge and says why it does not"
            raise PydanticCustomError(kind, text)
        return self


class WindowSettled(Told):
    """The window a check-in was counted for, and what became of it."""

    id: Id
    outcome: Annotated[WindowOutcome, OPEN]


class ReasonTold(Told):
    """Why a person has to look, in words that accuse nobody."""

    code: Annotated[ToldReason, OPEN]
    text_zh: str
    text_en: str


class FileHeld(Told):
    """Whether the server holds one file, so that the phone may let go of it."""

    name: str
    held: bool


class NextTold(Told):
    """The one thing the person can do next, and until when."""

    step: Annotated[NextStep, OPEN]
    until: Instant | None = None


class DecisionTold(Told):
    """A decision as the person reads it; a role, never a name."""

    at: Instant
    role: Annotated[DecidedBy, OPEN]
    text: str


class CheckInStatus(Told):
    """Where one check-in stands; no score, threshold, flag or name."""

    id: Id
    state: Annotated[CheckInState, OPEN]
    since: Instant
    captured_at: Instant | None = None
    received_at: Instant | None = None
    window: WindowSettled | None = None
    reasons: tuple[ReasonTold, ...] = ()
    files: tuple[FileHeld, ...] = ()
    next: NextTold
    review_due_at: Instant | None = None
    decision: DecisionTold | None = None
    objection: ObjectionTold | None = None


class CheckInList(Told):
    """The check-ins that changed since the instant asked for, oldest first."""

    checkins: tuple[CheckInStatus, ...]


class CheckInsSince(Sent):
    """Query of `GET /v1/checkins`."""

    since: Instant | None = None


class CheckInPath(Sent):
    """Path of one check-in."""

    checkin_id: Id


def canonical_body(body: CheckInBody) -> bytes:
    """Return the frozen content in its one canonical form."""
    return canonical_json(body.model_dump(mode="json"))


def content_differences(stored: CheckInBody, sent: CheckInBody) -> list[str]:
    """Name the parts in which two bodies of one id differ, in a fixed order; empty if equal."""
    before, after = stored.model_dump(mode="json"), sent.model_dump(mode="json")
    parts = [name for name in before if name != "files" and before[name] != after[name]]
    old_files = {file.name: file for file in stored.files}
    new_files = {file.name: file for file in sent.files}
    names = sorted(old_files | new_files)
    return parts + [name for name in names if old_files.get(name) != new_files.get(name)]
