"""The servers and processes that tests act on: one set a test process, emptied between tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine

from storage.local_stack import LocalStack, Processes
from storage.parts import Parts
from tests.factories import Factory
from tests.servers import ROOT, as_owner, emptied, migrated_stack, web_parts
from tests.world import Servers, World

# A busy machine says nothing about the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """Real PostgreSQL, Valkey and S3, with the schema of today."""
    with migrated_stack() as started:
        yield started


@pytest.fixture(scope="session")
def running(stack: LocalStack) -> Iterator[Processes]:
    """Every process of the Procfile, as in production."""
    processes = Processes(ROOT / "Procfile", stack.environment, stack.logs)
    try:
        processes.start(processes.names)
        processes.wait_ready()
        yield processes
    finally:
        processes.stop()


@pytest.fixture(scope="session")
def parts(stack: LocalStack) -> Iterator[Parts]:
    """The parts of a web process, to look at what was recorded."""
    with web_parts(stack) as opened:
        yield opened


@pytest.fixture(scope="session")
def owner(stack: LocalStack) -> Iterator[Engine]:
    """The database as its owner: what only a release may do."""
    with as_owner(stack) as engine:
        yield engine


@pytest.fixture
def empty(owner: Engine) -> None:
    """Empty tables, whatever the test before left."""
    emptied(owner)


@pytest.fixture
def factory(parts: Parts, empty: None) -> Factory:  # noqa: ARG001 - ordered after the emptying
    """Lays rows that a test needs and does not test."""
    return Factory(parts)


@pytest.fixture
def world(
    stack: LocalStack, running: Processes, factory: Factory, tmp_path: Path
) -> Iterator[World]:
    """The whole system with people in it."""
    world = World(stack.public_url, tmp_path, servers=Servers(stack, running), factory=factory)
    yield world
    world.close()
