"""Vectors of check-ins are kept a while, for measuring on the deployment's own people."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import select, update

from storage.database import Scope, ScopeKind, transaction
from storage.local_stack import LocalStack
from storage.records import CheckInVector, ReferenceSet
from tests.enrolments import models
from tests.factories import Factory
from tests.photos import photos
from tests.servers import sessions_as
from tests.verifier.jobs.draining import drain, own_selfie
from tests.waiting_work import Waiting, WaitingWork
from verifier import retention
from verifier.calibrate.enrolled import enrolled_samples
from verifier.calibrate.people import by_person
from verifier.calibrate.trials import Plan, genuine
from verifier.faces import embedding, matching
from verifier.faces.model_files import SFACE
from verifier.faces.seeing import see
from verifier.jobs.workplace import Workplace
from verifier.verdicts.quality import DEFAULT_LIMITS


@pytest.fixture
def person(factory: Factory) -> UUID:
    """Somebody who was enrolled."""
    person = factory.offender().id
    factory.enrolment(person, photos().obama)
    return person


def kept(factory: Factory) -> Sequence[CheckInVector]:
    """All vectors of check-ins there are."""
    with factory.session() as session:
        return session.scalars(select(CheckInVector)).all()


@pytest.fixture
def own(waiting: WaitingWork, workplace: Workplace, person: UUID) -> Waiting:
    """A check-in of the person that the worker has judged."""
    sent = waiting.checkin(person, own_selfie())
    drain(workplace)
    return sent


def test_the_vector_of_a_selfie_is_what_the_model_made_of_it(
    factory: Factory, own: Waiting
) -> None:
    (row,) = kept(factory)
    assert (row.offender_id, row.checkin_id, row.media_id) == (*own.key, own.selfie)
    assert (row.model, row.model_sha256) == (SFACE.name, models().sha256[SFACE.name])
    one = see(own_selfie(), models(), DEFAULT_LIMITS).one
    np.testing.assert_array_equal(
        matching.from_bytes(row.vector), embedding.sface(one.chip, models())
    )


def test_of_a_photo_that_was_not_compared_none_is_kept(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, person: UUID
) -> None:
    waiting.checkin(person, photos().landscape)
    waiting.checkin(person, None)
    waiting.checkin(factory.offender().id, own_selfie())  # not enrolled
    drain(workplace)
    assert kept(factory) == []


@pytest.mark.usefixtures("own")
def test_a_deployment_measures_on_the_check_ins_its_worker_confirmed(
    factory: Factory, stack: LocalStack
) -> None:
    later = factory.parts.now() + timedelta(days=2)
    with factory.session() as session:  # the enrolment is of another day
        session.execute(
            update(ReferenceSet).values(created_at=ReferenceSet.created_at - timedelta(days=9))
        )
    with sessions_as(stack, "verifier") as verifier:
        read = enrolled_samples(verifier, models(), later)
    assert (read.checkins, read.by_people) == (1, 0)
    trials = genuine(by_person(read.samples), Plan(1))
    assert len(trials.person) == len(photos().obama)  # against each enrolled photo
    assert [one.quality.faces for one in read.measures] == [1]


@pytest.mark.usefixtures("own")
def test_they_are_forgotten_in_their_time_by_the_clock_alone(
    factory: Factory, stack: LocalStack
) -> None:
    now = factory.parts.now()
    with sessions_as(stack, "clock") as clock:
        for after, forgotten in ((29, 0), (31, 1)):
            with transaction(clock, Scope(ScopeKind.CLOCK)) as session:
                at = now + timedelta(days=after)
                assert retention.forget_checkin_vectors(session, at) == forgotten
    assert kept(factory) == []
