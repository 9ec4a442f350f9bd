"""Tables, constraints and moves between states; no queries."""

from storage.records.attendance import Excusal, Outage, PlanKind, ReportingPlan, Window
from storage.records.authority import (
    CaseOpening,
    InspectionOpinion,
    NamedOfficer,
    PersonNote,
    Posting,
    Recusal,
    Role,
)
from storage.records.checkins import (
    CheckIn,
    CheckInVector,
    EvidenceRow,
    FlagKind,
    RaisedFlag,
    ReceiptRow,
)
from storage.records.decisions import IdentityAnswer, Objection, Review
from storage.records.governance import AuditEntry, PhotoLook, RuleRow
from storage.records.items import Cause, Item, ItemEntry, Level
from storage.records.media import (
    Media,
    MediaFinding,
    MediaKind,
    MediaState,
    MediaSweep,
    Wrong,
)
from storage.records.notices import Notice
from storage.records.people import (
    District,
    Fence,
    Offender,
    Office,
    Officer,
    SignIn,
)
from storage.records.phones import (
    ActivationCode,
    Attestation,
    AttestationVerdict,
    Device,
    IdentityCheck,
    SeenProof,
)
from storage.records.references import (
    EnrolmentChange,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    ReferenceVector,
)
from storage.records.sign_in import AccountReset, RecoveryCode, SecondFactor
from storage.records.study import Completion, StudyFile, StudyModule, StudyVersion
from storage.records.supervision import (
    EndReason,
    PauseReason,
    SupervisionPause,
    SupervisionPeriod,
    Transfer,
    TransferState,
)
from storage.records.table import ForbiddenMoveError, Record
from storage.records.thresholds import ThresholdActivation, ThresholdSetRow
from storage.records.work import Heartbeat, Queue, Work, WorkKind

__all__ = [
    "AccountReset",
    "ActivationCode",
    "Attestation",
    "AttestationVerdict",
    "AuditEntry",
    "CaseOpening",
    "Cause",
    "CheckIn",
    "CheckInVector",
    "Completion",
    "Device",
    "District",
    "EndReason",
    "EnrolmentChange",
    "EvidenceRow",
    "Excusal",
    "Fence",
    "FlagKind",
    "ForbiddenMoveError",
    "Heartbeat",
    "IdentityAnswer",
    "IdentityCheck",
    "InspectionOpinion",
    "Item",
    "ItemEntry",
    "Level",
    "Media",
    "MediaFinding",
    "MediaKind",
    "MediaState",
    "MediaSweep",
    "NamedOfficer",
    "Notice",
    "Objection",
    "Offender",
    "Office",
    "Officer",
    "Outage",
    "PauseReason",
    "PersonNote",
    "PhotoLook",
    "PlanKind",
    "Posting",
    "Queue",
    "RaisedFlag",
    "ReceiptRow",
    "Record",
    "RecoveryCode",
    "Recusal",
    "ReferencePhoto",
    "ReferencePhotoState",
    "ReferenceSet",
    "ReferenceSetState",
    "ReferenceVector",
    "ReportingPlan",
    "Review",
    "Role",
    "RuleRow",
    "SecondFactor",
    "SeenProof",
    "SignIn",
    "StudyFile",
    "StudyModule",
    "StudyVersion",
    "SupervisionPause",
    "SupervisionPeriod",
    "ThresholdActivation",
    "ThresholdSetRow",
    "Transfer",
    "TransferState",
    "Window",
    "Work",
    "WorkKind",
    "Wrong",
]
