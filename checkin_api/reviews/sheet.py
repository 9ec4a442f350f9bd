"""All that an officer sees of one check-in: values, gathered by queries.py."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from mobile_contract.codes import Channel, CheckInState, WindowOutcome
from mobile_contract.movement_codes import Prompt
from storage.records import FlagKind, IdentityAnswer, Role, TwinKind
from verifier.verdicts.evidence import FaceEvidence, FaceVerdict, PlaceEvidence, TimeBasis
from verifier.verdicts.movement import MovementSeen, Standing
from verifier.verdicts.reviews import Turn
from verifier.verdicts.sweeps import MovementAnswer, PromptSeen


@dataclass(frozen=True)
class PersonSeen:
    """Whose check-in it is."""

    id: UUID
    name: str
    number: str
    office: str


@dataclass(frozen=True)
class Picture:
    """One photo; `rendition_id` None while the worker has not made what officers see."""

    name: str
    rendition_id: UUID | None


class TwinWhose(StrEnum):
    """Whose the earlier photo is, as far as its reader may know."""

    OWN_CHECKIN = "own_checkin"
    OWN_REFERENCE = "own_reference"
    ANOTHER = "another"
    OUT_OF_REACH = "out_of_reach"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True)
class TwinSeen:
    """An earlier photo that is the same picture; `picture` None where it may not be seen."""

    kind: TwinKind
    whose: TwinWhose
    seen_at: datetime | None = None
    person: PersonSeen | None = None  # who is not the person of the check-in
    checkin_id: UUID | None = None  # None of an enrolled photo
    picture: Picture | None = None


@dataclass(frozen=True)
class OtherSeen:
    """Another enrolled person whom the photo resembles; `person` with authority over both."""

    office: str
    person: PersonSeen | None = None


@dataclass(frozen=True)
class PromptShown:
    """One prompt, what was seen of it, and its frames in the order they were taken."""

    prompt: Prompt
    seen: PromptSeen
    frames: tuple[Picture, ...]


@dataclass(frozen=True)
class MovementShown:
    """What was asked and what came of it; `seen` None where nothing was sent or looked at."""

    asked: bool
    exempt: bool
    answer: MovementAnswer
    reason: str | None
    seen: MovementSeen | None
    prompts: tuple[PromptShown, ...]

    @property
    def counts(self) -> bool:
        """Tell whether the answer can be one to its challenge."""
        return self.seen is None or self.seen.standing is Standing.GOOD

    @property
    def frame_names(self) -> frozenset[str]:
        """The frames that are shown with their prompts."""
        return frozenset(one.name for prompt in self.prompts for one in prompt.frames)


@dataclass(frozen=True)
class FlagSeen:
    """One flag or note; its words stand under `flag.<code>`."""

    code: str
    kind: FlagKind
    severity: int


@dataclass(frozen=True)
class PlaceSeen:
    """Where the phone said it was, and that against the fence of that time.

    east_m, north_m: the fix as seen from the fence's centre; None without fix or fence.
    """

    evidence: PlaceEvidence
    latitude: float | None
    longitude: float | None
    datum: str | None
    radius_m: float | None = None
    east_m: float | None = None
    north_m: float | None = None


@dataclass(frozen=True)
class ClocksSeen:
    """The clocks of one check-in: the phone's own, the provable, ours."""

    captured_at: datetime
    proven_at: datetime | None
    claimed_at: datetime | None
    received_at: datetime
    basis: TimeBasis
    difference_s: float | None
    offline: bool


@dataclass(frozen=True)
class WindowSeen:
    """The window that a check-in counts for."""

    id: UUID
    opens_at: datetime
    due_at: datetime
    grace_ends_at: datetime
    outcome: WindowOutcome


@dataclass(frozen=True)
class ReviewSeen:
    """One answer given, shown only to who has answered or when all is decided."""

    officer: str
    role: Role
    identity: IdentityAnswer | None
    place_accepted: bool | None
    reason: str
    answered_at: datetime
    on_objection: bool


@dataclass(frozen=True)
class ObjectionSeen:
    """What the person says to a decision."""

    words: str
    made_at: datetime
    due_at: datetime
    state: str
    answer: str | None


@dataclass(frozen=True)
class Asked:
    """What the caller may answer now."""

    identity: bool = False
    place: bool = False
    yes_or_no: bool = False

    @property
    def anything(self) -> bool:
        """Tell whether an answer is asked for at all."""
        return self.identity or self.place


@dataclass(frozen=True)
class Sheet:
    """One check-in."""

    id: UUID
    person: PersonSeen
    channel: Channel
    state: CheckInState
    state_since: datetime
    place_accepted: bool | None
    due_at: datetime | None
    no_selfie_reason: str | None
    retake_until: datetime | None
    recorded_by: str | None
    words: str  # what an officer wrote of a contact
    photos: tuple[Picture, ...]
    movement: MovementShown | None
    missing: tuple[str, ...]  # files that were declared and have not arrived
    references: tuple[Picture, ...]
    twin: TwinSeen | None
    other: OtherSeen | None
    flags: tuple[FlagSeen, ...]
    face: FaceEvidence | None
    place: PlaceSeen
    clocks: ClocksSeen
    window: WindowSeen | None
    receipts: tuple[str, ...]
    device: dict[str, Any]
    answers: tuple[dict[str, Any], ...]
    reviews: tuple[ReviewSeen, ...]
    objection: ObjectionSeen | None
    asked: Asked
    waits_for: Turn | None  # whose answer is awaited, told to who has answered

    @property
    def picture_is_made_now(self) -> bool:
        """Tell whether the picture of a settled selfie, made at the first look, is on its way.

        Only of one that was compared, so that it can be made: no page asks again for ever.
        """
        settled = self.state is CheckInState.CONFIRMED
        matched = self.face is not None and self.face.verdict is FaceVerdict.MATCH
        return settled and matched and any(one.rendition_id is None for one in self.photos[:1])
