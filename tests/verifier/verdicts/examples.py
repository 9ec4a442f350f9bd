"""Evidence of an everyday check-in, to be changed in the one respect that a test is about."""

from dataclasses import replace
from typing import Any

from mobile_contract.codes import CheckInState
from verifier.rules.rules import Rules, with_overrides
from verifier.verdicts.decide import Decision, Opens, Policy, decide
from verifier.verdicts.evidence import (
    Circumstances,
    DeviceEvidence,
    Evidence,
    FaceEvidence,
    FaceVerdict,
    PlaceAnswer,
    PlaceEvidence,
    TimeBasis,
    TimeEvidence,
)

EVERYDAY = Evidence(
    face=FaceEvidence(FaceVerdict.MATCH, faces=1, references=3),
    place=PlaceEvidence(PlaceAnswer.INSIDE, metres_outside=-200.0, accuracy_m=20.0),
    time=TimeEvidence(TimeBasis.RECEIVED_IN_TIME, clock_difference_s=2.0),
    device=DeviceEvidence(),
    circumstances=Circumstances(window_open=True),
)


def changed(part: str, evidence: Evidence = EVERYDAY, **values: Any) -> Evidence:
    """Returns the evidence with one of its parts changed."""
    return replace(evidence, **{part: replace(getattr(evidence, part), **values)})


def face(verdict: FaceVerdict, **values: Any) -> Evidence:
    """Returns an everyday check-in whose photo gave this verdict."""
    return changed("face", verdict=verdict, **values)


def circumstances(evidence: Evidence = EVERYDAY, **values: Any) -> Evidence:
    """Returns a check-in in other circumstances."""
    return changed("circumstances", evidence, **values)


def far_away(evidence: Evidence = EVERYDAY) -> Evidence:
    """Returns the same check-in, 40 km outside the fence."""
    return changed("place", evidence, answer=PlaceAnswer.OUTSIDE, metres_outside=40_000.0)


def decided(evidence: Evidence, **overrides: object) -> Decision:
    """Decides under the default rules, or with some of them set otherwise."""
    return decide(evidence, Policy.of(with_overrides(overrides, Rules())))


def opens(decision: Decision) -> dict[str, Opens]:
    """Returns when each cause of a decision reaches an officer."""
    return {cause.cause.value: cause.opens for cause in decision.causes}


def is_confirmed(decision: Decision) -> bool:
    """Tells whether the machine confirmed."""
    return decision.state is CheckInState.CONFIRMED
