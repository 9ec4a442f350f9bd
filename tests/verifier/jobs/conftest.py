"""A workplace in the test's own process: handlers without a worker around them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.database import close_sessions
from storage.local_stack import LocalStack
from storage.parts import Parts, open_parts
from storage.records import Queue
from storage.settings import StorageSettings
from tests.factories import Factory
from tests.waiting_work import WaitingWork
from verifier.faces.models import Models, load
from verifier.jobs.workplace import Workplace


@pytest.fixture(scope="session")
def models(stack: LocalStack) -> Models:
    """The face models."""
    return load(Path(stack.environment("verifier")["MODELS_FOLDER"]))


@pytest.fixture(scope="session")
def verifier_parts(stack: LocalStack) -> Iterator[Parts]:
    """The parts of a verifier, signed in as one."""
    opened = open_parts(StorageSettings.read(stack.environment("verifier")))
    yield opened
    close_sessions(opened.sessions)


@pytest.fixture
def workplace(verifier_parts: Parts, models: Models, factory: Factory) -> Workplace:  # noqa: ARG001 - emptied first
    """Where faces are looked at."""
    return Workplace(Queue.FACES, verifier_parts, models)


@pytest.fixture
def waiting(factory: Factory) -> WaitingWork:
    """Lays what waits."""
    return WaitingWork(factory)


def later(workplace: Workplace, by: timedelta) -> Workplace:
    """The same workplace with a clock that is ahead."""

    def now() -> datetime:
        return workplace.parts.now() + by

    return replace(workplace, parts=replace(workplace.parts, now=now))
