"""The one table of flags and notes is whole, and what it says of each can happen."""

from dataclasses import replace

import pytest

from mobile_contract.codes import ToldReason
from storage.records.checkins import FlagKind
from tests.verifier.verdicts.examples import EVERYDAY, changed, circumstances, decided, face
from verifier.verdicts.device import is_older
from verifier.verdicts.evidence import Evidence, FaceVerdict, PlaceAnswer, TimeBasis
from verifier.verdicts.flags import (
    MEANINGS,
    Flag,
    FlagCode,
    Note,
    code_named,
    kind_of,
    raise_codes,
    told_of,
)
from verifier.verdicts.movement import MovementEvidence
from verifier.verdicts.sweeps import MovementAnswer


def moved(answer: MovementAnswer, *, before: bool = False) -> Evidence:
    movement = MovementEvidence(asked=True, answer=answer, not_done_before=before)
    return replace(EVERYDAY, movement=movement)


NO_FIX = changed("place", answer=PlaceAnswer.NO_FIX, without_place_of_last_seven=3)

RAISED_BY: dict[FlagCode, Evidence] = {
    Flag.FACE_NO_MATCH: face(FaceVerdict.NO_MATCH),
    Flag.FACE_UNSURE: face(FaceVerdict.UNSURE),
    Flag.OUTSIDE_AREA: changed("place", answer=PlaceAnswer.OUTSIDE),
    Flag.POSSIBLE_REPLAY: circumstances(possible_replay=True),
    Flag.LOOK_ALIKE: circumstances(look_alike_sampled=True),
    Flag.RESEMBLES_OTHER: face(FaceVerdict.UNSURE, resembles_other=True),
    Flag.MOCK: changed("device", mock=True),
    Flag.CLONED: changed("device", cloned=True),
    Flag.SHARED_DEVICE: changed("device", shared_device=True),
    Flag.FRAMES_DIFFER: changed("face", frames_differ=True),
    Flag.MOVEMENT_NOT_DONE: moved(MovementAnswer.NOT_DONE, before=True),
    Flag.MEDIA_MISSING: circumstances(media_missing=True),
    Flag.TIME_UNPROVEN: changed("time", basis=TimeBasis.UNPROVEN),
    Flag.PLACE_MISSING_OFTEN: NO_FIX,
    Note.AREA_UNCERTAIN: changed("place", answer=PlaceAnswer.CANNOT_TELL),
    Note.PLACE_UNKNOWN: NO_FIX,
    Note.ROOTED: changed("device", rooted=True),
    Note.EMULATOR: changed("device", emulator=True),
    Note.CLOCK_DIFFERS: changed("time", clock_difference_s=-3600.0),
    Note.METADATA_DIFFERS: changed("device", metadata_differs=True),
    Note.ACCURACY_IDENTICAL: changed("place", accuracy_identical=True),
    Note.NEW_DEVICE: changed("device", new_device=True),
    Note.OLD_APP: changed("device", old_app=True),
    Note.CAPTURED_OFFLINE: changed("time", captured_offline=True),
    Note.NO_FACE_CHECK: circumstances(face_exempt=True),
    Note.MOVEMENT_UNCLEAR: moved(MovementAnswer.UNKNOWN),
    Note.MOVEMENT_ONCE_NOT_DONE: moved(MovementAnswer.NOT_DONE),
}


def test_every_flag_and_note_stands_in_the_table_as_what_it_is_called() -> None:
    assert set(MEANINGS) == {*Flag, *Note}
    for code, meaning in MEANINGS.items():
        assert (meaning.kind is FlagKind.FLAG) is isinstance(code, Flag)


def test_no_name_is_both_a_flag_and_a_note() -> None:
    assert len({code.value for code in MEANINGS}) == len(Flag) + len(Note)


@pytest.mark.parametrize("code", list(MEANINGS))
def test_every_code_is_raised_by_some_evidence_and_not_by_an_everyday_check_in(
    code: FlagCode,
) -> None:
    raised, everyday = decided(RAISED_BY[code]), decided(EVERYDAY)
    assert code in (raised.flags if isinstance(code, Flag) else raised.notes)
    assert code not in (*everyday.flags, *everyday.notes)


def test_every_flag_tells_the_person_something() -> None:
    assert all(MEANINGS[flag].told is not None for flag in Flag)


@pytest.mark.parametrize("code", list(MEANINGS))
def test_a_rule_moves_any_code_between_flag_and_note(code: FlagCode) -> None:
    for kind in FlagKind:
        raised = raise_codes([code], {code: kind})
        assert raised.flags == ((code,) if kind is FlagKind.FLAG else ())
        assert raised.notes == ((code,) if kind is FlagKind.NOTE else ())
        assert kind_of(code, {code: kind}) is kind


def test_a_note_that_a_rule_made_a_flag_is_told_without_naming_it() -> None:
    assert told_of(Note.EMULATOR) is ToldReason.OFFICER_LOOKS


def test_a_code_is_found_by_its_name_and_an_unknown_name_is_refused() -> None:
    assert code_named("mock") is Flag.MOCK
    assert code_named("rooted") is Note.ROOTED
    with pytest.raises(ValueError, match="fraud"):
        code_named("fraud")


@pytest.mark.parametrize(
    ("version", "minimum", "older"),
    [
        ("1.9.9", "1.10.0", True),
        ("1.10", "1.10.0", False),
        ("1.10.0", "1.10", False),
        ("2.0.0", "1.10.0", False),
        ("1.10.0-beta", "1.10.0", False),
        ("", "1.0.0", True),
        ("unknown", "1.0.0", True),
        ("٣.0", "2.0", True),
    ],
)
def test_app_versions_are_compared_by_number(version: str, minimum: str, *, older: bool) -> None:
    assert is_older(version, minimum) is older
