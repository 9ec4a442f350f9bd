"""A rule may move one code between flag and note; it never makes another face a confirmation."""

from mobile_contract.codes import CheckInState, ToldReason
from tests.verifier.verdicts.examples import (
    changed,
    circumstances,
    decided,
    face,
    far_away,
    is_confirmed,
    opens,
)
from verifier.verdicts.decide import Opens
from verifier.verdicts.evidence import FaceVerdict
from verifier.verdicts.flags import Flag, Note


def test_a_rule_can_make_a_replay_a_note() -> None:
    decision = decided(circumstances(possible_replay=True), flag_kinds={"possible_replay": "note"})
    assert is_confirmed(decision)
    assert decision.notes == (Flag.POSSIBLE_REPLAY,)


def test_a_rule_can_make_a_note_a_flag_and_the_person_is_told_something() -> None:
    decision = decided(changed("device", rooted=True), flag_kinds={"rooted": "flag"})
    assert decision.flags == (Note.ROOTED,)
    assert decision.told == (ToldReason.OFFICER_LOOKS,)


def test_a_rule_that_makes_a_place_outside_a_note_lets_a_match_be_confirmed() -> None:
    decision = decided(far_away(), flag_kinds={"outside_area": "note"})
    assert is_confirmed(decision)
    assert decision.notes == (Flag.OUTSIDE_AREA,)


def test_no_rule_makes_another_face_a_confirmation() -> None:
    decision = decided(face(FaceVerdict.NO_MATCH), flag_kinds={"face_no_match": "note"})
    assert (decision.state, decision.rule) == (CheckInState.IN_REVIEW, 5)
    assert opens(decision) == {"checkin": Opens.NOW}
