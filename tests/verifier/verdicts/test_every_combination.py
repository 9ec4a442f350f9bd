"""`decide` gives exactly one answer, the right one, for every combination of what can be."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from mobile_contract.codes import Channel, CheckInState, NoSelfieReason
from storage.records.items import Cause
from tests.verifier.verdicts.examples import EVERYDAY, decided, opens
from verifier.rules.rules import Rules
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
from verifier.verdicts.flags import Flag, FlagCode

PHOTO_FLAGS = {
    Flag.FACE_NO_MATCH,
    Flag.FACE_UNSURE,
    Flag.POSSIBLE_REPLAY,
    Flag.RESEMBLES_OTHER,
    Flag.FRAMES_DIFFER,
    Flag.MOVEMENT_NOT_DONE,
    Flag.MEDIA_MISSING,
    Flag.LOOK_ALIKE,
}
QUALITY = {
    FaceVerdict.NO_FACE,
    FaceVerdict.SEVERAL_FACES,
    FaceVerdict.POOR_QUALITY,
    FaceVerdict.UNREADABLE,
}

PLACES = [
    *(PlaceEvidence(answer) for answer in PlaceAnswer),
    PlaceEvidence(PlaceAnswer.NO_FIX, without_place_of_last_seven=3),
]
TIMES = [TimeEvidence(basis) for basis in TimeBasis]
DEVICES = [DeviceEvidence(), DeviceEvidence(mock=True), DeviceEvidence(rooted=True)]
PHOTOS = [(False, False), (True, False), (False, True)]  # frames differ, resembles another
ENROLMENTS = ["enrolled", "not_enrolled", "exempt"]
OUTAGES = [False, True]
REPLAYS = [(False, False), (True, False), (False, True)]  # sent before, a look-alike's sample
INVITATIONS = [(True, 0), (True, 3), (False, 0)]
SELFIES = [None, NoSelfieReason.DECLINED]


def every_combination() -> Iterator[Evidence]:
    """Yields all evidence that differs in what a rule could look at."""
    faces = [
        (
            FaceEvidence(
                verdict,
                references=3 if enrolled == "enrolled" else 0,
                frames_differ=frames_differ,
                resembles_other=resembles_other,
            ),
            enrolled,
        )
        for verdict, (frames_differ, resembles_other), enrolled in product(
            FaceVerdict, PHOTOS, ENROLMENTS
        )
    ]
    around = [
        Circumstances(
            face_exempt=exempt,
            media_lost=lost,
            possible_replay=replay,
            look_alike_sampled=sampled,
            window_open=window_open,
            retakes_used=retakes,
            no_selfie_reason=selfie,
        )
        for exempt, lost, (replay, sampled), (window_open, retakes), selfie in product(
            [False, True], OUTAGES, REPLAYS, INVITATIONS, SELFIES
        )
    ]
    for (face, enrolled), place, time, device, circumstances in product(
        faces, PLACES, TIMES, DEVICES, around
    ):
        if circumstances.face_exempt is (enrolled == "exempt"):
            yield Evidence(face, place, time, device, circumstances)


def expected_flags(evidence: Evidence) -> set[FlagCode]:
    """Says, one line a flag, what the field wants an officer to see."""
    face, around = evidence.face, evidence.circumstances
    photo_speaks = not (around.face_exempt or own_fault(evidence))
    mismatch = face.verdict is FaceVerdict.NO_MATCH
    wanted = {
        Flag.FACE_NO_MATCH: photo_speaks and mismatch,
        Flag.FACE_UNSURE: photo_speaks and face.verdict is FaceVerdict.UNSURE,
        Flag.FRAMES_DIFFER: photo_speaks and face.frames_differ,
        Flag.POSSIBLE_REPLAY: photo_speaks and around.possible_replay,
        Flag.LOOK_ALIKE: photo_speaks and around.look_alike_sampled,
        Flag.RESEMBLES_OTHER: photo_speaks
        and face.resembles_other
        and face.verdict is not FaceVerdict.MATCH,
        Flag.OUTSIDE_AREA: evidence.place.answer is PlaceAnswer.OUTSIDE,
        Flag.PLACE_MISSING_OFTEN: evidence.place.without_place_of_last_seven == 3,
        Flag.TIME_UNPROVEN: evidence.time.basis is TimeBasis.UNPROVEN,
        Flag.MOCK: evidence.device.mock,
    }
    return {flag for flag, raised in wanted.items() if raised}


def own_fault(evidence: Evidence) -> bool:
    return evidence.circumstances.media_lost or evidence.face.verdict is FaceVerdict.ERROR


def applying_rules(evidence: Evidence) -> list[int]:
    """Lists every rule whose words apply, in order; the first is to be the answer."""
    around, flags = evidence.circumstances, expected_flags(evidence)
    verdict = FaceVerdict.NONE if around.face_exempt else evidence.face.verdict
    retake = verdict in QUALITY or (verdict is FaceVerdict.UNSURE and flags == {Flag.FACE_UNSURE})
    for_officer = around.no_selfie_reason is not None or verdict is FaceVerdict.NOT_ENROLLED
    match = verdict is FaceVerdict.MATCH and evidence.face.references > 0
    rules = {
        0: around.channel is not Channel.PHONE,
        1: own_fault(evidence),
        2: retake,
        3: bool(flags) or for_officer or around.face_exempt,
        4: match,
        5: True,
    }
    return [rule for rule, applies in rules.items() if applies]


def require_sound(evidence: Evidence, decision: Decision) -> None:
    """Asserts what must hold of any decision, whatever the rule."""
    confirmed = decision.state is CheckInState.CONFIRMED
    assert confirmed or decision.state is CheckInState.IN_REVIEW
    assert set(decision.flags) == expected_flags(evidence)
    assert not set(decision.flags) & set(decision.notes)
    assert not (confirmed and (decision.flags or decision.told or decision.causes))
    assert confirmed or (decision.told and decision.causes)
    assert not (own_fault(evidence) and (confirmed or PHOTO_FLAGS & set(decision.flags)))
    assert bool(decision.flags) <= (Cause.CHECKIN in {one.cause for one in decision.causes})
    if confirmed:
        assert decision.sample is evidence.circumstances.face_exempt
        assert decision.sample or evidence.face.verdict is FaceVerdict.MATCH
    invited = decision.rule == 2 and evidence.circumstances.window_open
    assert decision.invite_retake is (invited and evidence.circumstances.retakes_used < 3)
    lapses = Opens.WHEN_INVITATION_LAPSES in opens(decision).values()
    waits = decision.invite_retake and set(decision.flags) <= {Flag.FACE_UNSURE}
    assert lapses is waits


def test_every_combination_has_exactly_one_answer_and_it_is_the_first_rule_that_applies(
    capsys: pytest.CaptureFixture[str],
) -> None:
    policy, count = Policy.of(Rules()), 0
    for evidence in every_combination():
        decision = decide(evidence, policy)
        assert decision.rule == applying_rules(evidence)[0], evidence
        require_sound(evidence, decision)
        count += 1
    assert count == 10 * 3 * 3 * 6 * 4 * 3 * 2 * 3 * 3 * 2
    with capsys.disabled():
        print(f"\n{count:,} combinations decided")  # noqa: T201 - the number is asked for


@pytest.mark.parametrize("channel", [Channel.OFFICE, Channel.CALL, Channel.VISIT])
@pytest.mark.parametrize("verdict", list(FaceVerdict))
def test_what_an_officer_recorded_is_confirmed_whatever_else_is_said(
    channel: Channel, verdict: FaceVerdict
) -> None:
    evidence = replace(
        EVERYDAY,
        face=FaceEvidence(verdict),
        place=PlaceEvidence(PlaceAnswer.OUTSIDE),
        time=TimeEvidence(TimeBasis.RECORDED),
        circumstances=Circumstances(channel=channel),
    )
    decision = decided(evidence)
    assert (decision.state, decision.rule) == (CheckInState.CONFIRMED, 0)
    assert not decision.flags
