"""Another model for enrolled photos: first all of them, then it judges; never mixed."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import delete, select

from mobile_contract.codes import CheckInState
from storage import model_changes, work
from storage.database import transaction
from storage.model_changes import OtherChangeError, Progress
from storage.records import ReferencePhoto, ReferenceVector, Work, WorkKind
from tests.enrolments import models
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import checkin, drain, evidence, own_selfie
from tests.waiting_work import WaitingWork, let_work_wait
from verifier.faces.models import Models
from verifier.jobs import re_embed_reference
from verifier.jobs.drain import do_next
from verifier.jobs.judging import judging_models
from verifier.jobs.stored_references import vectors_of
from verifier.jobs.workplace import Workplace


def begun(factory: Factory, other: Models) -> UUID:
    """Begin the change, as the command does."""
    with factory.session() as session:
        return model_changes.begin(session, other.recognizer_sha256, "test", factory.parts.now())


def far(factory: Factory, change: UUID) -> Progress:
    with factory.session() as session:
        return model_changes.progress(session, change)


def judging(workplace: Workplace) -> Models:
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        return judging_models(session, workplace)


def lay_people(factory: Factory, count: int) -> list[UUID]:
    people = [factory.offender().id for _ in range(count)]
    for person in people:
        factory.enrolment(person, photos().obama)
    return people


def made_by(factory: Factory, sha256: str) -> int:
    with factory.session() as session:
        rows = session.scalars(
            select(ReferenceVector).where(ReferenceVector.model_sha256 == sha256)
        )
        return len(rows.all())


def test_the_old_model_judges_until_the_last_photo_is_done(
    factory: Factory, ready: Workplace, other: Models
) -> None:
    lay_people(factory, 4)
    change = begun(factory, other)
    for _ in range(11):
        do_next(ready)
    assert far(factory, change) == Progress(12, 11, 0, finished=False)
    assert judging(ready) is ready.face_models
    drain(ready)
    assert far(factory, change) == Progress(12, 12, 0, finished=True)
    assert judging(ready) is other
    assert made_by(factory, other.recognizer_sha256) == 12


def test_a_worker_that_dies_in_the_middle_leaves_the_rest_to_the_next(
    factory: Factory, ready: Workplace, other: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_people(factory, 2)
    change = begun(factory, other)
    do_next(ready)
    with monkeypatch.context() as dying:
        dying.setattr(re_embed_reference, "embed_reference", dies)
        with pytest.raises(KeyboardInterrupt):
            do_next(ready)
    assert far(factory, change) == Progress(6, 1, 0, finished=False)
    assert judging(ready) is ready.face_models
    with factory.session() as session:
        let_work_wait(session, 2 * work.LEASE)
    drain(ready)
    assert far(factory, change) == Progress(6, 6, 0, finished=True)
    assert made_by(factory, other.recognizer_sha256) == 6


def dies(*_: object) -> None:
    raise KeyboardInterrupt


def test_no_more_photos_wait_at_once_than_there_may_be_workers(
    factory: Factory,
    other: Models,
) -> None:
    lay_people(factory, 4)
    begun(factory, other)
    with factory.session() as session:
        waiting = session.scalars(select(Work).where(Work.kind == WorkKind.RE_EMBED_REFERENCE))
        assert len(waiting.all()) == model_changes.AT_ONCE


def test_a_check_in_is_judged_by_one_model_before_and_the_other_after(
    factory: Factory, waiting: WaitingWork, ready: Workplace, other: Models
) -> None:
    (person,) = lay_people(factory, 1)
    before = waiting.checkin(person, own_selfie(1))
    drain(ready)
    begun(factory, other)
    drain(ready)
    after = waiting.checkin(person, own_selfie(2))
    drain(ready)
    used = [
        evidence(factory, one)[-1].face["models"]["face_recognition_sface_2021dec.onnx"]
        for one in (before, after)
    ]
    assert used == [ready.face_models.recognizer_sha256, other.recognizer_sha256]
    assert checkin(factory, after).state is CheckInState.CONFIRMED


def test_vectors_of_another_model_are_never_compared_with(
    factory: Factory, waiting: WaitingWork, ready: Workplace, other: Models
) -> None:
    (person,) = lay_people(factory, 1)
    with factory.session() as session:
        assert vectors_of(session, [person], other) == {person: []}
    _misplace_vectors(factory, other)
    sent = waiting.checkin(person, own_selfie())
    drain(ready)
    assert checkin(factory, sent).state is CheckInState.IN_REVIEW
    assert evidence(factory, sent)[-1].face["error"] == "references_not_comparable"


def _misplace_vectors(factory: Factory, other: Models) -> None:
    """Leave the person with vectors of the other model only."""
    with factory.session() as session:
        for row in session.scalars(select(ReferenceVector)).all():
            if row.model_sha256 == models().recognizer_sha256:
                session.add(
                    ReferenceVector(
                        photo_id=row.photo_id,
                        model=row.model,
                        model_sha256=other.recognizer_sha256,
                        vector=np.ones(128, dtype="<f4").tobytes(),
                    )
                )
        session.flush()
        session.execute(
            delete(ReferenceVector).where(
                ReferenceVector.model_sha256 == models().recognizer_sha256
            )
        )


def test_a_worker_without_the_next_model_leaves_it_to_the_others(
    factory: Factory, workplace: Workplace, other: Models
) -> None:
    lay_people(factory, 1)
    change = begun(factory, other)
    for _ in range(3):
        do_next(workplace)
    assert far(factory, change).concluded == 0
    with factory.session() as session:
        rows = session.scalars(select(Work).where(Work.kind == WorkKind.RE_EMBED_REFERENCE)).all()
    assert {row.last_error for row in rows} == {"next_model_not_loaded"}
    assert {row.attempts for row in rows} == {0}


def test_a_photo_that_comes_meanwhile_is_not_forgotten(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, ready: Workplace, other: Models
) -> None:
    change = begun(factory, other)  # of nobody: it is finished at once
    assert far(factory, change).finished
    (added,) = waiting.references(factory.offender().id, [photos().obama[0]])
    do_next(workplace)  # by a worker that has the old model only
    drain(ready)
    with factory.session() as session:
        found = session.scalars(
            select(ReferenceVector.model_sha256).where(ReferenceVector.photo_id == added)
        ).all()
    assert other.recognizer_sha256 in found


def test_a_photo_that_cannot_be_embedded_holds_nothing_up(
    factory: Factory, ready: Workplace, other: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_people(factory, 1)
    change = begun(factory, other)

    def fail(*_: object) -> Sequence[bytes]:
        raise re_embed_reference.ReEmbeddingFailedError

    monkeypatch.setattr(re_embed_reference, "embed_reference", fail)
    drain(ready)
    assert far(factory, change) == Progress(3, 3, 3, finished=True)


def test_beginning_again_goes_on_and_another_change_waits(
    factory: Factory,
    other: Models,
) -> None:
    lay_people(factory, 1)
    first = begun(factory, other)
    assert begun(factory, other) == first
    with factory.session() as session:
        assert len(session.scalars(select(ReferencePhoto)).all()) == 3
        with pytest.raises(OtherChangeError):
            model_changes.begin(session, "0" * 64, "test", factory.parts.now())
