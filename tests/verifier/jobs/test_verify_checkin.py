"""What becomes of a check-in when its row is drained."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, insert, select, text

from mobile_contract.codes import CheckInState
from storage import work
from storage.database import transaction
from storage.records import (
    Media,
    MediaKind,
    ReferenceVector,
    RuleRow,
    WorkKind,
)
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import (
    causes,
    checkin,
    drain,
    evidence,
    own_selfie,
)
from tests.verifier.jobs.in_force import put_in_force
from tests.waiting_work import Waiting, WaitingWork
from verifier.jobs import verify_checkin
from verifier.jobs.workplace import Workplace
from verifier.verdicts.bands import DEFAULT, Limits
from verifier.verdicts.evidence import FaceVerdict

# So strict that nobody is the same person as on another photo.
STRICT = Limits(1, 0.001, 0.002, 0.001, 0.002)


@pytest.mark.media
def test_the_right_person_is_confirmed_with_evidence(
    factory: Factory, workplace: Workplace, own: Waiting
) -> None:
    drain(workplace)
    assert checkin(factory, own).state is CheckInState.CONFIRMED
    (row,) = evidence(factory, own)
    assert row.face_verdict == FaceVerdict.MATCH
    assert row.face["references"] == 3
    assert row.face["scores"]["sface"] < 0.5
    assert set(row.face["models"]) == set(workplace.face_models.sha256)


def test_another_person_is_for_an_officer(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, person: UUID
) -> None:
    other = waiting.checkin(person, photos().selfie_of(photos().biden, 1))
    drain(workplace)
    assert checkin(factory, other).state is CheckInState.IN_REVIEW
    assert evidence(factory, other)[0].face_verdict == FaceVerdict.NO_MATCH
    assert causes(factory, person) == ["checkin"]


def test_a_person_who_is_not_enrolled_is_for_an_officer(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    stranger = factory.offender().id
    sent = waiting.checkin(stranger, own_selfie())
    drain(workplace)
    assert evidence(factory, sent)[0].face_verdict == FaceVerdict.NOT_ENROLLED
    assert causes(factory, stranger) == ["not_enrolled"]


def test_a_declined_selfie_is_for_an_officer_without_any_look(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, person: UUID
) -> None:
    declined = waiting.checkin(person, None)
    drain(workplace)
    assert evidence(factory, declined)[0].face_verdict == FaceVerdict.NONE
    assert causes(factory, person) == ["checkin"]


@pytest.mark.media
def test_officers_get_a_picture_of_a_selfie_that_they_have_to_look_at(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, person: UUID
) -> None:
    other = waiting.checkin(person, photos().selfie_of(photos().biden, 1))
    drain(workplace)
    (picture,) = pictures(factory, other)
    assert picture.kind is MediaKind.RENDITION
    assert picture.checkin_id == other.id


@pytest.mark.media
def test_nobody_makes_a_picture_of_a_settled_check_in_before_somebody_looks(
    factory: Factory, workplace: Workplace, own: Waiting
) -> None:
    drain(workplace)
    assert checkin(factory, own).state is CheckInState.CONFIRMED
    assert pictures(factory, own) == []


def pictures(factory: Factory, sent: Waiting) -> list[Media]:
    """The pictures of a selfie."""
    with factory.session() as session:
        return list(session.scalars(select(Media).where(Media.original_id == sent.selfie)))


def test_vectors_of_other_models_are_never_compared(
    factory: Factory, workplace: Workplace, own: Waiting, person: UUID
) -> None:
    with factory.session() as session:
        for row in session.scalars(select(ReferenceVector)):
            row.model_sha256 = row.model_sha256[::-1]
    drain(workplace)
    assert evidence(factory, own)[0].face["error"] == verify_checkin.NOT_COMPARABLE
    assert causes(factory, person) == ["system"]


def test_a_set_in_force_judges_and_is_named_in_the_evidence(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, person: UUID
) -> None:
    put_in_force(factory, STRICT)
    later = waiting.checkin(person, own_selfie())
    drain(workplace)
    (row,) = evidence(factory, later)
    assert (row.threshold_set, row.face_verdict) == ("strict", FaceVerdict.NO_MATCH)


def test_a_check_in_is_judged_by_the_limits_of_its_reception(
    factory: Factory, workplace: Workplace, own: Waiting
) -> None:
    put_in_force(factory, STRICT)
    drain(workplace)
    (row,) = evidence(factory, own)
    assert (row.threshold_set, row.face_verdict) == (DEFAULT.name, FaceVerdict.MATCH)


def test_a_threshold_set_that_there_is_not_confirms_nobody(
    factory: Factory, workplace: Workplace, own: Waiting, person: UUID, owner: Engine
) -> None:
    """A rule that was written before the database looked for two people."""
    past = factory.parts.now() - timedelta(days=1)
    words = {"set_by": "test", "reason": "test"}
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE rules DISABLE TRIGGER rules_threshold_set"))
        old = insert(RuleRow).values(
            name="threshold_set", value="of-last-year", valid_from=past, set_at=past, **words
        )
        connection.execute(old)
        connection.execute(text("ALTER TABLE rules ENABLE TRIGGER rules_threshold_set"))
    drain(workplace)
    assert checkin(factory, own).state is CheckInState.IN_REVIEW
    assert causes(factory, person) == ["system"]


def test_a_check_in_that_was_verified_is_not_verified_again_by_a_second_promise(
    factory: Factory, workplace: Workplace, own: Waiting
) -> None:
    drain(workplace)
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        subject = work.Subject(own.id, own.offender_id)
        work.add(session, WorkKind.VERIFY_CHECKIN, subject, factory.parts.now())
    drain(workplace)
    assert checkin(factory, own).state is CheckInState.CONFIRMED
    assert [row.attempt for row in evidence(factory, own)] == [1, 2]
