"""What officers' answers make of a check-in: pure; whatever goes against somebody needs two."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from mobile_contract.codes import CheckInState, ToldReason
from storage.records.authority import Role
from storage.records.decisions import IdentityAnswer
from storage.records.items import Level
from verifier.verdicts.flags import FlagCode, told_of

T = TypeVar("T")

STATE_OF = {
    IdentityAnswer.YES: CheckInState.CONFIRMED,
    IdentityAnswer.NO: CheckInState.NOT_CONFIRMED,
    IdentityAnswer.CANNOT_TELL: CheckInState.NOT_DECIDED,
}
# After an objection somebody has to say one or the other (docs/rules.md 1).
ON_OBJECTION = (IdentityAnswer.YES, IdentityAnswer.NO)
THE_TWO = 2
OF_DISTRICT = frozenset({Role.DUTY, Role.DISTRICT})
DECIDING = frozenset({Role.OFFICER, Role.HEAD}) | OF_DISTRICT


class Turn(StrEnum):
    """Whose answer is awaited."""

    ANYBODY = "anybody"  # in reach, who has not answered yet
    HEAD = "head"
    DISTRICT = "district"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Answer:
    """One officer's answer; `identity` None where only the place was still open."""

    officer_id: UUID
    role: Role
    identity: IdentityAnswer | None = None
    place_accepted: bool | None = None
    on_objection: bool = False


@dataclass(frozen=True)
class Case:
    """One check-in as far as its review depends on it; answers in the order they were given."""

    state: CheckInState
    place_flagged: bool = False
    objection_open: bool = False
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where a review stands: what is decided, what is asked, and of whom.

    `state` None: person and time are undecided. `place_accepted` None: undecided or not asked.
    """

    turn: Turn
    state: CheckInState | None = None
    place_accepted: bool | None = None
    asks_identity: bool = False
    asks_place: bool = False

    @property
    def is_open(self) -> bool:
        """Tells whether an answer is awaited."""
        return self.turn is not Turn.NOBODY


@dataclass(frozen=True)
class _Ruling(Generic[T]):
    """What the answers to one question come to."""

    turn: Turn
    answer: T | None = None


def place_is_flagged(flags: Iterable[FlagCode]) -> bool:
    """Tells whether officers are asked about the place: some flag raised is about it."""
    return any(told_of(flag) is ToldReason.PLACE_TO_CHECK for flag in flags)


def standing(case: Case) -> Standing:
    """Returns where a review stands; total for every order of answers."""
    if case.objection_open or any(answer.on_objection for answer in case.answers):
        return _on_objection(case)
    identity, place = _identity(case), _place(case)
    if case.state is CheckInState.IN_REVIEW and identity.answer is None:
        return Standing(identity.turn, asks_identity=True, asks_place=case.place_flagged)
    if identity.answer is None:
        return Standing(Turn.NOBODY)
    state = STATE_OF[identity.answer]
    # The place waits on its own only where the check-in itself stands.
    place_open = case.place_flagged and place.answer is None
    turn = place.turn if place_open and state is CheckInState.CONFIRMED else Turn.NOBODY
    return Standing(turn, state, place.answer, asks_place=turn is not Turn.NOBODY)


def may_answer(case: Case, officer_id: UUID, role: Role | None, level: Level) -> bool:
    """Tells whether an officer who reaches the person may answer now; nobody answers twice.

    `level` is the item's: past its deadline the district decides in the head's place, and the
    duty officer takes over.
    """
    if role not in DECIDING or (role is Role.DUTY and level is not Level.DISTRICT):
        return False
    if any(answer.officer_id == officer_id for answer in case.answers):
        return False
    match standing(case).turn:
        case Turn.ANYBODY:
            return True
        case Turn.HEAD:
            return role is Role.HEAD or (role in OF_DISTRICT and level is Level.DISTRICT)
        case Turn.DISTRICT:
            return role in OF_DISTRICT
        case Turn.NOBODY:
            return False


def _identity(case: Case) -> _Ruling[IdentityAnswer]:
    given = [(one.role, one.identity) for one in case.answers if one.identity is not None]
    return _ruling(given, adverse=IdentityAnswer.NO)


def _place(case: Case) -> _Ruling[bool]:
    given = [
        (one.role, one.place_accepted) for one in case.answers if one.place_accepted is not None
    ]
    return _ruling(given, adverse=False)


def _ruling(given: Sequence[tuple[Role, T]], adverse: T) -> _Ruling[T]:
    """Lets the first answer decide unless it is adverse; then the second must agree."""
    answers = [answer for _, answer in given]
    if not answers:
        return _Ruling(Turn.ANYBODY)
    if answers[0] != adverse:
        return _Ruling(Turn.NOBODY, answers[0])
    if len(answers) < THE_TWO:
        return _Ruling(Turn.ANYBODY)
    if answers[1] == adverse:
        return _Ruling(Turn.NOBODY, adverse)
    if len(answers) > THE_TWO:
        return _Ruling(Turn.NOBODY, answers[THE_TWO])
    head_was_one = Role.HEAD in [role for role, _ in given]
    return _Ruling(Turn.DISTRICT if head_was_one else Turn.HEAD)


def _on_objection(case: Case) -> Standing:
    """Lets one more person decide, who has not answered before; a place refused takes two still."""
    decided = next((one for one in case.answers if one.on_objection), None)
    if decided is None or decided.identity is None:
        asks_place = case.place_flagged and _place(case).answer is not True
        return Standing(Turn.ANYBODY, asks_identity=True, asks_place=asks_place)
    state = STATE_OF[decided.identity]
    place = _Ruling(Turn.NOBODY, answer=True) if decided.place_accepted else _place(case)
    place_open = case.place_flagged and place.answer is None and state is CheckInState.CONFIRMED
    turn = place.turn if place_open else Turn.NOBODY
    return Standing(turn, state, place.answer, asks_place=place_open)
