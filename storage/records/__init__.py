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
from storage.records.checkins import CheckIn, EvidenceRow, FlagKind, RaisedFlag, ReceiptRow
from storage.records.decisions import IdentityAnswer, Objection, Review
from storage.records.governance import AuditEntry, PhotoLook, RuleRow
from storage.records.items import Cause, Item, ItemEntry, Level
from storage.records.media import Media, MediaKind, MediaState
from storage.records.notices import Notice
from storage.records.people import (
    District,
    Fence,
    Offender,
    Office,
    Officer,
    SignIn,
    SupervisionPeriod,
)
from storage.records.phones import ActivationCode, Device
from storage.records.references import (
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    ReferenceVector,
)
from storage.records.study import Completion, StudyFile, StudyModule, StudyVersion
from storage.records.table import ForbiddenMoveError, Record
from storage.records.work import Heartbeat, Queue, Work, WorkKind

__all__ = [
    "ActivationCode",
    "AuditEntry",
    "CaseOpening",
    "Cause",
    "CheckIn",
    "Completion",
    "Device",
    "District",
    "EvidenceRow",
    "Excusal",
    "Fence",
    "FlagKind",
    "ForbiddenMoveError",
    "Heartbeat",
    "IdentityAnswer",
    "InspectionOpinion",
    "Item",
    "ItemEntry",
    "Level",
    "Media",
    "MediaKind",
    "MediaState",
    "NamedOfficer",
    "Notice",
    "Objection",
    "Offender",
    "Office",
    "Officer",
    "Outage",
    "PersonNote",
    "PhotoLook",
    "PlanKind",
    "Posting",
    "Queue",
    "RaisedFlag",
    "ReceiptRow",
    "Record",
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
    "SignIn",
    "StudyFile",
    "StudyModule",
    "StudyVersion",
    "SupervisionPeriod",
    "Window",
    "Work",
    "WorkKind",
]
