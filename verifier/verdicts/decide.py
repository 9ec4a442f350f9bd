"""From evidence to one decision: pure, total, and never confirmed by default."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mobile_contract.codes import Channel, CheckInState, ToldReason
from storage.records.items import Cause
from verifier.rules.rules import Rules
from verifier.verdicts.device import device_codes
from verifier.verdicts.evidence import Evidence, FaceVerdict, PlaceAnswer
from verifier.verdicts.face import RETAKE_VERDICTS, photo_codes, told_of_photo
from verifier.verdicts.flags import Flag, FlagCode, Kinds, Note, Raised, raise_codes, told_of
from verifier.verdicts.movement import movement_codes
from verifier.verdicts.place import place_codes
from verifier.verdicts.time import time_codes

ACCEPTED_PLACES = frozenset(
    {PlaceAnswer.INSIDE, PlaceAnswer.CANNOT_TELL, PlaceAnswer.NO_FENCE, PlaceAnswer.NO_FIX}
)


class Opens(StrEnum):
    """When a cause reaches an officer."""

    NOW = "now"
    WHEN_INVITATION_LAPSES = "when_invitation_lapses"


@dataclass(frozen=True)
class ItemCause:
    """One cause for the person's item, and when it reaches an officer."""

    cause: Cause
    opens: Opens = Opens.NOW


@dataclass(frozen=True)
class Policy:
    """The rules in force, as far as a decision depends on them."""

    max_retakes: int
    missing_place_limit: int
    clock_difference_noted_s: float
    kinds: Kinds

    @classmethod
    def of(cls, rules: Rules) -> "Policy":
        """Takes from the rules what a decision depends on."""
        return cls(
            max_retakes=rules.max_retakes,
            missing_place_limit=rules.missing_place_limit,
            clock_difference_noted_s=rules.clock_difference_noted_s,
            kinds=rules.flag_kinds,
        )


@dataclass(frozen=True)
class Decision:
    """What a check-in is, why, and what follows; `rule` is the number in docs/rules.md.

    `sample`: confirmed without a look at the face, one of those of whom a sample is called.
    """

    state: CheckInState
    rule: int
    flags: tuple[FlagCode, ...] = ()
    notes: tuple[FlagCode, ...] = ()
    invite_retake: bool = False
    causes: tuple[ItemCause, ...] = ()
    told: tuple[ToldReason, ...] = ()
    sample: bool = False

    @property
    def only_awaits_retake(self) -> bool:
        """Tells whether a confirmed retake of the same window makes this one superseded."""
        return self.rule == RULE_RETAKE and not self.flags


RULE_RECORDED, RULE_OWN_FAULT, RULE_RETAKE, RULE_REVIEW, RULE_MATCH, RULE_REST = range(6)


def decide(evidence: Evidence, policy: Policy) -> Decision:
    """Returns the one answer of the first rule that applies."""
    if evidence.circumstances.channel is not Channel.PHONE:
        return Decision(CheckInState.CONFIRMED, RULE_RECORDED)
    raised = _raise(evidence, policy)
    if _own_fault(evidence):
        return _in_review(RULE_OWN_FAULT, raised, [Cause.SYSTEM], [ToldReason.SYSTEM_FAULT])
    verdict = _asked_verdict(evidence)
    if verdict in RETAKE_VERDICTS or _is_unsure_only(verdict, raised):
        return _ask_again(verdict, raised, evidence, policy)
    return _judge_clear(verdict, raised, evidence)


def _judge_clear(verdict: FaceVerdict, raised: Raised, evidence: Evidence) -> Decision:
    """Applies rules 3 to 5 to what neither our fault nor a better photo would change."""
    exempt = evidence.circumstances.face_exempt
    if raised.flags or (not exempt and _needs_officer(verdict, evidence)):
        return _review(RULE_REVIEW, verdict, raised, evidence)
    if exempt:
        return _confirm(RULE_REVIEW, raised, sample=True)
    if _is_match(verdict, evidence) and _place_accepted(evidence, raised):
        return _confirm(RULE_MATCH, raised)
    return _review(RULE_REST, verdict, raised, evidence)


def _raise(evidence: Evidence, policy: Policy) -> Raised:
    """Collects what the evidence raises, leaving the photo out where it cannot speak.

    It cannot after our own fault, which is never held against the person, and it is not asked
    of a person exempt from the face.
    """
    exempt = evidence.circumstances.face_exempt
    codes = (
        place_codes(evidence.place, policy.missing_place_limit)
        | time_codes(evidence.time, policy.clock_difference_noted_s)
        | device_codes(evidence.device)
    )
    if exempt:
        codes.add(Note.NO_FACE_CHECK)
    elif not _own_fault(evidence):
        codes |= photo_codes(evidence.face, evidence.circumstances)
        codes |= movement_codes(evidence.movement)
    return raise_codes(codes, policy.kinds)


def _own_fault(evidence: Evidence) -> bool:
    return evidence.circumstances.media_lost or evidence.face.verdict is FaceVerdict.ERROR


def _asked_verdict(evidence: Evidence) -> FaceVerdict:
    return FaceVerdict.NONE if evidence.circumstances.face_exempt else evidence.face.verdict


def _is_unsure_only(verdict: FaceVerdict, raised: Raised) -> bool:
    return verdict is FaceVerdict.UNSURE and set(raised.flags) <= {Flag.FACE_UNSURE}


def _needs_officer(verdict: FaceVerdict, evidence: Evidence) -> bool:
    return (
        evidence.circumstances.no_selfie_reason is not None
        or verdict is FaceVerdict.NOT_ENROLLED
        or evidence.face.frames_differ
    )


def _is_match(verdict: FaceVerdict, evidence: Evidence) -> bool:
    """Tells whether the photo matched; a match with no reference is a contradiction, so none."""
    return verdict is FaceVerdict.MATCH and evidence.face.references > 0


def _place_accepted(evidence: Evidence, raised: Raised) -> bool:
    """Tells whether the place stands in the way; a rule may have made it a note."""
    return evidence.place.answer in ACCEPTED_PLACES or Flag.OUTSIDE_AREA in raised.notes


def _ask_again(
    verdict: FaceVerdict, raised: Raised, evidence: Evidence, policy: Policy
) -> Decision:
    """Applies rule 2: another photo first, an officer when that lapses or at once if need be."""
    circumstances = evidence.circumstances
    invited = circumstances.window_open and circumstances.retakes_used < policy.max_retakes
    other_flags = set(raised.flags) - {Flag.FACE_UNSURE}
    waits = invited and not other_flags
    opens = Opens.WHEN_INVITATION_LAPSES if waits else Opens.NOW
    return Decision(
        state=CheckInState.IN_REVIEW,
        rule=RULE_RETAKE,
        flags=raised.flags,
        notes=raised.notes,
        invite_retake=invited,
        causes=(ItemCause(Cause.CHECKIN, opens),),
        told=_told(raised, told_of_photo(evidence.face, verdict)),
    )


def _review(rule: int, verdict: FaceVerdict, raised: Raised, evidence: Evidence) -> Decision:
    """Hands a check-in to an officer, saying what can be said of the photo."""
    no_selfie = evidence.circumstances.no_selfie_reason is not None
    not_enrolled = verdict is FaceVerdict.NOT_ENROLLED
    told = [ToldReason.NO_SELFIE] if no_selfie else []
    told += told_of_photo(evidence.face, verdict)
    causes = [Cause.NOT_ENROLLED] if not_enrolled else [Cause.CHECKIN]
    return _in_review(rule, raised, causes, told)


def _in_review(rule: int, raised: Raised, causes: list[Cause], told: list[ToldReason]) -> Decision:
    if raised.flags and Cause.CHECKIN not in causes:
        causes = [*causes, Cause.CHECKIN]
    return Decision(
        state=CheckInState.IN_REVIEW,
        rule=rule,
        flags=raised.flags,
        notes=raised.notes,
        causes=tuple(ItemCause(cause) for cause in causes),
        told=_told(raised, told),
    )


def _confirm(rule: int, raised: Raised, *, sample: bool = False) -> Decision:
    return Decision(CheckInState.CONFIRMED, rule, notes=raised.notes, sample=sample)


def _told(raised: Raised, first: Iterable[ToldReason]) -> tuple[ToldReason, ...]:
    """Returns each reason once, in a stable order; never nothing."""
    reasons = dict.fromkeys([*first, *(told_of(flag) for flag in raised.flags)])
    return tuple(reasons) or (ToldReason.OFFICER_LOOKS,)
