"""What officers' answers do to a check-in, to the lists of others and to what the person reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select

from checkin_api.access.callers import OffenderCaller
from checkin_api.objections.service import make_objection
from checkin_api.offices.queries import Wanted
from checkin_api.offices.service import read_waiting
from checkin_api.refusals import RefusedError
from checkin_api.reviews.service import AnswerGiven, Taken, answer_checkin, read_checkin
from mobile_contract.codes import (
    CheckInState,
    NoticeKind,
    ObjectionState,
    ProblemCode,
    WindowOutcome,
)
from mobile_contract.objections import ObjectionBody
from storage.records import (
    AuditEntry,
    CheckIn,
    IdentityAnswer,
    Item,
    Notice,
    Objection,
    Offender,
    Officer,
    Review,
    Role,
    Window,
)
from tests.checkin_api.arranged import FAR_AWAY, caller_of, lay_checkin, new_id
from tests.factories import Factory
from verifier.verdicts.evidence import FaceVerdict
from verifier.verdicts.reach_verdict import reach_verdict
from verifier.verdicts.reviews import Turn

YES, NO, CANNOT_TELL = IdentityAnswer.YES, IdentityAnswer.NO, IdentityAnswer.CANNOT_TELL


@dataclass
class Office:
    """Two officers, their head, their district supervisor, and a person with a window."""

    factory: Factory
    first: Officer
    second: Officer
    third: Officer
    head: Officer
    district: Officer
    person: Offender
    window: UUID

    def checkin(self, verdict: FaceVerdict = FaceVerdict.NO_MATCH, *, far: bool = False) -> UUID:
        """A flagged check-in of the person in the window."""
        at = {"at": FAR_AWAY} if far else {}
        return lay_checkin(self.factory, self.person.id, verdict, window_id=self.window, **at)

    def answer(
        self,
        officer: Officer,
        checkin: UUID,
        identity: IdentityAnswer | None,
        *,
        place: bool | None = None,
        reason: str = "看过照片",
    ) -> Taken:
        """One officer's answer."""
        given = AnswerGiven(self.person.id, checkin, identity, place, reason)
        return answer_checkin(self.factory.parts, caller_of(officer), given)

    def state(self, checkin: UUID) -> CheckInState:
        """Where the check-in stands."""
        with self.factory.session() as session:
            return session.get_one(CheckIn, (self.person.id, checkin)).state

    def place_accepted(self, checkin: UUID) -> bool | None:
        """What was decided about the place."""
        with self.factory.session() as session:
            return session.get_one(CheckIn, (self.person.id, checkin)).place_accepted

    def outcome(self) -> WindowOutcome:
        """What became of the window."""
        with self.factory.session() as session:
            return session.get_one(Window, self.window).outcome

    def told(self) -> Sequence[NoticeKind]:
        """What the person was told, in order."""
        with self.factory.session() as session:
            return session.scalars(select(Notice.kind).order_by(Notice.at, Notice.id)).all()

    def listed(self, officer: Officer, *, whole_district: bool = False) -> list[UUID]:
        """The check-ins on an officer's list."""
        wanted = Wanted(whole_district=whole_district)
        waiting = read_waiting(self.factory.parts, caller_of(officer), wanted)
        return [one.checkin.id for one in waiting.entries if one.checkin]


@pytest.fixture
def office(factory: Factory) -> Office:
    """An office with people in it."""
    district = factory.district()
    place = factory.office(district)
    person = factory.offender(place)
    factory.fence(person.id)
    return Office(
        factory,
        first=factory.officer(place),
        second=factory.officer(place),
        third=factory.officer(place),
        head=factory.officer(place, Role.HEAD),
        district=factory.officer(None, Role.DISTRICT, district),
        person=person,
        window=factory.window(person.id),
    )


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
    parts, second = office.factory.parts, caller_of(office.second)
    before = read_checkin(parts, second, office.person.id, checkin)
    office.answer(office.first, checkin, NO)
    assert read_checkin(parts, second, office.person.id, checkin) == before


def test_the_first_officer_sees_that_a_second_is_awaited(office: Office) -> None:
    checkin = office.checkin()
    office.answer(office.first, checkin, NO)
    mine = read_checkin(office.factory.parts, caller_of(office.first), office.person.id, checkin)
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


def test_a_refused_place_waits_on_its_own(office: Office) -> None:
    checkin = office.checkin(FaceVerdict.MATCH, far=True)
    office.answer(office.first, checkin, YES, place=False)
    assert office.state(checkin) is CheckInState.CONFIRMED
    assert office.place_accepted(checkin) is None
    assert office.listed(office.first) == []
    assert office.listed(office.second) == [checkin]
    office.answer(office.second, checkin, None, place=False)
    assert office.place_accepted(checkin) is False
    assert NoticeKind.PLACE_NOT_ACCEPTED in office.told()
    assert office.state(checkin) is CheckInState.CONFIRMED
    assert office.listed(office.third) == []


def test_an_accepted_place_ends_the_review(office: Office) -> None:
    checkin = office.checkin(FaceVerdict.MATCH, far=True)
    office.answer(office.first, checkin, YES, place=True)
    assert office.place_accepted(checkin) is True
    assert office.listed(office.second) == []
    assert NoticeKind.PLACE_NOT_ACCEPTED not in office.told()


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
        lambda: read_checkin(office.factory.parts, caller_of(stranger), office.person.id, checkin),
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


def object_to(office: Office, checkin: UUID) -> None:
    """Let the person disagree, as the phone does."""
    caller = OffenderCaller(office.person.id, new_id())
    body = ObjectionBody.model_validate_json(
        f'{{"id": "{new_id()}", "words": "那天是我本人，戴了眼镜。"}}'
    )
    make_objection(office.factory.parts, caller, checkin, body)


@pytest.mark.parametrize(
    ("answer", "state", "objection"),
    [
        (YES, CheckInState.CONFIRMED, ObjectionState.ACCEPTED),
        (NO, CheckInState.NOT_CONFIRMED, ObjectionState.NOT_ACCEPTED),
    ],
)
def test_an_objection_is_decided_by_somebody_who_has_not_answered(
    office: Office, answer: IdentityAnswer, state: CheckInState, objection: ObjectionState
) -> None:
    checkin = office.checkin()
    office.answer(office.first, checkin, NO)
    office.answer(office.second, checkin, NO)
    object_to(office, checkin)
    assert office.listed(office.first) == []
    assert office.listed(office.third) == [checkin]
    assert office.answer(office.second, checkin, YES) is Taken.ANSWERED_BEFORE
    office.answer(office.third, checkin, answer, reason="比对了三张登记照")
    assert office.state(checkin) is state
    with office.factory.session() as session:
        row = session.scalars(select(Objection)).one()
        assert (row.state, row.answer) == (objection, "比对了三张登记照")
    assert NoticeKind.OBJECTION_DECIDED in office.told()
    assert office.listed(office.head) == []


def test_an_objection_needs_a_yes_or_a_no(office: Office) -> None:
    checkin = office.checkin()
    office.answer(office.first, checkin, NO)
    office.answer(office.second, checkin, NO)
    object_to(office, checkin)
    with pytest.raises(RefusedError) as refused:
        office.answer(office.third, checkin, CANNOT_TELL)
    assert refused.value.errors[0].reason == "yes_or_no"
