"""What a burst of frames shows of each prompt, for any person, noise and order."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_contract.movement_codes import Prompt
from verifier.verdicts.sweeps import (
    FEWEST_FRAMES,
    FrameNumbers,
    MovementAnswer,
    judge,
    together,
)

DONE, NOT_DONE, UNKNOWN = MovementAnswer.DONE, MovementAnswer.NOT_DONE, MovementAnswer.UNKNOWN
ORDERS = list(permutations(Prompt, 4))
MIRRORED = {Prompt.TURN_LEFT: Prompt.TURN_RIGHT, Prompt.TURN_RIGHT: Prompt.TURN_LEFT}

# Faces at rest: no two people have the same numbers, and no number is a limit by itself.
rest = st.builds(
    FrameNumbers,
    prompt=st.just(0),
    yaw=st.floats(-0.25, 0.25),
    lift=st.floats(0.45, 0.65),
    size=st.floats(0.2, 0.45),
    aspect=st.floats(0.8, 1.3),
    eyes=st.floats(0.5, 1.5),
    skin=st.floats(0.6, 1.4),
    edges=st.floats(0.3, 2.0),
)
noise = st.floats(-1, 1)
orders = st.sampled_from(ORDERS)


def moving(face: FrameNumbers, prompt: Prompt) -> FrameNumbers:
    """The same face while it does what a prompt asks."""
    match prompt:
        case Prompt.TURN_LEFT:
            return replace(face, yaw=(face.yaw or 0) + 0.25)
        case Prompt.TURN_RIGHT:
            return replace(face, yaw=(face.yaw or 0) - 0.25)
        case Prompt.LOOK_UP:
            return replace(face, lift=(face.lift or 0) - 0.07, aspect=(face.aspect or 0) * 0.93)
        case Prompt.BLINK:
            return replace(face, eyes=(face.eyes or 0) * 0.65, edges=(face.edges or 0) * 0.65)
        case Prompt.COME_CLOSER:
            return replace(face, size=(face.size or 0) * 1.45)


def shaken(face: FrameNumbers, by: float) -> FrameNumbers:
    """The same face as a camera sees it again: by what one person at rest varies."""
    return replace(
        face,
        yaw=(face.yaw or 0) + 0.01 * by,
        lift=(face.lift or 0) + 0.004 * by,
        size=(face.size or 0) * (1 + 0.007 * by),
        eyes=(face.eyes or 0) * (1 + 0.03 * by),
        edges=(face.edges or 0) * (1 + 0.03 * by),
    )


def burst(
    face: FrameNumbers, done: Sequence[Prompt], shakes: Sequence[float]
) -> list[FrameNumbers]:
    """Rest, movement and rest again for each prompt."""
    frames: list[FrameNumbers] = []
    for at, prompt in enumerate(done):
        for one in (face, moving(face, prompt), face):
            frames.append(replace(shaken(one, shakes[len(frames) % len(shakes)]), prompt=at))
    return frames


def answers(prompts: Sequence[Prompt], frames: Sequence[FrameNumbers]) -> list[MovementAnswer]:
    return [one.answer for one in judge(prompts, frames)]


shakes = st.lists(noise, min_size=12, max_size=12)


@given(rest, orders, shakes)
def test_who_does_what_is_asked_in_its_order_has_done_it(
    face: FrameNumbers, prompts: tuple[Prompt, ...], by: list[float]
) -> None:
    assert answers(prompts, burst(face, prompts, by)) == [DONE] * 4


@given(rest, orders, orders, shakes)
def test_what_is_done_in_another_order_is_not_done_where_it_differs(
    face: FrameNumbers, asked: tuple[Prompt, ...], done: tuple[Prompt, ...], by: list[float]
) -> None:
    for prompt, did, answer in zip(asked, done, answers(asked, burst(face, done, by)), strict=True):
        assert (answer is DONE) is (prompt is did)
        if prompt is not did:
            assert answer is NOT_DONE


@given(rest, orders, shakes)
def test_somebody_who_stands_still_has_done_nothing(
    face: FrameNumbers, prompts: tuple[Prompt, ...], by: list[float]
) -> None:
    frames = [replace(shaken(face, by[at]), prompt=at // 3) for at in range(12)]
    assert answers(prompts, frames) == [NOT_DONE] * 4


@given(rest, orders)
def test_the_same_frame_again_and_again_has_done_nothing(
    face: FrameNumbers, prompts: tuple[Prompt, ...]
) -> None:
    assert answers(prompts, [replace(face, prompt=at // 2) for at in range(8)]) == [NOT_DONE] * 4


@given(rest, orders, shakes)
def test_a_mirrored_burst_swaps_left_and_right(
    face: FrameNumbers, prompts: tuple[Prompt, ...], by: list[float]
) -> None:
    frames = burst(face, prompts, by)
    mirrored = [replace(one, yaw=-(one.yaw or 0)) for one in frames]
    swapped = [MIRRORED.get(prompt, prompt) for prompt in prompts]
    assert answers(swapped, mirrored) == answers(prompts, frames)
    for prompt, answer in zip(prompts, answers(prompts, mirrored), strict=True):
        assert (answer is NOT_DONE) is (prompt in MIRRORED)


@given(rest, orders, shakes, st.randoms(use_true_random=False))
def test_frames_that_were_shuffled_show_no_whole_challenge(
    face: FrameNumbers, prompts: tuple[Prompt, ...], by: list[float], chance: object
) -> None:
    frames = burst(face, prompts, by)
    labels = [one.prompt for one in frames]
    # By two places: no frame in which somebody moves keeps its prompt.
    turned = [replace(one, prompt=label) for one, label in zip(frames, labels[2:] + labels[:2],
                                                                strict=True)]  # fmt: skip
    assert DONE not in answers(prompts, turned)
    del chance


@given(rest, orders, shakes)
def test_who_holds_a_turn_through_the_whole_burst_has_not_turned(
    face: FrameNumbers, prompts: tuple[Prompt, ...], by: list[float]
) -> None:
    turned = moving(face, Prompt.TURN_LEFT)
    frames = [replace(shaken(turned, by[at]), prompt=at // 3) for at in range(12)]
    assert DONE not in answers(prompts, frames)


@given(rest, orders, shakes, st.integers(0, FEWEST_FRAMES - 1))
def test_too_few_faces_say_nothing(
    face: FrameNumbers, prompts: tuple[Prompt, ...], by: list[float], kept: int
) -> None:
    frames = burst(face, prompts, by)
    blank = [FrameNumbers(one.prompt, fault="no_face") for one in frames[kept:]]
    assert answers(prompts, frames[:kept] + blank) == [UNKNOWN] * 4


@given(rest, orders, shakes)
def test_a_prompt_without_a_frame_was_not_done(
    face: FrameNumbers, prompts: tuple[Prompt, ...], by: list[float]
) -> None:
    frames = [one for one in burst(face, prompts, by) if one.prompt != 2]
    assert answers(prompts, frames) == [DONE, DONE, NOT_DONE, DONE]


@given(rest, st.floats(0.2, 3.0))
def test_closed_eyes_are_told_by_the_persons_own_eyes_and_no_fixed_number(
    face: FrameNumbers, narrow: float
) -> None:
    own = replace(face, eyes=(face.eyes or 0) * narrow)
    prompts = (Prompt.BLINK, Prompt.TURN_LEFT, Prompt.TURN_RIGHT, Prompt.COME_CLOSER)
    assert answers(prompts, burst(own, prompts, [0.0]))[0] is DONE


@given(rest, shakes)
def test_a_print_that_is_tilted_closes_no_eyes(face: FrameNumbers, by: list[float]) -> None:
    prompts = (Prompt.BLINK, Prompt.TURN_LEFT, Prompt.TURN_RIGHT, Prompt.LOOK_UP)
    tilted = replace(face, eyes=(face.eyes or 0) * 0.6, skin=(face.skin or 0) * 0.62)
    shown = [face, tilted, face, *[face] * 9]
    frames = [replace(shaken(one, by[at]), prompt=at // 3) for at, one in enumerate(shown)]
    assert answers(prompts, frames)[0] is not DONE


@pytest.mark.parametrize(
    ("seen", "all_together"),
    [
        ([DONE] * 4, DONE),
        ([DONE, DONE, UNKNOWN, DONE], UNKNOWN),
        ([DONE, NOT_DONE, UNKNOWN, DONE], NOT_DONE),
        ([], UNKNOWN),
    ],
)
def test_only_all_together_are_done(
    seen: list[MovementAnswer], all_together: MovementAnswer
) -> None:
    prompts = [replace(judge([Prompt.BLINK], [])[0], answer=answer) for answer in seen]
    assert together(prompts) is all_together
