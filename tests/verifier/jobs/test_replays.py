"""Photos that were sent before: which are noticed, which are not, and what is kept of them."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from mobile_contract.codes import CheckInState
from storage import work
from storage.records import (
    CheckIn,
    PhotoHash,
    RaisedFlag,
    ReferencePhoto,
    ReferencePhotoState,
    ReplayTwin,
    RuleRow,
    TwinKind,
    WorkKind,
)
from storage.work import Subject
from tests import sent_again
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import checkin, drain, own_selfie
from tests.waiting_work import Waiting, WaitingWork
from verifier import retention
from verifier.jobs.workplace import Workplace

pytestmark = pytest.mark.media


def flags(factory: Factory, sent: Waiting) -> set[str]:
    """What a check-in raised."""
    with factory.session() as session:
        rows = select(RaisedFlag.code).where(RaisedFlag.checkin_id == sent.id)
        return set(session.scalars(rows))


def twin(factory: Factory, sent: Waiting) -> tuple[TwinKind, UUID | None] | None:
    """In what a photo is the same as an earlier one, and of which check-in that is."""
    with factory.session() as session:
        found = session.get(ReplayTwin, sent.key)
        if found is None:
            return None
        earlier = session.get(PhotoHash, found.twin_id) if found.twin_id else None
        return found.kind, None if earlier is None else earlier.checkin_id


def captured_as(factory: Factory, sent: Waiting, one: Waiting) -> None:
    """Gives a check-in the capture time and the window of another."""
    with factory.session() as session:
        other = session.get_one(CheckIn, one.key)
        row = session.get_one(CheckIn, sent.key)
        row.captured_at, row.window_id = other.captured_at, other.window_id


@pytest.fixture
def first(own: Waiting, workplace: Workplace, factory: Factory) -> Waiting:
    """A check-in that was confirmed."""
    drain(workplace)
    assert checkin(factory, own).state is CheckInState.CONFIRMED
    return own


def test_the_same_file_again_is_for_an_officer(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, first: Waiting
) -> None:
    again = waiting.checkin(first.offender_id, own_selfie())
    drain(workplace)
    assert twin(factory, again) == (TwinKind.SAME_BYTES, first.id)
    assert flags(factory, again) == {"possible_replay"}
    assert checkin(factory, again).state is CheckInState.IN_REVIEW


@pytest.mark.parametrize(
    ("photo", "kind"),
    [
        (sent_again.saved_anew(own_selfie()), TwinKind.SAME_PICTURE),
        (sent_again.smaller(own_selfie()), TwinKind.SAME_PICTURE),
        (sent_again.mirrored(own_selfie()), TwinKind.MIRRORED_PICTURE),
    ],
    ids=["saved anew", "smaller", "mirrored"],
)
@pytest.mark.usefixtures("first")
def test_the_same_picture_in_another_file_is_noticed(
    photo: bytes, kind: TwinKind, waiting: WaitingWork, workplace: Workplace, own: Waiting
) -> None:
    again = waiting.checkin(own.offender_id, photo)
    drain(workplace)
    assert twin(waiting.factory, again) == (kind, own.id)


def test_another_photo_of_the_person_is_none(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, first: Waiting
) -> None:
    other = waiting.checkin(first.offender_id, photos().obama[1])
    drain(workplace)
    assert twin(factory, other) is None
    assert checkin(factory, other).state is CheckInState.CONFIRMED


def test_one_capture_under_two_ids_is_a_duplicate_and_no_replay(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, first: Waiting
) -> None:
    again = waiting.checkin(first.offender_id, own_selfie())
    captured_as(factory, again, first)
    drain(workplace)
    assert twin(factory, again) is None
    assert checkin(factory, again).state is CheckInState.CONFIRMED


def test_a_photo_taken_again_in_one_window_may_look_like_the_one_before(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, person: UUID
) -> None:
    window = factory.window(person)
    waiting.checkin(person, own_selfie(), window)
    drain(workplace)
    retaken = waiting.checkin(person, sent_again.saved_anew(own_selfie(), 90), window)
    drain(workplace)
    assert twin(factory, retaken) is None


def test_the_same_file_twice_in_one_window_at_two_times_is_a_replay(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, person: UUID
) -> None:
    window = factory.window(person)
    waiting.checkin(person, own_selfie(), window)
    drain(workplace)
    again = waiting.checkin(person, own_selfie(), window)
    drain(workplace)
    found = twin(factory, again)
    assert found is not None
    assert found[0] is TwinKind.SAME_BYTES


def test_an_own_enrolled_photo_is_no_selfie(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    person = factory.offender().id
    waiting.references(person, photos().obama)
    drain(workplace)
    sent = waiting.checkin(person, sent_again.saved_anew(photos().obama[2]))
    drain(workplace)
    assert twin(factory, sent) == (TwinKind.SAME_PICTURE, None)


def colleague(factory: Factory, person: UUID, *, office: UUID | None = None) -> UUID:
    """Somebody else, by default of the same office, enrolled with the same face."""
    with factory.session() as session:
        here = session.scalars(
            select(PhotoHash.office_id).where(PhotoHash.offender_id == person)
        ).first()
    other = factory.offender(office or here).id
    factory.enrolment(other, photos().obama)
    return other


def test_a_photo_of_another_person_of_the_office_is_noticed(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, first: Waiting
) -> None:
    other = colleague(factory, first.offender_id)
    sent = waiting.checkin(other, sent_again.mirrored(own_selfie()))
    drain(workplace)
    assert twin(factory, sent) == (TwinKind.MIRRORED_PICTURE, first.id)


def test_photos_of_another_office_and_old_ones_of_this_are_not_compared(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, first: Waiting
) -> None:
    elsewhere = colleague(factory, first.offender_id, office=factory.office())
    far = waiting.checkin(elsewhere, own_selfie())
    drain(workplace)
    with factory.session() as session:
        session.execute(update(PhotoHash).values(seen_at=PhotoHash.seen_at - timedelta(days=31)))
    late = waiting.checkin(colleague(factory, first.offender_id), own_selfie())
    drain(workplace)
    assert twin(factory, far) is None
    assert twin(factory, late) is None


def test_a_rule_may_make_it_a_note(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, first: Waiting
) -> None:
    now = factory.parts.now()
    with factory.session() as session:
        session.add(
            RuleRow(
                name="flag_kinds",
                value={"possible_replay": "note"},
                valid_from=now - timedelta(days=1),
                set_by="test",
                reason="test",
                set_at=now,
            )
        )
    again = waiting.checkin(first.offender_id, own_selfie())
    drain(workplace)
    assert flags(factory, again) == {"possible_replay"}
    assert checkin(factory, again).state is CheckInState.CONFIRMED


def test_hashes_outlive_the_photo_and_are_forgotten_in_their_time(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, first: Waiting
) -> None:
    again = waiting.checkin(first.offender_id, own_selfie())
    drain(workplace)
    later = factory.parts.now() + timedelta(days=401)
    with factory.session() as session:
        assert retention.forget_photo_hashes(session, later - timedelta(days=2)) == 0
        assert retention.forget_photo_hashes(session, later) == 2
    assert twin(factory, again) == (TwinKind.SAME_BYTES, None)
    assert flags(factory, again) == {"possible_replay"}


def test_hashes_of_references_in_use_are_kept(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    waiting.references(factory.offender().id, photos().obama)
    drain(workplace)
    with factory.session() as session:
        later = factory.parts.now() + timedelta(days=3000)
        assert retention.forget_photo_hashes(session, later) == 0


def test_hashes_of_a_photo_that_was_left_out_are_forgotten(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    waiting.references(factory.offender().id, photos().obama)
    drain(workplace)
    with factory.session() as session:
        session.query(ReferencePhoto).limit(1).one().state = ReferencePhotoState.LEFT_OUT
    with factory.session() as session:
        later = factory.parts.now() + timedelta(days=3000)
        assert retention.forget_photo_hashes(session, later) == 1


def test_an_attempt_that_is_made_again_does_not_find_the_photo_itself(
    factory: Factory, workplace: Workplace, first: Waiting
) -> None:
    with factory.session() as session:
        session.get_one(CheckIn, first.key).state = CheckInState.RECEIVED
        subject = Subject(first.id, first.offender_id)
        work.add(session, WorkKind.VERIFY_CHECKIN, subject, factory.parts.now())
    drain(workplace)
    assert twin(factory, first) is None
