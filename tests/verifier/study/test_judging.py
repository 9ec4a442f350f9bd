"""A completion is judged by its answers and its minutes, and by nothing else."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from verifier.study.judging import Demands, Judgement, Question, Worked, judge

QUIZ = (
    Question("one", frozenset({"a"})),
    Question("two", frozenset({"a", "b"})),
    Question("three", frozenset({"c"})),
)
ALL_RIGHT = {question.id: question.right for question in QUIZ}
DEMANDS = Demands(pass_mark=66, minimum_minutes=20)
HALF_AN_HOUR = timedelta(minutes=30)


def judged(choices: dict[str, frozenset[str]], minutes: int, elapsed: timedelta) -> Judgement:
    return judge(QUIZ, DEMANDS, Worked(choices, minutes, elapsed))


def test_all_right_and_long_enough_passes() -> None:
    assert judged(ALL_RIGHT, 25, HALF_AN_HOUR) == Judgement(
        100, 25, minutes_enough=True, passed=True
    )


@pytest.mark.parametrize(
    "picked", [{"a"}, {"b"}, {"a", "b", "c"}, set()], ids=["too few", "other", "too many", "none"]
)
def test_a_question_with_several_right_answers_needs_exactly_those(picked: set[str]) -> None:
    assert judged({"two": frozenset(picked)}, 25, HALF_AN_HOUR).score == 0


def test_the_score_is_not_rounded_up_to_the_pass_mark() -> None:
    two_of_three = ALL_RIGHT | {"three": frozenset({"a"})}
    assert judged(two_of_three, 25, HALF_AN_HOUR).score == 66
    strict = judge(QUIZ, Demands(67, 20), Worked(two_of_three, 25, HALF_AN_HOUR))
    assert not strict.passed


def test_too_few_minutes_do_not_pass_whatever_the_answers() -> None:
    found = judged(ALL_RIGHT, 19, HALF_AN_HOUR)
    assert (found.score, found.minutes_enough, found.passed) == (100, False, False)


def test_no_more_minutes_count_than_went_by() -> None:
    assert judged(ALL_RIGHT, 300, timedelta(minutes=5)).minutes == 5


def test_a_minute_begun_counts_so_that_rounding_harms_nobody() -> None:
    assert judged(ALL_RIGHT, 20, timedelta(minutes=19, seconds=1)).passed


def test_answers_to_unknown_questions_count_for_nothing() -> None:
    assert judged({"four": frozenset({"a"})}, 25, HALF_AN_HOUR).score == 0


@given(
    some.dictionaries(
        some.sampled_from(["one", "two", "three", "four"]),
        some.frozensets(some.sampled_from("abc")),
    ),
    some.integers(0, 1440),
    some.timedeltas(timedelta(days=-9), timedelta(days=9)),
)
def test_every_completion_gets_a_judgement(
    choices: dict[str, frozenset[str]], minutes: int, elapsed: timedelta
) -> None:
    found = judged(choices, minutes, elapsed)
    assert found.score in {0, 33, 66, 100}
    assert 0 <= found.minutes <= minutes
    assert found.passed == (found.minutes >= 20 and found.score >= 66)
