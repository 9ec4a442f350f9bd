"""A completion judged: which questions were answered right, and whether that is enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Question:
    """One question and its right choices."""

    id: str
    right: frozenset[str]


@dataclass(frozen=True)
class Demands:
    """What a version asks for: right answers in percent, and minutes."""

    pass_mark: int
    minimum_minutes: int


@dataclass(frozen=True)
class Worked:
    """What a phone says of a person's work: choices by question, minutes, time passed."""

    choices: Mapping[str, frozenset[str]]
    minutes: int
    elapsed: timedelta


@dataclass(frozen=True)
class Judgement:
    """What is recorded: the score in whole percent, never rounded up, and the minutes counted."""

    score: int
    minutes: int
    minutes_enough: bool
    passed: bool


def judge(quiz: Sequence[Question], demands: Demands, worked: Worked) -> Judgement:
    """Judges a completion: a question is right only with all its right choices and no other.

    Total: questions without an answer count as not right, answers to unknown questions not at all.
    """
    score = _score(quiz, worked.choices)
    minutes = _counted_minutes(worked)
    enough = minutes >= demands.minimum_minutes
    passed = enough and score >= demands.pass_mark
    return Judgement(score, minutes, enough, passed)


def _score(quiz: Sequence[Question], choices: Mapping[str, frozenset[str]]) -> int:
    right = sum(choices.get(question.id) == question.right for question in quiz)
    return 100 * right // len(quiz) if quiz else 100


def _counted_minutes(worked: Worked) -> int:
    """Counts no more minutes than passed; a minute begun is a minute, so rounding harms nobody."""
    passed = -(-worked.elapsed // MINUTE)
    return max(0, min(worked.minutes, passed))
