"""Servers on which no process of the system runs, for tests that are the process themselves.

A conftest that imports these fixtures puts its tests on these servers instead of the busy ones,
where a running worker would claim the work that a test has just laid.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from storage.database import close_sessions
from storage.local_stack import Choices, LocalStack, Processes, Store
from storage.parts import Parts, open_parts
from storage.settings import StorageSettings

ROOT = Path(__file__).parent.parent


class _Shared:
    """One for all folders of tests that want quiet, started when the first asks."""

    stack: LocalStack | None = None


@pytest.fixture(scope="session")
def stack(pytestconfig: pytest.Config) -> LocalStack:
    """Real PostgreSQL, Valkey and S3, with the schema of today and nobody at work."""
    if _Shared.stack is None:
        folder = Path(tempfile.mkdtemp(prefix="checkin-quiet-"))
        store = Store(os.environ.get("STORE") or Store.RCLONE)
        started = LocalStack(folder / "var", store, Choices(durable=False))
        started.start()

        def end() -> None:
            started.erase()
            shutil.rmtree(folder, ignore_errors=True)

        pytestconfig.add_cleanup(end)
        Processes(ROOT / "Procfile", started.environment, started.logs).release()
        _Shared.stack = started
    return _Shared.stack


@pytest.fixture(scope="session")
def parts(stack: LocalStack) -> Iterator[Parts]:
    """The parts of a web process, to lay what it lays and look at what was recorded."""
    opened = open_parts(StorageSettings.read(stack.environment("web")))
    yield opened
    close_sessions(opened.sessions)


@pytest.fixture(scope="session")
def owner(stack: LocalStack) -> Iterator[Engine]:
    """The database as its owner: what only a release may do."""
    engine = create_engine(stack.environment("release")["DATABASE_URL"])
    yield engine
    engine.dispose()
