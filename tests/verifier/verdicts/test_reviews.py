"""The rule of two answers: as a table of examples, and as what holds for every order of answers."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_contract.codes import CheckInState
from storage.records import IdentityAnswer, Level, Role
from verifier.verdicts.flags import Flag, Note
from verifier.verdicts.reviews import (
    Answer,
    Case,
    Standing,
    Turn,
    may_answer,
    place_is_flagged,
    standing,
)

YES, NO, CANNOT_TELL = IdentityAnswer.YES, IdentityAnswer.NO, IdentityAnswer.CANNOT_TELL
OFFICER, HEAD, DISTRICT = Role.OFFICER, Role.HEAD, Role.DISTRICT
CONFIRMED, NOT_CONFIRMED = CheckInState.CONFIRMED, CheckInState.NOT_CONFIRMED
IN_REVIEW, NOT_DECIDED = CheckInState.IN_REVIEW, CheckInState.NOT_DECIDED

Said = tuple[Role, IdentityAnswer | None] | tuple[Role, IdentityAnswer | None, bool | None]


def case_of(*said: Said, state: CheckInState = IN_REVIEW, place_flagged: bool = False) -> Case:
    """A case with these answers, each by another officer."""
    answers = tuple(
        Answer(uuid4(), one[0], one[1], one[2] if len(one) > 2 else None) for one in said
    )
    return Case(state, place_flagged=place_flagged, answers=answers)


@pytest.mark.parametrize(
    ("said", "state", "turn"),
    [
        ((), None, Turn.ANYBODY),
        (((OFFICER, YES),), CONFIRMED, Turn.NOBODY),
        (((OFFICER, CANNOT_TELL),), NOT_DECIDED, Turn.NOBODY),
        (((OFFICER, NO),), None, Turn.ANYBODY),
        (((OFFICER, NO), (OFFICER, NO)), NOT_CONFIRMED, Turn.NOBODY),
        (((OFFICER, NO), (DISTRICT, NO)), NOT_CONFIRMED, Turn.NOBODY),
        (((OFFICER, NO), (OFFICER, YES)), None, Turn.HEAD),
        (((OFFICER, NO), (OFFICER, CANNOT_TELL)), None, Turn.HEAD),
        (((OFFICER, NO), (HEAD, YES)), None, Turn.DISTRICT),
        (((HEAD, NO), (OFFICER, YES)), None, Turn.DISTRICT),
        (((OFFICER, NO), (DISTRICT, YES)), None, Turn.HEAD),
        (((OFFICER, NO), (OFFICER, YES), (HEAD, NO)), NOT_CONFIRMED, Turn.NOBODY),
        (((OFFICER, NO), (OFFICER, YES), (HEAD, YES)), CONFIRMED, Turn.NOBODY),
        (((OFFICER, NO), (OFFICER, YES), (HEAD, CANNOT_TELL)), NOT_DECIDED, Turn.NOBODY),
    ],
)
def test_the_answers_about_the_person_come_to(
    said: tuple[Said, ...], state: CheckInState | None, turn: Turn
) -> None:
    stands = standing(case_of(*said))
    assert (stands.state, stands.turn) == (state, turn)


def test_an_accepted_place_waits_for_nobody() -> None:
    stands = standing(case_of((OFFICER, YES, True), place_flagged=True))
    assert stands == Standing(Turn.NOBODY, CONFIRMED, place_accepted=True)


def test_a_refused_place_waits_on_its_own_for_a_second_answer() -> None:
    stands = standing(case_of((OFFICER, YES, False), place_flagged=True))
    assert (stands.state, stands.turn) == (CONFIRMED, Turn.ANYBODY)
    assert (stands.asks_identity, stands.asks_place) == (False, True)


@pytest.mark.parametrize(
    ("second", "place_accepted", "turn"), [(False, False, Turn.NOBODY), (True, None, Turn.HEAD)]
)
def test_a_second_officer_answers_about_the_place(
    *, second: bool, place_accepted: bool | None, turn: Turn
) -> None:
    said = ((OFFICER, YES, False), (OFFICER, None, second))
    stands = standing(case_of(*said, state=CONFIRMED, place_flagged=True))
    assert (stands.state, stands.place_accepted, stands.turn) == (CONFIRMED, place_accepted, turn)


def test_the_head_decides_about_a_place_that_two_see_differently() -> None:
    said = ((OFFICER, YES, False), (OFFICER, None, True), (HEAD, None, False))
    stands = standing(case_of(*said, state=CONFIRMED, place_flagged=True))
    assert (stands.place_accepted, stands.turn) == (False, Turn.NOBODY)


def test_a_second_officer_is_asked_what_the_first_was_asked() -> None:
    first = standing(case_of(place_flagged=True))
    second = standing(case_of((OFFICER, NO, True), place_flagged=True))
    assert first == second


def test_the_place_of_a_check_in_by_somebody_else_waits_for_nobody() -> None:
    said = ((OFFICER, NO, False), (OFFICER, NO, True))
    assert standing(case_of(*said, place_flagged=True)).turn is Turn.NOBODY


def test_nobody_is_asked_about_what_the_machine_confirmed() -> None:
    assert standing(case_of(state=CONFIRMED, place_flagged=True)) == Standing(Turn.NOBODY)


def objected(*said: Said, on_objection: IdentityAnswer | None = None) -> Case:
    """A case that two officers answered with no and the person objected to."""
    first = (case_of((OFFICER, NO), (OFFICER, NO))).answers
    later = (Answer(uuid4(), OFFICER, on_objection, on_objection=True),) if on_objection else ()
    return Case(
        IN_REVIEW,
        objection_open=on_objection is None,
        answers=first + case_of(*said).answers + later,
    )


def test_an_objection_waits_for_somebody_who_has_not_answered() -> None:
    case = objected()
    assert standing(case).turn is Turn.ANYBODY
    assert may_answer(case, uuid4(), OFFICER, Level.OFFICER)
    assert not may_answer(case, case.answers[0].officer_id, OFFICER, Level.OFFICER)


@pytest.mark.parametrize(("answer", "state"), [(YES, CONFIRMED), (NO, NOT_CONFIRMED)])
def test_one_more_answer_ends_an_objection(answer: IdentityAnswer, state: CheckInState) -> None:
    stands = standing(objected(on_objection=answer))
    assert (stands.state, stands.turn) == (state, Turn.NOBODY)


def test_a_place_that_one_refuses_on_an_objection_waits_for_a_second() -> None:
    first = (case_of((OFFICER, NO), (OFFICER, NO))).answers
    decided = Answer(uuid4(), OFFICER, YES, place_accepted=False, on_objection=True)
    case = Case(CONFIRMED, place_flagged=True, answers=(*first, decided))
    stands = standing(case)
    assert (stands.state, stands.place_accepted, stands.turn) == (CONFIRMED, None, Turn.ANYBODY)
    second = Answer(uuid4(), OFFICER, place_accepted=False)
    stands = standing(Case(CONFIRMED, place_flagged=True, answers=(*case.answers, second)))
    assert (stands.place_accepted, stands.turn) == (False, Turn.NOBODY)


DIFFERING = case_of((OFFICER, NO), (OFFICER, YES))
HEAD_WAS_ONE = case_of((OFFICER, NO), (HEAD, YES))


@pytest.mark.parametrize(
    ("case", "role", "level", "may"),
    [
        (DIFFERING, OFFICER, Level.HEAD, False),
        (DIFFERING, HEAD, Level.OFFICER, True),
        (DIFFERING, DISTRICT, Level.HEAD, False),
        (DIFFERING, DISTRICT, Level.DISTRICT, True),
        (HEAD_WAS_ONE, HEAD, Level.DISTRICT, False),
        (HEAD_WAS_ONE, DISTRICT, Level.OFFICER, True),
    ],
)
def test_who_decides_when_two_differ(case: Case, role: Role, level: Level, *, may: bool) -> None:
    assert may_answer(case, uuid4(), role, level) is may


@pytest.mark.parametrize(
    ("flags", "asked"),
    [
        ([Flag.OUTSIDE_AREA], True),
        ([Flag.MOCK], True),
        ([Flag.PLACE_MISSING_OFTEN], True),
        ([Note.AREA_UNCERTAIN], True),  # where a rule has made it a flag
        ([Flag.FACE_NO_MATCH, Flag.POSSIBLE_REPLAY, Flag.TIME_UNPROVEN, Flag.CLONED], False),
    ],
)
def test_officers_are_asked_about_the_place_when_a_flag_is_about_it(
    flags: list[Flag | Note], *, asked: bool
) -> None:
    assert place_is_flagged(flags) is asked


ANY_ANSWER = st.builds(
    Answer,
    officer_id=st.uuids(),
    role=st.sampled_from([OFFICER, HEAD, DISTRICT]),
    identity=st.sampled_from(IdentityAnswer),
    place_accepted=st.sampled_from([True, False]),
)


def rounds(answers: list[Answer], *, objects: bool = False) -> list[Case]:
    """The cases that arise when these officers come along and answer where they may.

    With `objects` the person disagrees once, as soon as there is something to disagree with.
    """
    case = Case(IN_REVIEW, place_flagged=True)
    seen = [case]
    for answer in answers:
        if not may_answer(case, answer.officer_id, answer.role, Level.DISTRICT):
            continue
        asked = standing(case)
        said = Answer(
            answer.officer_id,
            answer.role,
            answer.identity if asked.asks_identity else None,
            answer.place_accepted if asked.asks_place else None,
            on_objection=case.objection_open,
        )
        state = standing(Case(case.state, True, answers=(*case.answers, said))).state  # noqa: FBT003
        objects_now = objects and state is NOT_CONFIRMED and not any_on_objection(case, said)
        case = Case(
            IN_REVIEW if objects_now else state or case.state,
            place_flagged=True,
            objection_open=objects_now,
            answers=(*case.answers, said),
        )
        seen.append(case)
    return seen


def any_on_objection(case: Case, said: Answer) -> bool:
    """Whether the person has objected before: it can be done once."""
    return any(one.on_objection for one in (*case.answers, said))


@given(st.lists(ANY_ANSWER, max_size=8, unique_by=lambda one: one.officer_id), st.booleans())
def test_nothing_goes_against_a_person_by_one_answer(
    answers: list[Answer],
    objects: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    for case in rounds(answers, objects=objects):
        stands = standing(case)
        if stands.state is NOT_CONFIRMED:
            assert [one.identity for one in case.answers].count(NO) >= 2
        if stands.place_accepted is False:
            assert [one.place_accepted for one in case.answers].count(False) >= 2


@given(st.lists(ANY_ANSWER, min_size=3, max_size=8, unique_by=lambda one: one.officer_id))
def test_at_most_five_answers_end_a_review(answers: list[Answer]) -> None:
    district = [Answer(UUID(int=one), DISTRICT, YES, place_accepted=True) for one in range(1, 7)]
    last = rounds(answers + district)[-1]
    assert not standing(last).is_open
    assert len(last.answers) <= 5


@given(st.lists(ANY_ANSWER, max_size=8, unique_by=lambda one: one.officer_id))
def test_nobody_answers_twice(answers: list[Answer]) -> None:
    last = rounds(answers + answers)[-1]
    officers = [one.officer_id for one in last.answers]
    assert len(officers) == len(set(officers))
