"""Enrolling a person: photos added, examined, approved, and never half of them."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select

from checkin_api.access.callers import OfficerCaller
from checkin_api.references.approval import Approval, approve_set, discard_set
from checkin_api.references.queries import SetSeen
from checkin_api.references.service import add_photos, read_enrolment
from checkin_api.refusals import RefusedError
from checkin_api.uploads import Part
from mobile_contract.codes import ProblemCode
from storage.records import (
    Media,
    Offender,
    ReferencePhotoState,
    ReferenceSet,
    ReferenceSetState,
    Work,
    WorkKind,
)
from tests.checkin_api.arranged import caller_of, examine_all, picture
from tests.factories import Factory

pytestmark = pytest.mark.media


def part_of(data: bytes, name: str = "photo-1") -> Part:
    """A photo as the form sends it."""
    return Part(name, data, hashlib.sha256(data).hexdigest())


PHOTOS = [part_of(picture(60 * number)) for number in range(1, 4)]


@dataclass
class Enroller:
    """An officer who enrols one person."""

    factory: Factory
    caller: OfficerCaller
    person: Offender

    def add(self, *photos: Part) -> int:
        """Add photos."""
        return add_photos(self.factory.parts, self.caller, self.person.id, photos)

    def collecting(self) -> SetSeen:
        """The set being collected."""
        seen = read_enrolment(self.factory.parts, self.caller, self.person.id).collecting
        assert seen is not None
        return seen

    def approve(self, set_id: UUID, reason: str = "") -> None:
        """Approve a set."""
        approve_set(self.factory.parts, self.caller, Approval(self.person.id, set_id, reason))

    def in_store(self) -> set[str]:
        """The keys of all enrolled photos in the store; nobody empties it between tests."""
        return {one.key for one in self.factory.parts.media.listed("references/")}

    def states(self) -> list[ReferenceSetState]:
        """The states of all sets, oldest first."""
        with self.factory.session() as session:
            return list(
                session.scalars(select(ReferenceSet.state).order_by(ReferenceSet.created_at))
            )


@pytest.fixture
def enroller(factory: Factory) -> Enroller:
    """An officer who enrols one person."""
    person = factory.offender()
    return Enroller(factory, caller_of(factory, factory.officer(person.office_id)), person)


def test_added_photos_are_kept_and_given_to_the_worker(enroller: Enroller) -> None:
    assert enroller.add(*PHOTOS) == 3
    with enroller.factory.session() as session:
        rows = session.scalars(select(Media)).all()
        kinds = session.scalars(select(Work.kind)).all()
    assert {row.sha256 for row in rows} == {photo.sha256 for photo in PHOTOS}
    assert kinds.count(WorkKind.EMBED_REFERENCE) == 3
    assert kinds.count(WorkKind.RENDER_MEDIA) == 3
    assert enroller.collecting().examining == 3


def test_the_same_photos_again_change_nothing(enroller: Enroller) -> None:
    enroller.add(*PHOTOS)
    assert enroller.add(*PHOTOS) == 0
    assert len(enroller.collecting().photos) == 3


def test_one_photo_that_is_no_jpeg_keeps_all_out(enroller: Enroller) -> None:
    before = enroller.in_store()
    with pytest.raises(RefusedError) as refused:
        enroller.add(PHOTOS[0], part_of(b"\x89PNG\r\n", "photo-2"))
    assert refused.value.code is ProblemCode.PHOTO_NOT_JPEG
    with enroller.factory.session() as session:
        assert session.scalars(select(Media)).all() == []
    assert enroller.in_store() == before


def test_a_form_without_photos_is_refused(enroller: Enroller) -> None:
    with pytest.raises(RefusedError) as refused:
        enroller.add()
    assert refused.value.errors[0].pointer == "/photos"


def test_nothing_is_approved_before_it_was_examined(enroller: Enroller) -> None:
    enroller.add(*PHOTOS)
    with pytest.raises(RefusedError) as refused:
        enroller.approve(enroller.collecting().id)
    assert refused.value.code is ProblemCode.NOT_OPEN


def test_three_usable_photos_are_approved_without_a_reason(enroller: Enroller) -> None:
    enroller.add(*PHOTOS)
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
    enroller.approve(set_id, "只有一张证件照")
    assert enroller.states() == [ReferenceSetState.APPROVED]


def test_a_set_without_a_usable_photo_is_never_approved(enroller: Enroller) -> None:
    enroller.add(*PHOTOS)
    examine_all(enroller.factory, ReferencePhotoState.UNUSABLE)
    with pytest.raises(RefusedError) as refused:
        enroller.approve(enroller.collecting().id, "没有别的")
    assert refused.value.errors[0].reason == "none_usable"


def test_a_new_set_replaces_the_approved_one(enroller: Enroller) -> None:
    for photos in (PHOTOS[:2], PHOTOS[2:]):
        enroller.add(*photos)
        examine_all(enroller.factory)
        enroller.approve(enroller.collecting().id, "两次登记")
    assert enroller.states() == [ReferenceSetState.REPLACED, ReferenceSetState.APPROVED]


def test_a_set_given_up_lets_its_photos_go(enroller: Enroller) -> None:
    enroller.add(*PHOTOS)
    set_id = enroller.collecting().id
    discard_set(enroller.factory.parts, enroller.caller, enroller.person.id, set_id)
    assert enroller.states() == [ReferenceSetState.DISCARDED]
    with enroller.factory.session() as session:
        assert all(row.keep_until is not None for row in session.scalars(select(Media)))


def test_a_person_of_another_office_is_not_found(enroller: Enroller) -> None:
    stranger = caller_of(enroller.factory, enroller.factory.officer(enroller.factory.office()))
    with pytest.raises(RefusedError) as refused:
        add_photos(enroller.factory.parts, stranger, enroller.person.id, PHOTOS)
    assert refused.value.code is ProblemCode.NOT_FOUND
