"""What officers' answers about person and time do to a check-in and to others' lists."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select

from checkin_api.refusals import RefusedError
from checkin_api.reviews.service import Taken, read_checkin
from mobile_contract.codes import (
    CheckInState,
    NoticeKind,
    ProblemCode,
    WindowOutcome,
)
from storage.records import (
    AuditEntry,
    IdentityAnswer,
    Item,
    Review,
)
from tests.checkin_api.arranged import caller_of
from tests.checkin_api.reviews.office import Office
from verifier.verdicts.evidence import FaceVerdict
from verifier.verdicts.reach_verdict import reach_verdict
from verifier.verdicts.reviews import Turn

YES, NO, CANNOT_TELL = IdentityAnswer.YES, IdentityAnswer.NO, IdentityAnswer.CANNOT_TELL


def test_a_yes_confirms_settles_the_window_and_closes_the_item(office: Office) -> None:
    checkin = office.checkin()
    assert office.answer(office.first, checkin, YES) is Taken.RECORDED
    assert office.state(checkin) is CheckInState.CONFIRMED
    assert office.outcome() is WindowOutcome.PRESENT
    assert NoticeKind.CHECKIN_CONFIRMED in office.told()
    with office.factory.session() as session:
        assert session.scalars(select(Item.closed_at)).one() is not None


def test_cannot_tell_counts_as_contact_and_against_nobody(office: Office) -> None:
    checkin = office.checkin()
    office.answer(office.first, checkin, CANNOT_TELL)
    assert office.state(checkin) is CheckInState.NOT_DECIDED
    assert office.outcome() is WindowOutcome.NOT_DECIDED


def test_one_no_changes_nothing_but_the_first_officers_own_list(office: Office) -> None:
    checkin, before = office.checkin(), office.told()
    office.answer(office.first, checkin, NO)
    assert office.state(checkin) is CheckInState.IN_REVIEW
    assert office.told() == before
    assert office.listed(office.first) == []
    assert office.listed(office.second) == [checkin]


def test_a_second_officer_sees_a_refused_check_in_like_any_other(office: Office) -> None:
    checkin = office.checkin()
    parts, second = office.factory.parts, caller_of(office.factory, office.second)
    before = read_checkin(parts, second, office.person.id, checkin)
    office.answer(office.first, checkin, NO)
    assert read_checkin(parts, second, office.person.id, checkin) == before


def test_the_first_officer_sees_that_a_second_is_awaited(office: Office) -> None:
    checkin = office.checkin()
    office.answer(office.first, checkin, NO)
    mine = read_checkin(
        office.factory.parts, caller_of(office.factory, office.first), office.person.id, checkin
    )
    assert mine.waits_for is Turn.ANYBODY
    assert [one.identity for one in mine.reviews] == [NO]
    assert not mine.asked.anything


def test_two_noes_take_effect_and_the_person_is_told(office: Office) -> None:
    checkin = office.checkin()
    office.answer(office.first, checkin, NO)
    office.answer(office.second, checkin, NO)
    assert office.state(checkin) is CheckInState.NOT_CONFIRMED
    assert NoticeKind.CHECKIN_NOT_CONFIRMED in office.told()
    assert office.listed(office.third) == []


def test_the_head_decides_when_two_differ(office: Office) -> None:
    checkin = office.checkin()
    office.answer(office.first, checkin, NO)
    office.answer(office.second, checkin, YES)
    assert office.state(checkin) is CheckInState.IN_REVIEW
    assert office.listed(office.third) == []
    assert office.answer(office.third, checkin, NO) is Taken.NOT_AWAITED
    assert office.listed(office.head) == [checkin]
    office.answer(office.head, checkin, YES)
    assert office.state(checkin) is CheckInState.CONFIRMED


def test_the_district_decides_when_the_head_was_one_of_the_two(office: Office) -> None:
    checkin = office.checkin()
    office.answer(office.head, checkin, NO)
    office.answer(office.second, checkin, YES)
    assert office.listed(office.district) == [checkin]
    office.answer(office.district, checkin, YES)
    assert office.state(checkin) is CheckInState.CONFIRMED


def test_the_districts_own_list_holds_only_what_came_up_to_it(office: Office) -> None:
    checkin = office.checkin()
    assert office.listed(office.district) == []
    assert office.listed(office.district, whole_district=True) == [checkin]


def test_a_double_click_is_one_answer(office: Office) -> None:
    checkin = office.checkin()
    office.answer(office.first, checkin, NO)
    assert office.answer(office.first, checkin, NO) is Taken.ANSWERED_BEFORE
    assert office.state(checkin) is CheckInState.IN_REVIEW
    with office.factory.session() as session:
        assert len(session.scalars(select(Review)).all()) == 1


@pytest.mark.parametrize(
    ("identity", "place", "reason", "pointer"),
    [
        (None, True, "看过", "/identity"),
        (YES, None, "看过", "/place_accepted"),
        (YES, True, "  ", "/reason"),
        (YES, True, "长" * 2001, "/reason"),
    ],
)
def test_an_incomplete_answer_changes_nothing(
    office: Office,
    identity: IdentityAnswer | None,
    reason: str,
    pointer: str,
    *,
    place: bool | None,
) -> None:
    checkin = office.checkin(FaceVerdict.MATCH, far=True)
    with pytest.raises(RefusedError) as refused:
        office.answer(office.first, checkin, identity, place=place, reason=reason)
    assert [one.pointer for one in refused.value.errors] == [pointer]
    assert office.state(checkin) is CheckInState.IN_REVIEW
    assert office.listed(office.first) == [checkin]


def test_the_machine_never_overrules_an_answer(office: Office) -> None:
    checkin = office.checkin()
    office.answer(office.first, checkin, NO)
    with office.factory.session() as session:
        reach_verdict(session, office.person.id, checkin, office.factory.parts.now())
    assert office.state(checkin) is CheckInState.IN_REVIEW
    assert office.listed(office.second) == [checkin]


def test_a_confirmed_retake_closes_what_waited_for_it(office: Office) -> None:
    unclear = office.checkin(FaceVerdict.NO_FACE)
    retake = office.checkin()
    office.answer(office.first, retake, YES)
    assert office.state(unclear) is CheckInState.SUPERSEDED


def test_people_of_another_office_are_not_found(office: Office) -> None:
    checkin = office.checkin()
    stranger = office.factory.officer(office.factory.office())
    for act in (
        lambda: office.answer(stranger, checkin, YES),
        lambda: read_checkin(
            office.factory.parts, caller_of(office.factory, stranger), office.person.id, checkin
        ),
    ):
        with pytest.raises(RefusedError) as refused:
            act()
        assert refused.value.code is ProblemCode.NOT_FOUND
    assert office.listed(stranger) == []


def test_answers_are_audited_by_who_gave_them(office: Office) -> None:
    checkin = office.checkin()
    office.answer(office.first, checkin, NO)
    with office.factory.session() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "checkin_reviewed")
        ).one()
    assert entry.actor == f"officer:{office.first.id}"
    assert entry.subject == str(checkin)


def test_a_form_sent_four_times_at_once_is_one_answer(office: Office) -> None:
    checkin = office.checkin()
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: office.answer(office.first, checkin, NO), range(4)))
    assert sorted(taken) == [Taken.ANSWERED_BEFORE] * 3 + [Taken.RECORDED]
    assert office.state(checkin) is CheckInState.IN_REVIEW


def test_of_two_officers_at_once_neither_answer_is_lost(office: Office) -> None:
    checkin = office.checkin()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda who: office.answer(who, checkin, NO), (office.first, office.second)))
    assert office.state(checkin) is CheckInState.NOT_CONFIRMED


def test_answers_about_one_window_at_once_wait_for_one_another(office: Office) -> None:
    """Each answer moves the window to the next check-in, which the next answer has locked."""

    def cannot_tell(checkin: UUID) -> Taken:
        return office.answer(office.first, checkin, CANNOT_TELL)

    for _ in range(4):
        checkins = [office.checkin() for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(cannot_tell, checkins)) == [Taken.RECORDED] * 8
