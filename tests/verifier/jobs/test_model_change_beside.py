"""What waits from before a change of the model, and workers that have another one."""

from uuid import UUID

from sqlalchemy import delete, select

from storage import model_changes
from storage.records import ReferenceVector, Work, WorkKind
from tests.enrolments import models
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import drain
from tests.verifier.jobs.test_model_change import begun, far, lay_people, made_by
from tests.waiting_work import WaitingWork
from verifier.faces.models import Models
from verifier.jobs.drain import do_next
from verifier.jobs.workplace import Workplace


def test_a_photo_from_before_a_change_does_not_end_it_early(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, ready: Workplace, other: Models
) -> None:
    begun(factory, other)  # of nobody: it is finished at once
    (early,) = waiting.references(factory.offender().id, [photos().obama[0]])
    do_next(workplace)  # leaves a promise of that change, by a worker that has the old model only
    lay_people(factory, 1)
    back = begun_to(factory, models().recognizer_sha256, but=early)
    while still_to_come(factory) > 1:
        do_next(ready)
    assert not far(factory, back).finished
    drain(ready)
    assert far(factory, back).finished
    assert made_by(factory, models().recognizer_sha256) == 4


def test_a_worker_whose_next_model_is_another_leaves_it_to_those_who_have_it(
    factory: Factory, ready: Workplace
) -> None:
    lay_people(factory, 1)
    change = begun_to(factory, "0" * 64)
    do_next(ready)
    assert far(factory, change).concluded == 0
    with factory.session() as session:
        waits = session.scalars(select(Work).where(Work.last_error.is_not(None))).one()
    assert (waits.last_error, waits.attempts) == ("next_model_not_loaded", 0)


def still_to_come(factory: Factory) -> int:
    promised = select(Work).where(Work.kind == WorkKind.RE_EMBED_REFERENCE, Work.done_at.is_(None))
    with factory.session() as session:
        return len(session.scalars(promised).all())


def begun_to(factory: Factory, sha256: str, but: UUID | None = None) -> UUID:
    """Begin a change to a model that all photos lack but this one."""
    with factory.session() as session:
        session.execute(
            delete(ReferenceVector).where(
                ReferenceVector.model_sha256 == sha256,
                ReferenceVector.photo_id.is_distinct_from(but),
            )
        )
        return model_changes.begin(session, sha256, "test", factory.parts.now())
