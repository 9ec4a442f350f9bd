"""A workplace in the test's own process: handlers without a worker around them."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from storage.database import close_sessions
from storage.local_stack import LocalStack
from storage.parts import Parts, open_parts
from storage.records import Queue
from storage.settings import StorageSettings
from tests.enrolments import another_recognizer, models
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import own_selfie
from tests.waiting_work import Waiting, WaitingWork
from verifier.faces.gallery import Gallery
from verifier.faces.models import Models, with_recognizer
from verifier.jobs import drain, limits
from verifier.jobs.media_ahead import MediaAhead
from verifier.jobs.workplace import Workplace, _Door


@pytest.fixture(scope="session")
def verifier_parts(stack: LocalStack) -> Iterator[Parts]:
    """The parts of a verifier, signed in as one."""
    opened = open_parts(StorageSettings.read(stack.environment("verifier")))
    yield opened
    close_sessions(opened.sessions)


@pytest.fixture(scope="session")
def chores_parts(stack: LocalStack) -> Iterator[Parts]:
    """The parts of a chores worker, signed in as one."""
    opened = open_parts(StorageSettings.read(stack.environment("chores")))
    yield opened
    close_sessions(opened.sessions)


@pytest.fixture
def workplace(verifier_parts: Parts, factory: Factory) -> Workplace:  # noqa: ARG001 - emptied first
    """Where faces are looked at."""
    return Workplace(Queue.FACES, verifier_parts, models(), Gallery(1000))


@pytest.fixture
def chores(chores_parts: Parts, factory: Factory) -> Workplace:  # noqa: ARG001 - emptied first
    """Where what needs no look at a face is done."""
    return Workplace(Queue.CHORES, chores_parts)


@pytest.fixture
def waiting(factory: Factory) -> WaitingWork:
    """Lays what waits."""
    return WaitingWork(factory)


@pytest.fixture
def person(factory: Factory) -> UUID:
    """An enrolled person with a fence around the place of every check-in."""
    offender = factory.offender()
    factory.fence(offender.id)
    factory.enrolment(offender.id, photos().obama)
    return offender.id


@pytest.fixture
def own(waiting: WaitingWork, person: UUID) -> Waiting:
    """A check-in of the person themself."""
    return waiting.checkin(person, own_selfie())


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """The models with another recognizer."""
    return with_recognizer(models(), another_recognizer(tmp_path_factory.mktemp("models")))


@pytest.fixture
def ready(workplace: Workplace, other: Models) -> Workplace:
    """A worker that has the next model too."""
    return replace(workplace, next_models=other)


@pytest.fixture
def furnished(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """A workplace that fetches ahead and that `drain` finds, without a horse's limits.

    It listens for nothing: a drain ends with what waits.
    """
    monkeypatch.setattr(drain, "LISTENS_S", 0.0)
    monkeypatch.setattr(limits, "allow_cpu_for_a_row", lambda: None)
    whole = replace(workplace, ahead=MediaAhead(workplace.parts.media))
    monkeypatch.setattr(_Door, "prepared", lambda: whole)
    return whole
