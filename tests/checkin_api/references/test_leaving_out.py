"""Leaving one photo out of a set: it goes, the others stay, and what is approved is as it was."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from checkin_api.access.callers import OffenderCaller
from checkin_api.references.approval import Reasons
from checkin_api.references.phone import own_enrolment, send_photo
from checkin_api.references.waiting import read_waiting
from checkin_api.refusals import RefusedError
from checkin_api.reviews.photos_seen import reference_photos
from mobile_contract.codes import ProblemCode
from mobile_contract.enrolment import PhotoState
from storage.records import (
    AuditEntry,
    Media,
    PairAgreement,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSetState,
    Work,
    WorkKind,
)
from tests.checkin_api.arranged import examine_all, new_id
from tests.checkin_api.references.enroller import PHOTOS, Enroller

pytestmark = pytest.mark.media


@pytest.fixture
def collected(enroller: Enroller) -> Enroller:
    """An officer with a set of five, one of which is not the person."""
    enroller.add(*PHOTOS[:5])
    examine_all(enroller.factory, pairs=PairAgreement.DIFFER)
    return enroller


def first_of(enroller: Enroller) -> UUID:
    return enroller.collecting().photos[0].id


def test_it_goes_and_the_others_stay(collected: Enroller) -> None:
    gone = first_of(collected)
    collected.leave_out(gone)
    collected.leave_out(gone)  # a double click
    left = collected.collecting()
    assert len(left.photos) == 4
    assert gone not in {one.id for one in left.photos}
    with collected.factory.session() as session:
        now = collected.factory.parts.now()
        erased = session.scalars(select(Media.id).where(Media.keep_until <= now)).all()
        held = session.get_one(ReferencePhoto, gone)
        acts = session.scalars(select(AuditEntry.action)).all()
    assert erased == [held.media_id]
    assert acts.count("reference_left_out") == 1


def test_the_others_are_compared_again(collected: Enroller) -> None:
    collected.leave_out(first_of(collected))
    found = collected.collecting()
    assert found.pairs is None
    assert found.pairs_need_reason  # nobody has compared these
    assert not found.is_settled
    with collected.factory.session() as session:
        kinds = session.scalars(select(Work.kind)).all()
    assert kinds.count(WorkKind.SEARCH_LOOK_ALIKE) == 1


def test_another_takes_its_place_and_the_set_is_approved_without_it(collected: Enroller) -> None:
    collected.leave_out(first_of(collected))
    assert collected.add(PHOTOS[5]) == 1
    examine_all(collected.factory)
    found = collected.collecting()
    seen = frozenset(one.id for one in found.photos)
    assert collected.approve_seen(found.id, seen) is ReferenceSetState.APPROVED
    with collected.factory.session() as session:
        states = session.scalars(select(ReferencePhoto.state)).all()
    assert sorted(states) == [ReferencePhotoState.LEFT_OUT] + 5 * [ReferencePhotoState.USABLE]


def test_neither_the_list_nor_who_judges_a_check_in_is_shown_it(collected: Enroller) -> None:
    collected.leave_out(first_of(collected))
    (waits,) = read_waiting(collected.factory.parts, collected.caller)
    assert waits.photos == 4
    examine_all(collected.factory)
    found = collected.collecting()
    collected.approve_seen(
        found.id, frozenset(one.id for one in found.photos), Reasons(pairs="同一人")
    )
    with collected.factory.session() as session:
        assert len(reference_photos(session, collected.person.id)) == 4


def test_the_same_photo_does_not_come_back(collected: Enroller) -> None:
    sent = PHOTOS[0]
    with collected.factory.session() as session:
        held = session.scalars(
            select(ReferencePhoto.id)
            .join(Media, Media.id == ReferencePhoto.media_id)
            .where(Media.sha256 == sent.sha256)
        ).one()
    collected.leave_out(held)
    with pytest.raises(RefusedError) as refused:
        collected.add(sent, PHOTOS[6])
    assert refused.value.errors[0].reason == "left_out"
    assert len(collected.collecting().photos) == 4


def test_what_is_examined_approved_or_of_no_such_set_is_not_left_out(enroller: Enroller) -> None:
    enroller.add(*PHOTOS[:3])
    with pytest.raises(RefusedError) as refused:
        enroller.leave_out(first_of(enroller))
    assert refused.value.errors[0].reason == "examining"
    with pytest.raises(RefusedError) as refused:
        enroller.leave_out(uuid4())
    assert refused.value.code is ProblemCode.NOT_FOUND
    examine_all(enroller.factory)
    enroller.approve(enroller.collecting().id)
    enroller.propose(*PHOTOS[3:6])
    with pytest.raises(RefusedError) as refused:
        enroller.leave_out(first_of(enroller))
    assert refused.value.code is ProblemCode.NOT_OPEN


def test_a_person_reads_of_the_own_photo_that_another_is_wanted(enroller: Enroller) -> None:
    person = OffenderCaller(enroller.person.id, new_id())
    send_photo(enroller.factory.parts, person, PHOTOS[0])
    examine_all(enroller.factory)
    enroller.leave_out(first_of(enroller))
    (told,) = own_enrolment(enroller.factory.parts, person).photos
    assert (told.state, told.reasons) == (PhotoState.RETAKE, ())
