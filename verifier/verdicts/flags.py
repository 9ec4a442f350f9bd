"""Flags and notes (异常标记, 提示): one table of what each weighs and what the person is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType

from mobile_contract.codes import ToldReason
from storage.records.checkins import FlagKind


class Flag(StrEnum):
    """One reason why a person must look at a check-in."""

    FACE_NO_MATCH = "face_no_match"
    FACE_UNSURE = "face_unsure"
    OUTSIDE_AREA = "outside_area"
    POSSIBLE_REPLAY = "possible_replay"
    RESEMBLES_OTHER = "resembles_other"
    MOCK = "mock"
    CLONED = "cloned"
    SHARED_DEVICE = "shared_device"
    FRAMES_DIFFER = "frames_differ"
    MOVEMENT_NOT_DONE = "movement_not_done"
    MEDIA_MISSING = "media_missing"
    TIME_UNPROVEN = "time_unproven"
    PLACE_MISSING_OFTEN = "place_missing_often"
    LOOK_ALIKE = "look_alike"  # one of a sample, of somebody whom another enrolled person resembles


class Note(StrEnum):
    """Something stored and shown that opens nothing."""

    AREA_UNCERTAIN = "area_uncertain"
    PLACE_UNKNOWN = "place_unknown"
    ROOTED = "rooted"
    EMULATOR = "emulator"
    CLOCK_DIFFERS = "clock_differs"
    METADATA_DIFFERS = "metadata_differs"
    ACCURACY_IDENTICAL = "accuracy_identical"
    NEW_DEVICE = "new_device"
    OLD_APP = "old_app"
    CAPTURED_OFFLINE = "captured_offline"
    NO_FACE_CHECK = "no_face_check"
    MOVEMENT_UNCLEAR = "movement_unclear"
    MOVEMENT_ONCE_NOT_DONE = "movement_once_not_done"


FlagCode = Flag | Note


class Severity(IntEnum):
    """How much a code weighs in an officer's list."""

    HINT = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True)
class Meaning:
    """What a code is unless a rule says otherwise; `told` None for what is never told as such."""

    kind: FlagKind
    severity: Severity
    told: ToldReason | None = None


def _flag(severity: Severity, told: ToldReason) -> Meaning:
    return Meaning(FlagKind.FLAG, severity, told)


def _note(severity: Severity, told: ToldReason | None = None) -> Meaning:
    return Meaning(FlagKind.NOTE, severity, told)


# Nobody is told which signal was seen: who cheats would learn what to avoid, who does not would
# feel accused.
MEANINGS: Mapping[FlagCode, Meaning] = MappingProxyType(
    {
        Flag.FACE_NO_MATCH: _flag(Severity.HIGH, ToldReason.PHOTO_UNCLEAR),
        Flag.FACE_UNSURE: _flag(Severity.LOW, ToldReason.PHOTO_UNCLEAR),
        Flag.OUTSIDE_AREA: _flag(Severity.HIGH, ToldReason.PLACE_TO_CHECK),
        Flag.POSSIBLE_REPLAY: _flag(Severity.HIGH, ToldReason.PHOTO_UNCLEAR),
        Flag.RESEMBLES_OTHER: _flag(Severity.HIGH, ToldReason.PHOTO_UNCLEAR),
        Flag.MOCK: _flag(Severity.HIGH, ToldReason.PLACE_TO_CHECK),
        Flag.CLONED: _flag(Severity.MEDIUM, ToldReason.OFFICER_LOOKS),
        Flag.SHARED_DEVICE: _flag(Severity.MEDIUM, ToldReason.OFFICER_LOOKS),
        Flag.FRAMES_DIFFER: _flag(Severity.HIGH, ToldReason.PHOTO_UNCLEAR),
        Flag.MOVEMENT_NOT_DONE: _flag(Severity.LOW, ToldReason.OFFICER_LOOKS),
        Flag.MEDIA_MISSING: _flag(Severity.LOW, ToldReason.FILES_MISSING),
        Flag.TIME_UNPROVEN: _flag(Severity.MEDIUM, ToldReason.TIME_TO_CHECK),
        Flag.PLACE_MISSING_OFTEN: _flag(Severity.LOW, ToldReason.PLACE_TO_CHECK),
        Flag.LOOK_ALIKE: _flag(Severity.LOW, ToldReason.OFFICER_LOOKS),
        Note.AREA_UNCERTAIN: _note(Severity.HINT, ToldReason.PLACE_TO_CHECK),
        Note.PLACE_UNKNOWN: _note(Severity.HINT, ToldReason.PLACE_TO_CHECK),
        Note.ROOTED: _note(Severity.LOW),
        Note.EMULATOR: _note(Severity.LOW),
        Note.CLOCK_DIFFERS: _note(Severity.HINT, ToldReason.TIME_TO_CHECK),
        Note.METADATA_DIFFERS: _note(Severity.LOW),
        Note.ACCURACY_IDENTICAL: _note(Severity.LOW, ToldReason.PLACE_TO_CHECK),
        Note.NEW_DEVICE: _note(Severity.HINT),
        Note.OLD_APP: _note(Severity.HINT),
        Note.CAPTURED_OFFLINE: _note(Severity.HINT, ToldReason.TIME_TO_CHECK),
        Note.NO_FACE_CHECK: _note(Severity.HINT),
        Note.MOVEMENT_UNCLEAR: _note(Severity.HINT),
        Note.MOVEMENT_ONCE_NOT_DONE: _note(Severity.LOW),
    }
)

Kinds = Mapping[FlagCode, FlagKind]


@dataclass(frozen=True)
class Raised:
    """What evidence raised, each code once, the weightiest first."""

    flags: tuple[FlagCode, ...] = ()
    notes: tuple[FlagCode, ...] = ()


def code_named(name: str) -> FlagCode:
    """Returns the flag or note of this name; raises ValueError when there is none."""
    for code in MEANINGS:
        if code.value == name:
            return code
    msg = f"{name!r} is neither a flag nor a note"
    raise ValueError(msg)


def kind_of(code: FlagCode, kinds: Kinds) -> FlagKind:
    """Returns whether a code is a flag or a note, as the rules in force say."""
    return kinds.get(code, MEANINGS[code].kind)


def raise_codes(codes: Iterable[FlagCode], kinds: Kinds) -> Raised:
    """Sorts codes into flags and notes by the table and the rules that move one between them."""
    ordered = sorted(set(codes), key=lambda code: (-MEANINGS[code].severity, code.value))
    return Raised(
        flags=tuple(code for code in ordered if kind_of(code, kinds) is FlagKind.FLAG),
        notes=tuple(code for code in ordered if kind_of(code, kinds) is FlagKind.NOTE),
    )


def told_of(flag: FlagCode) -> ToldReason:
    """Returns what a person reads about a raised flag; a note that a rule made one included."""
    return MEANINGS[flag].told or ToldReason.OFFICER_LOOKS
