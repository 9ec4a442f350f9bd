"""Servers for tests: started empty with today's schema, and gone without a trace."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine

from storage.database import close_sessions
from storage.local_stack import Choices, LocalStack, Processes, Store
from storage.parts import Parts, open_parts
from storage.settings import StorageSettings

ROOT = Path(__file__).parent.parent
STORE = Store(os.environ.get("STORE") or Store.RCLONE)


@contextmanager
def migrated_stack() -> Iterator[LocalStack]:
    """Real PostgreSQL, Valkey and S3, released."""
    folder = Path(tempfile.mkdtemp(prefix="checkin-test-"))
    stack = LocalStack(folder / "var", STORE, Choices(durable=False))
    try:
        with stack:
            Processes(ROOT / "Procfile", stack.environment, stack.logs).release()
            yield stack
            stack.erase()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def web_parts(stack: LocalStack) -> Iterator[Parts]:
    """The parts of a web process."""
    opened = open_parts(StorageSettings.read(stack.environment("web")))
    yield opened
    close_sessions(opened.sessions)


@contextmanager
def as_owner(stack: LocalStack) -> Iterator[Engine]:
    """The database as its owner."""
    engine = create_engine(stack.environment("release")["DATABASE_URL"])
    yield engine
    engine.dispose()
