"""A place answered on its own, and an objection decided by somebody else."""

from uuid import UUID

import pytest
from sqlalchemy import select

from checkin_api.access.callers import OffenderCaller
from checkin_api.objections.service import make_objection
from checkin_api.refusals import RefusedError
from checkin_api.reviews.service import Taken
from mobile_contract.codes import (
    CheckInState,
    NoticeKind,
    ObjectionState,
    ProblemCode,
)
from mobile_contract.objections import ObjectionBody
from storage.records import (
    IdentityAnswer,
    Objection,
)
from tests.checkin_api.arranged import new_id
from tests.checkin_api.reviews.office import Office
from verifier.verdicts.evidence import FaceVerdict

YES, NO, CANNOT_TELL = IdentityAnswer.YES, IdentityAnswer.NO, IdentityAnswer.CANNOT_TELL


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


def test_a_place_refused_on_an_objection_takes_a_second_officer(office: Office) -> None:
    checkin = office.checkin(far=True)
    office.answer(office.first, checkin, NO)
    office.answer(office.second, checkin, NO)
    object_to(office, checkin)
    office.answer(office.third, checkin, YES, place=False)
    assert office.state(checkin) is CheckInState.CONFIRMED
    assert office.place_accepted(checkin) is None
    assert office.listed(office.head) == [checkin]
    office.answer(office.head, checkin, None, place=False)
    assert office.place_accepted(checkin) is False
    assert office.listed(office.district) == []


def test_an_objection_needs_a_yes_or_a_no(office: Office) -> None:
    checkin = office.checkin()
    office.answer(office.first, checkin, NO)
    office.answer(office.second, checkin, NO)
    object_to(office, checkin)
    with pytest.raises(RefusedError) as refused:
        office.answer(office.third, checkin, CANNOT_TELL)
    assert refused.value.errors[0].reason == "yes_or_no"


def test_one_objection_cannot_be_about_two_check_ins(office: Office) -> None:
    caller = OffenderCaller(office.person.id, new_id())
    body = ObjectionBody.model_validate_json(f'{{"id": "{new_id()}", "words": "是我"}}')
    checkins = [office.checkin(), office.checkin()]
    for checkin in checkins:
        office.answer(office.first, checkin, NO)
        office.answer(office.second, checkin, NO)
    make_objection(office.factory.parts, caller, checkins[0], body)
    with pytest.raises(RefusedError) as refused:
        make_objection(office.factory.parts, caller, checkins[1], body)
    assert refused.value.code is ProblemCode.CONTENT_DIFFERS
