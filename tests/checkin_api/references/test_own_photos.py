"""Photos from the person's own phone: a set that an officer then approves, and nothing more."""

import pytest
from sqlalchemy import select

from checkin_api.access.callers import OffenderCaller
from checkin_api.references.phone import own_enrolment, send_photo
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from mobile_contract.enrolment import EnrolmentState, EnrolmentTold, PhotoState
from storage.records import (
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    ReferenceSource,
)
from tests.checkin_api.arranged import examine_all, picture
from tests.checkin_api.references.enroller import PHOTOS, Enroller, part_of

pytestmark = pytest.mark.media


@pytest.fixture
def person(enroller: Enroller) -> OffenderCaller:
    """The person with a phone."""
    return OffenderCaller(enroller.person.id, enroller.factory.device(enroller.person.id).id)


def told(enroller: Enroller, person: OffenderCaller) -> EnrolmentTold:
    return own_enrolment(enroller.factory.parts, person)


def send(enroller: Enroller, person: OffenderCaller, count: int = 3) -> EnrolmentTold:
    for photo in PHOTOS[:count]:
        seen = send_photo(enroller.factory.parts, person, photo)
    return seen


def test_what_a_phone_sends_waits_for_an_officer(
    enroller: Enroller, person: OffenderCaller
) -> None:
    assert len(send(enroller, person).photos) == 3
    with enroller.factory.session() as session:
        row = session.scalars(select(ReferenceSet)).one()
    assert (row.source, row.state, row.created_by) == (
        ReferenceSource.PHONE,
        ReferenceSetState.COLLECTING,
        None,
    )
    examine_all(enroller.factory)
    enroller.approve(enroller.collecting().id)
    assert told(enroller, person).enrolled_since is not None
    assert told(enroller, person).state is EnrolmentState.NONE


def test_the_same_photo_again_is_the_same_photo(enroller: Enroller, person: OffenderCaller) -> None:
    send(enroller, person, 1)
    assert len(send(enroller, person, 1).photos) == 1


def test_the_person_reads_what_a_better_photo_would_cure(
    enroller: Enroller, person: OffenderCaller
) -> None:
    send(enroller, person, 1)
    with enroller.factory.session() as session:
        photo = session.scalars(select(ReferencePhoto)).one()
        photo.state, photo.fault = ReferencePhotoState.POOR, "poor_quality"
        photo.quality = {"reasons": ["too_dark"], "limits": "test"}
    (found,) = told(enroller, person).photos
    assert found.state is PhotoState.RETAKE
    assert "太暗" in found.reasons[0].text_zh


def test_no_more_than_a_set_takes(enroller: Enroller, person: OffenderCaller) -> None:
    send(enroller, person, 5)
    with pytest.raises(RefusedError) as refused:
        send_photo(enroller.factory.parts, person, PHOTOS[5])
    assert refused.value.code is ProblemCode.INVALID_CONTENT


def test_what_is_no_photo_leaves_nothing(enroller: Enroller, person: OffenderCaller) -> None:
    with pytest.raises(RefusedError) as refused:
        send_photo(enroller.factory.parts, person, part_of(picture(1)[:300], "photo"))
    assert refused.value.code is ProblemCode.PHOTO_DAMAGED
    assert enroller.states() == []


def test_a_phone_adds_nothing_to_an_officers_set_and_sees_none_of_it(
    enroller: Enroller, person: OffenderCaller
) -> None:
    enroller.add(*PHOTOS[:3])
    with pytest.raises(RefusedError) as refused:
        send_photo(enroller.factory.parts, person, PHOTOS[4])
    assert refused.value.code is ProblemCode.NOT_OPEN
    assert told(enroller, person).photos == ()


def test_a_phone_alone_changes_nothing_that_is_in_force(
    enroller: Enroller, person: OffenderCaller
) -> None:
    enroller.propose(*PHOTOS[:3])
    for photo in PHOTOS[3:6]:
        send_photo(enroller.factory.parts, person, photo)
    examine_all(enroller.factory)
    change = enroller.collecting().id
    assert enroller.approve(change) is ReferenceSetState.AWAITING_SECOND
    assert told(enroller, person).state is EnrolmentState.AWAITING_SECOND
    enroller.colleague().second(change)
    assert enroller.states() == [ReferenceSetState.REPLACED, ReferenceSetState.APPROVED]


def test_a_photo_that_came_after_the_officer_looked_is_not_approved(
    enroller: Enroller, person: OffenderCaller
) -> None:
    send(enroller, person)
    examine_all(enroller.factory)
    set_id = enroller.collecting().id
    seen = enroller.photos_of(set_id)
    send_photo(enroller.factory.parts, person, PHOTOS[4])
    examine_all(enroller.factory)
    with pytest.raises(RefusedError) as refused:
        enroller.approve_seen(set_id, seen)
    assert refused.value.errors[0].reason == "changed"
    assert enroller.states() == [ReferenceSetState.COLLECTING]
