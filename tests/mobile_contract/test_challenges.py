"""What a check-in may say of a movement challenge, and what a phone keeps of challenges."""

import json
from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from mobile_contract import challenges as contract
from mobile_contract.checkins import CheckInBody, content_differences
from tests.mobile_contract.examples import BODY
from verifier import challenges

FRAMES = 8
OPENED_MS = 1000


def answered(frames: int = FRAMES) -> dict[str, Any]:
    """A body that answers a challenge with some frames, as evenly as it goes over the prompts."""
    members = deepcopy(BODY)
    members["challenge_id"] = "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12  # 128 bits, no version
    members["files"] += [
        {"name": f"frame-{at}", "sha256": f"{at:064x}", "length": 1000}
        for at in range(1, frames + 1)
    ]
    members["movement"] = {
        "opened_monotonic_ms": OPENED_MS,
        "frames": [
            {"name": f"frame-{at}", "prompt": (at - 1) * 4 // frames, "at_monotonic_ms": at * 2000}
            for at in range(1, frames + 1)
        ],
    }
    return members


def mistakes(members: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        CheckInBody.model_validate_json(json.dumps(members))
    return [("/".join(map(str, one["loc"])), one["type"]) for one in caught.value.errors()]


def changed(path: str, value: object, frames: int = FRAMES) -> dict[str, Any]:
    members = answered(frames)
    *way, last = path.split("/")
    inner: Any = members
    for step in way:
        inner = inner[int(step) if step.isdecimal() else step]
    inner[last] = value
    return members


@pytest.mark.parametrize("frames", [8, 12])
def test_eight_to_twelve_frames_answer_a_challenge(frames: int) -> None:
    body = CheckInBody.model_validate_json(json.dumps(answered(frames)))
    assert body.movement is not None
    assert len(body.movement.frames) == frames


@pytest.mark.parametrize(
    ("members", "mistake"),
    [
        (answered(7), ("movement/frames", "too_short")),
        (changed("challenge_id", None), ("movement", "movement_and_challenge")),
        (changed("movement", None), ("", "movement_and_challenge")),
        (changed("no_movement_reason", "declined"), ("", "movement_or_reason")),
        (changed("movement/frames/0/name", "frame-9"), ("movement", "frames_declared")),
        (changed("movement/frames/1/name", "frame-1"), ("movement", "named_twice")),
        (changed("movement/frames/0/name", "selfie"),
         ("movement/frames/0/name", "string_pattern_mismatch")),
        (changed("movement/frames/0/prompt", 4), ("movement/frames/0/prompt", "less_than")),
        (changed("movement/frames/0/prompt", "0"), ("movement/frames/0/prompt", "int_type")),
        (changed("movement/frames/7/prompt", 0), ("movement", "not_in_order")),
        (changed("movement/frames/7/at_monotonic_ms", 1), ("movement", "not_in_order")),
        (changed("movement/opened_monotonic_ms", 10**6), ("movement", "not_in_order")),
        (changed("movement/score", 1), ("movement/score", "extra_forbidden")),
        (changed("files/1/length", 60 * 1024 + 1), ("movement", "frame_too_large")),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(members: dict[str, Any], mistake: tuple[str, str]) -> None:
    assert mistake in mistakes(members)


def test_a_check_in_without_movement_reads_as_before() -> None:
    before = CheckInBody.model_validate_json(json.dumps(BODY))
    stored = {name: value for name, value in before.model_dump(mode="json").items()
              if name not in {"movement", "no_movement_reason"}}  # fmt: skip
    assert content_differences(CheckInBody.model_validate(stored), before) == []


def test_another_answer_to_the_challenge_is_other_content() -> None:
    one = CheckInBody.model_validate_json(json.dumps(answered()))
    members = changed("movement/frames/7/at_monotonic_ms", 99_000)
    other = CheckInBody.model_validate_json(json.dumps(members))
    assert content_differences(one, other) == ["movement"]


def test_what_the_contract_says_is_what_is_issued() -> None:
    assert contract.PROMPTS == challenges.PROMPTS
    assert contract.MOST_AHEAD == challenges.MOST_AHEAD
    assert challenges.OPEN_WITHIN.total_seconds() == contract.OPEN_WITHIN_S
    assert challenges.AHEAD_FOR.days == contract.AHEAD_DAYS
