"""What was measured about one check-in: values without judgement, stored as they are."""

from dataclasses import dataclass, field
from enum import StrEnum

from mobile_contract.codes import Channel, NoPlaceReason, NoSelfieReason
from verifier.exif import Camera
from verifier.verdicts.movement import MovementEvidence
from verifier.verdicts.quality import PhotoQuality, QualityReason


class FaceVerdict(StrEnum):
    """What comparing a selfie with the enrolled photos said (比对结果)."""

    MATCH = "match"
    UNSURE = "unsure"
    NO_MATCH = "no_match"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    POOR_QUALITY = "poor_quality"
    UNREADABLE = "unreadable"
    NOT_ENROLLED = "not_enrolled"
    NONE = "none"
    ERROR = "error"


class PlaceAnswer(StrEnum):
    """The three answers about a fix, and the two reasons for having none."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    CANNOT_TELL = "cannot_tell"
    NO_FENCE = "no_fence"
    NO_FIX = "no_fix"


class TimeBasis(StrEnum):
    """Why a capture time is believed."""

    RECEIVED_IN_TIME = "received_in_time"
    MONOTONIC = "monotonic"
    UNPROVEN = "unproven"
    RECORDED = "recorded"


@dataclass(frozen=True)
class FaceScores:
    """Raw distances of one probe; smaller is more alike, None means not computed.

    sface: 1 - cosine to the normalised mean of the references, 0 to 2.
    dlib: L2 to the mean of the references' descriptors, 0 to about 1.2.
    mirrored: as sface, of the photo averaged with its mirror image; only where sface is not sure.
    """

    sface: float | None = None
    dlib: float | None = None
    mirrored: float | None = None


class FrameAnswer(StrEnum):
    """Whether a further photo of a check-in shows the person of its selfie."""

    SAME = "same"
    UNSURE = "unsure"
    DIFFERS = "differs"
    NOT_COMPARABLE = "not_comparable"


@dataclass(frozen=True)
class FrameEvidence:
    """One further photo of a check-in against its selfie."""

    name: str
    answer: FrameAnswer
    reasons: tuple[QualityReason, ...] = ()
    scores: FaceScores = field(default_factory=FaceScores)


@dataclass(frozen=True)
class FaceEvidence:
    """Outcome of examining one selfie against a person's enrolled references."""

    verdict: FaceVerdict
    faces: int = 0
    scores: FaceScores = field(default_factory=FaceScores)
    references: int = 0
    detection_score: float | None = None
    turned_degrees: int = 0
    face_px: int | None = None
    quality: PhotoQuality | None = None
    quality_limits: str | None = None
    reasons: tuple[QualityReason, ...] = ()  # what a better photo would cure
    threshold_set: str | None = None
    models: dict[str, str] = field(default_factory=dict)  # name -> sha256
    error: str | None = None
    resembles_other: bool = False  # a better match with someone else who is enrolled
    frames_differ: bool = False  # the frames show two people
    frames: tuple[FrameEvidence, ...] = ()
    camera: Camera | None = None  # what the photo says of its making


@dataclass(frozen=True)
class PlaceEvidence:
    """Where the phone said it was, against the fence; metres."""

    answer: PlaceAnswer
    no_fix_reason: NoPlaceReason | None = None
    metres_outside: float | None = None  # signed distance to the border, negative inside
    accuracy_m: float | None = None
    without_place_of_last_seven: int = 0  # the check-in being judged is one of the seven
    accuracy_identical: bool = False  # the same radius to the last digit, time after time


@dataclass(frozen=True)
class TimeEvidence:
    """When it was captured and how that is known."""

    basis: TimeBasis
    clock_difference_s: float | None = None
    captured_offline: bool = False


@dataclass(frozen=True)
class DeviceEvidence:
    """What the phone said of itself and what is known of its install id."""

    mock: bool = False
    rooted: bool = False
    cloned: bool = False
    emulator: bool = False
    new_device: bool = False
    old_app: bool = False
    shared_device: bool = False
    metadata_differs: bool = False  # the photo's own metadata speak of another phone or time


@dataclass(frozen=True)
class Circumstances:
    """What is true around a check-in at the moment of judging it."""

    channel: Channel = Channel.PHONE
    no_selfie_reason: NoSelfieReason | None = None
    face_exempt: bool = False
    media_lost: bool = False
    media_missing: bool = False
    possible_replay: bool = False
    look_alike_sampled: bool = False  # another enrolled person resembles, and this one is reviewed
    retakes_used: int = 0
    window_open: bool = False


@dataclass(frozen=True)
class Evidence:
    """Everything `decide` looks at."""

    face: FaceEvidence
    place: PlaceEvidence
    time: TimeEvidence
    device: DeviceEvidence
    circumstances: Circumstances
    movement: MovementEvidence = field(default_factory=MovementEvidence)
