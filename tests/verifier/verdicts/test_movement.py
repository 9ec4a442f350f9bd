"""What a movement challenge raises, whether its answer was in time, and that it never decides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_contract.codes import CheckInState
from mobile_contract.movement_codes import NoMovementReason, Prompt
from storage.records.items import Cause
from tests.verifier.verdicts.examples import EVERYDAY, decided
from verifier.verdicts.flags import Flag, FlagCode, Note
from verifier.verdicts.movement import (
    Answering,
    Issued,
    MovementEvidence,
    Standing,
    movement_codes,
    movement_from_row,
    movement_to_row,
    seen_of,
    standing_of,
)
from verifier.verdicts.sweeps import FrameNumbers, MovementAnswer

DONE, NOT_DONE, UNKNOWN = MovementAnswer.DONE, MovementAnswer.NOT_DONE, MovementAnswer.UNKNOWN
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
PROMPTS = (Prompt.BLINK, Prompt.TURN_LEFT, Prompt.LOOK_UP, Prompt.COME_CLOSER)
ISSUED = Issued(PROMPTS, False, NOW + timedelta(seconds=60), 1_000_000, "boot", True)  # noqa: FBT003
ANSWERING = Answering(1_010_000, 1_040_000, "boot", NOW)
EVERY = [
    MovementEvidence(*one)
    for one in product(
        (False, True),
        (False, True),
        (None, *MovementAnswer),
        (False, True),
        (None, *NoMovementReason),
        (False, True),
    )
]


@pytest.mark.parametrize(
    ("movement", "raised"),
    [
        (MovementEvidence(), set()),
        (MovementEvidence(answer=NOT_DONE, not_done_before=True), set()),  # nobody asked
        (MovementEvidence(asked=True, answer=DONE, not_done_before=True), set()),
        (MovementEvidence(asked=True, exempt=True, answer=NOT_DONE, not_done_before=True), set()),
        (MovementEvidence(asked=True, answer=UNKNOWN), {Note.MOVEMENT_UNCLEAR}),
        (MovementEvidence(asked=True, answer=UNKNOWN, not_done_before=True),
         {Note.MOVEMENT_UNCLEAR}),
        (MovementEvidence(asked=True, answer=NOT_DONE), {Note.MOVEMENT_ONCE_NOT_DONE}),
        (MovementEvidence(asked=True, answer=NOT_DONE, not_done_before=True),
         {Flag.MOVEMENT_NOT_DONE}),
        (MovementEvidence(asked=True, offline=True, reason=NoMovementReason.NONE_LEFT,
                          not_done_before=True), {Note.MOVEMENT_UNCLEAR}),
        (MovementEvidence(asked=True, reason=NoMovementReason.NONE_LEFT),
         {Note.MOVEMENT_ONCE_NOT_DONE}),
        (MovementEvidence(asked=True, offline=True, reason=NoMovementReason.DECLINED),
         {Note.MOVEMENT_ONCE_NOT_DONE}),
        (MovementEvidence(asked=True, not_done_before=True), {Flag.MOVEMENT_NOT_DONE}),
    ],
)  # fmt: skip
def test_what_movement_raises(movement: MovementEvidence, raised: set[FlagCode]) -> None:
    assert movement_codes(movement) == raised


@pytest.mark.parametrize("movement", EVERY)
def test_movement_alone_never_decides_against_anybody(movement: MovementEvidence) -> None:
    decision = decided(replace(EVERYDAY, movement=movement))
    if Flag.MOVEMENT_NOT_DONE in decision.flags:
        assert decision.state is CheckInState.IN_REVIEW
        assert [one.cause for one in decision.causes] == [Cause.CHECKIN]
    else:
        assert decision.state is CheckInState.CONFIRMED


def test_movement_raises_nothing_after_a_fault_of_ours_or_without_the_face() -> None:
    movement = MovementEvidence(asked=True, answer=NOT_DONE, not_done_before=True)
    for known in (
        replace(EVERYDAY.circumstances, media_lost=True),
        replace(EVERYDAY.circumstances, face_exempt=True),
    ):
        decision = decided(replace(EVERYDAY, movement=movement, circumstances=known))
        assert Flag.MOVEMENT_NOT_DONE not in decision.flags


@pytest.mark.parametrize(
    ("issued", "answering", "standing"),
    [
        (ISSUED, ANSWERING, Standing.GOOD),
        (None, ANSWERING, Standing.NOT_ISSUED),
        (replace(ISSUED, used_here=False), ANSWERING, Standing.USED_BEFORE),
        (ISSUED, replace(ANSWERING, opened_ms=1_060_000, last_frame_ms=1_240_000), Standing.GOOD),
        (ISSUED, replace(ANSWERING, opened_ms=1_060_001, last_frame_ms=1_061_000),
         Standing.OPENED_LATE),
        (ISSUED, replace(ANSWERING, opened_ms=999_999), Standing.OPENED_LATE),
        (ISSUED, replace(ANSWERING, last_frame_ms=1_190_001), Standing.ANSWERED_LATE),
        (ISSUED, replace(ANSWERING, boot_id="another"), Standing.CLOCK_UNKNOWN),
        (replace(ISSUED, asked_monotonic_ms=None), ANSWERING, Standing.CLOCK_UNKNOWN),
    ],
)  # fmt: skip
def test_whether_an_answer_was_in_time_is_told_by_the_phones_running_clock(
    issued: Issued | None, answering: Answering, standing: Standing
) -> None:
    assert standing_of(issued, answering) is standing


@given(st.timedeltas(timedelta(0), timedelta(days=10)), st.text(max_size=5))
def test_one_issued_ahead_is_opened_within_its_days_whatever_the_boot(
    after: timedelta, boot: str
) -> None:
    ahead = replace(ISSUED, ahead=True, open_until=NOW + timedelta(days=7))
    opened = replace(ANSWERING, opened_at=NOW + after, boot_id=boot)
    in_time = after <= timedelta(days=7)
    assert standing_of(ahead, opened) is (Standing.GOOD if in_time else Standing.OPENED_LATE)


@given(st.sampled_from(Standing))
def test_what_is_not_its_answer_is_not_done_and_what_cannot_be_told_is_unknown(
    standing: Standing,
) -> None:
    cases = {
        Standing.GOOD: (ISSUED, ANSWERING),
        Standing.NOT_ISSUED: (None, ANSWERING),
        Standing.USED_BEFORE: (replace(ISSUED, used_here=False), ANSWERING),
        Standing.OPENED_LATE: (ISSUED, replace(ANSWERING, opened_ms=0, last_frame_ms=1)),
        Standing.ANSWERED_LATE: (ISSUED, replace(ANSWERING, last_frame_ms=10**9)),
        Standing.CLOCK_UNKNOWN: (ISSUED, replace(ANSWERING, boot_id="another")),
    }
    blind = [FrameNumbers(at // 2, fault="no_face") for at in range(8)]
    seen = seen_of(*cases[standing], blind)
    unknown = standing in {Standing.GOOD, Standing.CLOCK_UNKNOWN}
    assert (seen.standing, seen.answer) == (standing, UNKNOWN if unknown else NOT_DONE)


def test_what_was_seen_reads_the_same_from_its_row() -> None:
    frames = [FrameNumbers(at // 2, 0.1 * at, 0.5, 0.3, 1.0, 0.9, 1.1, 0.4) for at in range(8)]
    seen = seen_of(ISSUED, ANSWERING, frames)
    assert movement_from_row(movement_to_row(seen)) == seen
