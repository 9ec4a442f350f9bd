"""Enrolling a person: photos added, examined, approved, and never half of them."""

import pytest
from sqlalchemy import select

from checkin_api.references.approval import Approval, Reasons, approve_set, discard_set
from checkin_api.references.service import add_photos
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from storage.records import (
    Media,
    PairAgreement,
    ReferencePhoto,
    ReferencePhotoState,
    ReferenceSetState,
    Work,
    WorkKind,
)
from tests.checkin_api.arranged import caller_of, examine_all, lay_checkin, lay_photo
from tests.checkin_api.references.enroller import PHOTOS, Enroller, part_of
from verifier.verdicts.evidence import FaceVerdict

pytestmark = pytest.mark.media


def test_added_photos_are_kept_and_given_to_the_worker(enroller: Enroller) -> None:
    assert enroller.add(*PHOTOS[:3]) == 3
    with enroller.factory.session() as session:
        rows = session.scalars(select(Media)).all()
        kinds = session.scalars(select(Work.kind)).all()
    assert {row.sha256 for row in rows} == {photo.sha256 for photo in PHOTOS[:3]}
    assert kinds.count(WorkKind.EMBED_REFERENCE) == 3
    assert kinds.count(WorkKind.RENDER_MEDIA) == 3
    assert enroller.collecting().examining == 3


def test_photos_stand_in_the_order_in_which_they_were_sent(enroller: Enroller) -> None:
    enroller.add(*PHOTOS[:5])
    with enroller.factory.session() as session:
        rows = session.execute(
            select(ReferencePhoto.id, Media.sha256).join(Media, Media.id == ReferencePhoto.media_id)
        )
        names = {row.id: row.sha256 for row in rows}
    shown = [names[photo.id] for photo in enroller.collecting().photos]
    assert shown == [photo.sha256 for photo in PHOTOS[:5]]


def test_the_same_photos_again_change_nothing(enroller: Enroller) -> None:
    enroller.add(*PHOTOS[:3])
    assert enroller.add(*PHOTOS[:3]) == 0
    assert len(enroller.collecting().photos) == 3


def test_one_photo_that_is_no_jpeg_keeps_all_out(enroller: Enroller) -> None:
    before = enroller.in_store()
    with pytest.raises(RefusedError) as refused:
        enroller.add(PHOTOS[0], part_of(b"\x89PNG\r\n"))
    assert refused.value.code is ProblemCode.PHOTO_NOT_JPEG
    with enroller.factory.session() as session:
        assert session.scalars(select(Media)).all() == []
    assert enroller.in_store() == before


def test_a_form_without_photos_is_refused(enroller: Enroller) -> None:
    with pytest.raises(RefusedError) as refused:
        enroller.add()
    assert refused.value.errors[0].pointer == "/photos"


def test_nothing_is_approved_before_it_was_examined(enroller: Enroller) -> None:
    enroller.add(*PHOTOS[:3])
    with pytest.raises(RefusedError) as refused:
        enroller.approve(enroller.collecting().id)
    assert refused.value.code is ProblemCode.NOT_OPEN


def test_three_usable_photos_are_approved_without_a_reason(enroller: Enroller) -> None:
    enroller.add(*PHOTOS[:3])
    examine_all(enroller.factory)
    enroller.approve(enroller.collecting().id)
    assert enroller.states() == [ReferenceSetState.APPROVED]


def test_fewer_than_three_need_a_reason(enroller: Enroller) -> None:
    enroller.add(PHOTOS[0])
    examine_all(enroller.factory)
    set_id = enroller.collecting().id
    with pytest.raises(RefusedError) as refused:
        enroller.approve(set_id)
    assert refused.value.errors[0].pointer == "/weak_reason"
    enroller.approve(set_id, Reasons(weak="只有一张证件照"))
    assert enroller.states() == [ReferenceSetState.APPROVED]


def test_a_set_without_a_usable_photo_is_never_approved(enroller: Enroller) -> None:
    enroller.add(*PHOTOS[:3])
    examine_all(enroller.factory, ReferencePhotoState.UNUSABLE)
    with pytest.raises(RefusedError) as refused:
        enroller.approve(enroller.collecting().id, Reasons(weak="没有别的"))
    assert refused.value.errors[0].reason == "none_usable"


def test_a_set_given_up_lets_its_photos_go(enroller: Enroller) -> None:
    enroller.add(*PHOTOS[:3])
    set_id = enroller.collecting().id
    discard_set(enroller.factory.parts, enroller.caller, enroller.person.id, set_id)
    assert enroller.states() == [ReferenceSetState.DISCARDED]
    with enroller.factory.session() as session:
        assert all(row.keep_until is not None for row in session.scalars(select(Media)))


def test_a_person_of_another_office_is_not_found(enroller: Enroller) -> None:
    stranger = caller_of(enroller.factory, enroller.factory.officer(enroller.factory.office()))
    with pytest.raises(RefusedError) as refused:
        add_photos(enroller.factory.parts, stranger, enroller.person.id, PHOTOS[:3])
    assert refused.value.code is ProblemCode.NOT_FOUND


def test_a_set_has_at_most_five_photos(enroller: Enroller) -> None:
    enroller.add(*PHOTOS[:5])
    with pytest.raises(RefusedError) as refused:
        enroller.add(PHOTOS[5])
    assert refused.value.errors[0].pointer == "/photos"
    assert len(enroller.collecting().photos) == 5


def test_a_photo_of_no_use_takes_no_place_in_a_set(enroller: Enroller) -> None:
    enroller.add(*PHOTOS[:5])
    examine_all(enroller.factory, ReferencePhotoState.UNUSABLE)
    assert enroller.add(PHOTOS[5]) == 1


def test_photos_below_the_gate_need_a_reason_and_then_count(enroller: Enroller) -> None:
    enroller.add(*PHOTOS[:3])
    examine_all(enroller.factory, ReferencePhotoState.POOR)
    set_id = enroller.collecting().id
    with pytest.raises(RefusedError) as refused:
        enroller.approve(set_id)
    assert refused.value.errors[0].reason == "none_usable"
    enroller.approve(set_id, Reasons(gate="面部烧伤,无更清楚的照片"))
    with enroller.factory.session() as session:
        assert set(session.scalars(select(ReferencePhoto.state))) == {ReferencePhotoState.USABLE}


def test_photos_below_the_gate_stay_out_of_a_set_without_that_reason(enroller: Enroller) -> None:
    enroller.add(PHOTOS[0])
    examine_all(enroller.factory, ReferencePhotoState.POOR)
    enroller.add(*PHOTOS[1:4])
    examine_all(enroller.factory)
    enroller.approve(enroller.collecting().id)
    with enroller.factory.session() as session:
        states = sorted(session.scalars(select(ReferencePhoto.state)))
    assert states == ["poor", "usable", "usable", "usable"]


@pytest.mark.parametrize("pairs", [PairAgreement.DIFFER, None])
def test_photos_that_may_be_of_two_people_are_not_approved_without_saying_so(
    enroller: Enroller, pairs: PairAgreement | None
) -> None:
    enroller.add(*PHOTOS[:3])
    examine_all(enroller.factory, pairs=pairs)
    set_id = enroller.collecting().id
    with pytest.raises(RefusedError) as refused:
        enroller.approve(set_id)
    assert refused.value.errors[0].pointer == "/pairs_reason"
    enroller.approve(set_id, Reasons(pairs="一张为三年前的证件照"))
    assert enroller.states() == [ReferenceSetState.APPROVED]


def test_nothing_is_approved_without_saying_what_it_was_compared_with(enroller: Enroller) -> None:
    enroller.add(*PHOTOS[:3])
    examine_all(enroller.factory)
    set_id = enroller.collecting().id
    approval = Approval(enroller.person.id, set_id, None, enroller.photos_of(set_id))
    with pytest.raises(RefusedError) as refused:
        approve_set(enroller.factory.parts, enroller.caller, approval)
    assert refused.value.errors[0].pointer == "/basis"


@pytest.mark.parametrize("verdict", [FaceVerdict.NO_MATCH, FaceVerdict.MATCH])
def test_a_photo_of_a_disputed_check_in_becomes_no_reference(
    enroller: Enroller, verdict: FaceVerdict
) -> None:
    factory, person = enroller.factory, enroller.person.id
    sent = lay_checkin(factory, person, verdict)
    lay_photo(factory, person, PHOTOS[0].data, sent)
    if verdict is FaceVerdict.MATCH:  # it was confirmed: nobody disputes it
        assert enroller.add(PHOTOS[0]) == 1
        return
    with pytest.raises(RefusedError) as refused:
        enroller.add(*PHOTOS[:3])
    assert refused.value.errors[0].reason == "disputed"
    assert enroller.states() == []
