"""Each rule by examples from the field."""

from dataclasses import replace

import pytest

from mobile_contract.codes import CheckInState, NoSelfieReason, ToldReason
from storage.records.items import Cause
from tests.verifier.verdicts.examples import (
    EVERYDAY,
    changed,
    circumstances,
    decided,
    face,
    far_away,
    is_confirmed,
    opens,
)
from verifier.verdicts.decide import Opens
from verifier.verdicts.evidence import Evidence, FaceVerdict, PlaceAnswer, TimeBasis
from verifier.verdicts.flags import Flag, Note

QUALITY = [
    (FaceVerdict.NO_FACE, ToldReason.NO_FACE),
    (FaceVerdict.SEVERAL_FACES, ToldReason.SEVERAL_FACES),
    (FaceVerdict.POOR_QUALITY, ToldReason.POOR_QUALITY),
    (FaceVerdict.UNREADABLE, ToldReason.UNREADABLE),
]


def test_the_right_person_at_the_right_place_is_confirmed_without_a_word() -> None:
    decision = decided(EVERYDAY)
    assert is_confirmed(decision)
    assert (decision.rule, decision.flags, decision.notes) == (4, (), ())


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (PlaceAnswer.CANNOT_TELL, (Note.AREA_UNCERTAIN,)),
        (PlaceAnswer.NO_FIX, (Note.PLACE_UNKNOWN,)),
        (PlaceAnswer.NO_FENCE, ()),
    ],
)
def test_a_doubtful_place_alone_is_confirmed_with_a_note(
    answer: PlaceAnswer, note: tuple[Note, ...]
) -> None:
    decision = decided(changed("place", answer=answer))
    assert is_confirmed(decision)
    assert decision.notes == note


def test_forty_kilometres_outside_is_looked_at() -> None:
    decision = decided(far_away())
    assert decision.state is CheckInState.IN_REVIEW
    assert decision.flags == (Flag.OUTSIDE_AREA,)
    assert decision.told == (ToldReason.PLACE_TO_CHECK,)


@pytest.mark.parametrize(("without", "flagged"), [(2, False), (3, True)])
def test_three_of_the_last_seven_without_a_place_are_a_flag(without: int, *, flagged: bool) -> None:
    evidence = changed("place", answer=PlaceAnswer.NO_FIX, without_place_of_last_seven=without)
    assert (Flag.PLACE_MISSING_OFTEN in decided(evidence).flags) is flagged


def test_earlier_missing_places_are_not_held_against_a_check_in_that_has_one() -> None:
    assert is_confirmed(decided(changed("place", without_place_of_last_seven=6)))


def test_another_face_is_a_flag_for_an_officer_at_once_and_accuses_nobody() -> None:
    decision = decided(face(FaceVerdict.NO_MATCH))
    assert decision.flags == (Flag.FACE_NO_MATCH,)
    assert opens(decision) == {"checkin": Opens.NOW}
    assert decision.told == (ToldReason.PHOTO_UNCLEAR,)
    assert not decision.invite_retake


@pytest.mark.parametrize(("verdict", "told"), QUALITY)
def test_a_photo_that_shows_too_little_is_taken_again_before_an_officer_is_bothered(
    verdict: FaceVerdict, told: ToldReason
) -> None:
    decision = decided(face(verdict))
    assert decision.state is CheckInState.IN_REVIEW
    assert (decision.rule, decision.flags, decision.told) == (2, (), (told,))
    assert decision.invite_retake
    assert decision.only_awaits_retake
    assert opens(decision) == {"checkin": Opens.WHEN_INVITATION_LAPSES}


def test_a_bad_photo_far_outside_is_both_taken_again_and_looked_at_at_once() -> None:
    decision = decided(far_away(face(FaceVerdict.POOR_QUALITY)))
    assert decision.invite_retake
    assert not decision.only_awaits_retake
    assert opens(decision) == {"checkin": Opens.NOW}
    assert decision.told == (ToldReason.POOR_QUALITY, ToldReason.PLACE_TO_CHECK)


@pytest.mark.parametrize(("used", "invited"), [(2, True), (3, False), (4, False)])
def test_nobody_is_invited_more_than_three_times(used: int, *, invited: bool) -> None:
    decision = decided(circumstances(face(FaceVerdict.NO_FACE), retakes_used=used))
    assert decision.invite_retake is invited
    assert (opens(decision)["checkin"] is Opens.NOW) is not invited


def test_after_the_window_an_officer_looks_at_once() -> None:
    decision = decided(circumstances(face(FaceVerdict.NO_FACE), window_open=False))
    assert not decision.invite_retake
    assert opens(decision) == {"checkin": Opens.NOW}


def test_an_unsure_comparison_alone_is_taken_again_but_keeps_its_flag() -> None:
    decision = decided(face(FaceVerdict.UNSURE))
    assert (decision.rule, decision.flags) == (2, (Flag.FACE_UNSURE,))
    assert decision.invite_retake
    assert not decision.only_awaits_retake
    assert opens(decision) == {"checkin": Opens.WHEN_INVITATION_LAPSES}


def test_an_unsure_comparison_with_another_flag_is_for_an_officer() -> None:
    decision = decided(changed("device", face(FaceVerdict.UNSURE), mock=True))
    assert decision.rule == 3
    assert set(decision.flags) == {Flag.FACE_UNSURE, Flag.MOCK}
    assert not decision.invite_retake


@pytest.mark.parametrize("reason", list(NoSelfieReason))
def test_a_check_in_without_a_selfie_is_looked_at_not_refused(reason: NoSelfieReason) -> None:
    decision = decided(circumstances(face(FaceVerdict.NONE), no_selfie_reason=reason))
    assert (decision.rule, decision.flags) == (3, ())
    assert decision.told == (ToldReason.NO_SELFIE,)
    assert opens(decision) == {"checkin": Opens.NOW}


def test_a_person_not_enrolled_waits_under_a_cause_of_its_own() -> None:
    decision = decided(face(FaceVerdict.NOT_ENROLLED, references=0))
    assert (decision.rule, decision.flags) == (3, ())
    assert opens(decision) == {"not_enrolled": Opens.NOW}
    assert decision.told == (ToldReason.NOT_ENROLLED,)


def test_a_person_not_enrolled_far_outside_waits_under_both_causes() -> None:
    decision = decided(far_away(face(FaceVerdict.NOT_ENROLLED, references=0)))
    assert set(opens(decision)) == {"not_enrolled", "checkin"}


def test_a_person_exempt_from_the_face_is_confirmed_and_may_be_called() -> None:
    decision = decided(circumstances(face(FaceVerdict.NONE, references=0), face_exempt=True))
    assert is_confirmed(decision)
    assert (decision.rule, decision.notes) == (3, (Note.NO_FACE_CHECK,))
    assert decision.sample


@pytest.mark.parametrize(
    "verdict", [FaceVerdict.NO_MATCH, FaceVerdict.NO_FACE, FaceVerdict.NOT_ENROLLED]
)
def test_a_photo_that_an_exempt_person_sends_all_the_same_is_not_asked(
    verdict: FaceVerdict,
) -> None:
    assert is_confirmed(decided(circumstances(face(verdict), face_exempt=True)))


def test_an_exempt_person_far_outside_is_looked_at() -> None:
    decision = decided(far_away(circumstances(face_exempt=True)))
    assert decision.flags == (Flag.OUTSIDE_AREA,)
    assert not decision.sample


@pytest.mark.parametrize(
    "evidence",
    [face(FaceVerdict.ERROR), circumstances(face(FaceVerdict.NO_MATCH), media_lost=True)],
)
def test_our_own_fault_raises_nothing_against_the_person(evidence: Evidence) -> None:
    decision = decided(evidence)
    assert decision.state is CheckInState.IN_REVIEW
    assert (decision.rule, decision.flags) == (1, ())
    assert opens(decision) == {"system": Opens.NOW}
    assert decision.told == (ToldReason.SYSTEM_FAULT,)


def test_our_own_fault_does_not_hide_where_the_phone_was() -> None:
    decision = decided(far_away(face(FaceVerdict.ERROR)))
    assert (decision.rule, decision.flags) == (1, (Flag.OUTSIDE_AREA,))
    assert set(opens(decision)) == {Cause.SYSTEM, Cause.CHECKIN}


def test_frames_of_two_people_are_looked_at_even_where_the_selfie_matches() -> None:
    decision = decided(changed("face", frames_differ=True))
    assert (decision.rule, decision.flags) == (3, (Flag.FRAMES_DIFFER,))


def test_a_likeness_with_somebody_else_never_overrules_a_match() -> None:
    assert is_confirmed(decided(changed("face", resembles_other=True)))


def test_a_likeness_with_somebody_else_is_never_mentioned_to_the_person() -> None:
    decision = decided(face(FaceVerdict.NO_MATCH, resembles_other=True))
    assert set(decision.flags) == {Flag.FACE_NO_MATCH, Flag.RESEMBLES_OTHER}
    assert decision.told == (ToldReason.PHOTO_UNCLEAR,)


def test_a_photo_seen_before_is_looked_at_though_it_matches() -> None:
    decision = decided(circumstances(possible_replay=True))
    assert (decision.rule, decision.flags) == (3, (Flag.POSSIBLE_REPLAY,))


def test_a_wrong_clock_is_a_note_and_an_unproven_time_a_flag() -> None:
    ahead = changed("time", clock_difference_s=301.0)
    unproven = changed("time", basis=TimeBasis.UNPROVEN)
    assert decided(ahead).notes == (Note.CLOCK_DIFFERS,)
    assert is_confirmed(decided(ahead))
    assert decided(unproven).flags == (Flag.TIME_UNPROVEN,)


@pytest.mark.parametrize(("seconds", "noted"), [(300, False), (-300, False), (-301, True)])
def test_a_clock_difference_is_noted_beyond_five_minutes(seconds: float, *, noted: bool) -> None:
    notes = decided(changed("time", clock_difference_s=seconds)).notes
    assert (Note.CLOCK_DIFFERS in notes) is noted


def test_a_match_with_no_reference_is_a_contradiction_and_confirms_nothing() -> None:
    decision = decided(face(FaceVerdict.MATCH, references=0))
    assert (decision.state, decision.rule) == (CheckInState.IN_REVIEW, 5)
    assert decision.told == (ToldReason.OFFICER_LOOKS,)


def test_no_selfie_and_no_reason_is_never_confirmed_by_default() -> None:
    decision = decided(face(FaceVerdict.NONE))
    assert (decision.state, decision.rule) == (CheckInState.IN_REVIEW, 5)


def test_the_weightiest_flag_comes_first() -> None:
    evidence = changed("device", far_away(face(FaceVerdict.UNSURE)), cloned=True)
    assert decided(evidence).flags == (Flag.OUTSIDE_AREA, Flag.CLONED, Flag.FACE_UNSURE)


def test_the_same_evidence_gives_the_same_decision() -> None:
    evidence = far_away(face(FaceVerdict.UNSURE))
    assert decided(evidence) == decided(replace(evidence))
