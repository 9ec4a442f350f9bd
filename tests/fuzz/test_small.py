"""Some hundred broken requests against the whole system: a small `make fuzz`."""

from collections import Counter
from random import Random

import pytest

from storage.local_stack import LocalStack
from storage.parts import Parts
from tests.fuzz import body_breaks, photo_breaks, pictures, request_breaks, wire_lies
from tests.fuzz.__main__ import judge
from tests.fuzz.memory import Course, Sample
from tests.fuzz.run import Group, Outcome, Plan, play, whole_system
from tests.fuzz.tally import Tally

SMALL = Plan(
    photos=2 * len(photo_breaks.BROKEN),
    bodies=2 * len(body_breaks.KINDS),
    requests=3 * len(request_breaks.BROKEN),
    lies=len(wire_lies.LIES),
    people=8,
    seed=7,
    stuck_after_s=150,
)


@pytest.fixture(scope="module")
def outcome(stack: LocalStack, parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What a small run came to."""
    with whole_system(stack, parts, tmp_path_factory.mktemp("fuzz")) as world:
        return play(world, SMALL)


def test_nothing_that_is_sent_breaks_anything(outcome: Outcome) -> None:
    assert outcome.tally.faults == {}


def test_every_way_of_breaking_was_tried(outcome: Outcome) -> None:
    tried = {kind for _, kind, _ in outcome.tally.answers}

    assert tried >= {*photo_breaks.BROKEN, *body_breaks.KINDS, *request_breaks.BROKEN}
    assert tried >= {*wire_lies.LIES, *pictures.hostile()}


def test_some_are_taken_in_and_some_refused(outcome: Outcome) -> None:
    for group in (Group.PHOTO, Group.HOSTILE, Group.BODY):
        answers = {status for one, _, status in outcome.tally.answers if one == group}
        assert {202, 422} <= answers, group


def test_an_answer_that_must_not_be_turns_a_run_red() -> None:
    tally = Tally()
    tally.count(Group.BODY, "bits", 422)
    assert tally.faults == {}
    for status in (500, 503, 429, 401, 0):
        tally.count(Group.BODY, "bits", status)
    assert len(tally.faults) == 5


@pytest.mark.parametrize(
    ("at_rest", "red"),
    [
        ((90, 120, 150, 150, 150, 163, 163, 164, 162, 163, 163), False),
        ((90, 120, 150, 150, 150, 163, 168, 173, 178, 183, 189), True),
        ((90, 120, 150, 150, 150, 163, 163, 190, 163, 163, 163), False),  # one rest that was none
    ],
)
def test_only_memory_that_still_grows_when_warm_turns_a_run_red(
    at_rest: tuple[int, ...], *, red: bool
) -> None:
    rests = tuple(Sample(800 * number, mib) for number, mib in enumerate(at_rest))
    outcome = Outcome(Tally(), [Course("web worker 1", rests, highest=200)], Counter())
    judge(outcome)
    assert bool(outcome.tally.faults) is red


@pytest.mark.parametrize("kind", photo_breaks.BROKEN)
def test_a_seed_breaks_a_photo_in_the_same_way_again_and_another_in_another(kind: str) -> None:
    photo, other = pictures.seeds()[:2]

    def broken(seed: int) -> bytes:
        return photo_breaks.BROKEN[kind](photo, other, Random(seed))  # noqa: S311 - no secret

    assert broken(1) == broken(1)
    assert len({broken(seed) for seed in range(20)}) > 1
