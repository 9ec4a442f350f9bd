"""Every closed set that a phone sends or sees, each as one enum."""

from enum import StrEnum


class Theme(StrEnum):
    """The eight themes of education, in the order the field fixes."""

    LEGAL_KNOWLEDGE = "legal_knowledge"
    ADMISSION_OF_GUILT = "admission_of_guilt"
    MENTAL_HEALTH = "mental_health"
    MORAL_CHARACTER = "moral_character"
    DRUGS_AND_CULTS = "drugs_and_cults"
    STATUS_AWARENESS = "status_awareness"
    POLICY_AND_PROSPECTS = "policy_and_prospects"
    RULES_AND_NORMS = "rules_and_norms"


class Datum(StrEnum):
    """The geodetic datum of coordinates; the three in use in China differ by 0.5 to 1.1 km."""

    WGS84 = "WGS-84"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


class Channel(StrEnum):
    """How a person reported; all of equal weight."""

    PHONE = "phone"
    OFFICE = "office"
    CALL = "call"
    VISIT = "visit"


class NoPlaceReason(StrEnum):
    """Why a check-in carries no fix."""

    DENIED = "denied"
    OFF = "off"
    TIMEOUT = "timeout"
    UNAVAILABLE = "unavailable"


class NoSelfieReason(StrEnum):
    """Why a check-in carries no selfie."""

    DECLINED = "declined"
    CAMERA = "camera"


class CheckInState(StrEnum):
    """The life of one check-in; after `in_review` only people move it."""

    RECEIVED = "received"
    VERIFYING = "verifying"
    CONFIRMED = "confirmed"
    IN_REVIEW = "in_review"
    NOT_CONFIRMED = "not_confirmed"
    NOT_DECIDED = "not_decided"
    SUPERSEDED = "superseded"


class WindowOutcome(StrEnum):
    """What became of one due check-in; `awaited` until grace ends without one."""

    AWAITED = "awaited"
    PRESENT = "present"
    LATE = "late"
    PENDING = "pending"
    NOT_DECIDED = "not_decided"
    TECHNICAL = "technical"
    EXCUSED_LEAVE = "excused_leave"
    EXCUSED_SYSTEM = "excused_system"
    EXCUSED_DEVICE = "excused_device"
    EXCUSED = "excused"
    WITHDRAWN = "withdrawn"  # supervision had ended or was paused: nobody was due
    NOT_CONFIRMED = "not_confirmed"
    NOT_RECEIVED = "not_received"
    MISSED = "missed"
    MISSED_CONFIRMED = "missed_confirmed"


class SupervisionState(StrEnum):
    """Where the supervision of a person stands today; only `running` makes somebody due."""

    NOT_BEGUN = "not_begun"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class ToldReason(StrEnum):
    """What a person is told about an open check-in: never a flag, a score or another person."""

    PHOTO_UNCLEAR = "photo_unclear"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    POOR_QUALITY = "poor_quality"
    FACE_TOO_SMALL = "face_too_small"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    FLAT_LIGHT = "flat_light"
    BLURRED = "blurred"
    TURNED_AWAY = "turned_away"
    TILTED = "tilted"
    EYES_HIDDEN = "eyes_hidden"
    UNREADABLE = "unreadable"
    NO_SELFIE = "no_selfie"
    NOT_ENROLLED = "not_enrolled"
    PLACE_TO_CHECK = "place_to_check"
    TIME_TO_CHECK = "time_to_check"
    FILES_MISSING = "files_missing"
    OFFICER_LOOKS = "officer_looks"
    SYSTEM_FAULT = "system_fault"


class NextStep(StrEnum):
    """The one thing a person can do next about a check-in."""

    WAIT = "wait"
    SEND_FILES = "send_files"
    RETAKE = "retake"
    CONTACT_OFFICE = "contact_office"
    OBJECT = "object"
    NONE = "none"


class DecidedBy(StrEnum):
    """Whose decision a person reads; a role, never a name."""

    MACHINE = "machine"
    OFFICER = "officer"
    DISTRICT = "district"


class ObjectionState(StrEnum):
    """Where a person's disagreement stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"


class RequestKind(StrEnum):
    """What a person can ask the office for."""

    FACE_EXEMPTION = "face_exemption"
    MOVEMENT_EXEMPTION = "movement_exemption"
    NEW_REFERENCES = "new_references"


class NoticeKind(StrEnum):
    """What a person is told without asking."""

    CHECKIN_CONFIRMED = "checkin_confirmed"
    CHECKIN_IN_REVIEW = "checkin_in_review"
    CHECKIN_RETAKE = "checkin_retake"
    CHECKIN_NOT_CONFIRMED = "checkin_not_confirmed"
    CHECKIN_NOT_DECIDED = "checkin_not_decided"
    CHECKIN_RECORDED = "checkin_recorded"
    PLACE_NOT_ACCEPTED = "place_not_accepted"
    WINDOW_NOT_RECEIVED = "window_not_received"
    WINDOW_MISSED = "window_missed"
    WINDOW_EXCUSED = "window_excused"
    OBJECTION_DECIDED = "objection_decided"
    SUPERVISION_STARTED = "supervision_started"
    SUPERVISION_END_SET = "supervision_end_set"
    SUPERVISION_ENDED = "supervision_ended"
    SUPERVISION_PAUSED = "supervision_paused"
    SUPERVISION_RESUMED = "supervision_resumed"
    PAUSE_CALLED_OFF = "pause_called_off"
    OFFICE_CHANGED = "office_changed"
    PHONE_CODE_ISSUED = "phone_code_issued"
    PHONE_LET_IN = "phone_let_in"
    FACE_EXEMPT = "face_exempt"
    FACE_EXEMPTION_ENDED = "face_exemption_ended"
    MOVEMENT_EXEMPT = "movement_exempt"
    MOVEMENT_EXEMPTION_ENDED = "movement_exemption_ended"
    REQUEST_ANSWERED = "request_answered"
    REFERENCES_RENEWAL = "references_renewal"
    REFERENCES_CHANGED = "references_changed"


class DeviceState(StrEnum):
    """The life of one registration of a phone."""

    WAITING = "waiting"
    ACTIVE = "active"
    REPLACED = "replaced"
    LOST = "lost"
    REVOKED = "revoked"


class Platform(StrEnum):
    """Whose hardware key store a phone has, and whose attestation it sends."""

    ANDROID = "android"
    IOS = "ios"
    HARMONY = "harmony"


class Retry(StrEnum):
    """What a phone does with a refused request."""

    SAME = "same"
    LATER = "later"
    SIGN_IN = "sign_in"
    FIX = "fix"
    NEVER = "never"


class ProblemCode(StrEnum):
    """Every refusal a phone can read (RFC 9457 `code`)."""

    BAD_REQUEST = "bad_request"
    UNKNOWN_PART = "unknown_part"
    REPEATED_PART = "repeated_part"
    NOT_SIGNED_IN = "not_signed_in"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a code, not a secret
    DEVICE_REVOKED = "device_revoked"
    NOT_REGISTERED = "not_registered"
    USE_DPOP_NONCE = "use_dpop_nonce"
    INVALID_DPOP_PROOF = "invalid_dpop_proof"
    SIGN_IN_REFUSED = "sign_in_refused"
    SECOND_FACTOR_NEEDED = "second_factor_needed"
    ACTIVATION_REFUSED = "activation_refused"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONTENT_DIFFERS = "content_differs"
    NOT_OPEN = "not_open"
    SUPERVISION_ENDED = "supervision_ended"
    TOO_LARGE = "too_large"
    UNSUPPORTED_TYPE = "unsupported_type"
    INVALID_CONTENT = "invalid_content"
    PHOTO_NOT_JPEG = "photo_not_jpeg"
    PHOTO_DAMAGED = "photo_damaged"
    PHOTO_TOO_LARGE = "photo_too_large"
    HASH_DIFFERS = "hash_differs"
    PART_MISSING = "part_missing"
    DATUM_MISSING = "datum_missing"
    MODULE_INVALID = "module_invalid"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"
