"""Servers for tests: started empty with today's schema, and gone without a trace."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.errors import DeadlockDetected
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from storage.database import Sessions, close_sessions, open_sessions
from storage.local_stack import Choices, LocalStack, Processes, Store
from storage.parts import Parts, open_parts
from storage.records import Record
from storage.settings import DatabaseSettings, StorageSettings
from tests.stage import eventually

ROOT = Path(__file__).parent.parent
STORE = Store(os.environ.get("STORE") or Store.RCLONE)
ONLOOKER = "checkin_onlooker"
# Without pg_read_all_stats it would see nothing of other roles' sessions, transactions or waits.
_ONLOOKER_SIGNS_IN = (
    f"CREATE ROLE {ONLOOKER} LOGIN PASSWORD '{ONLOOKER}' IN ROLE checkin_web, pg_read_all_stats"
)


@contextmanager
def migrated_stack() -> Iterator[LocalStack]:
    """Real PostgreSQL, Valkey and S3, released."""
    folder = Path(tempfile.mkdtemp(prefix="checkin-test-"))
    stack = LocalStack(folder / "var", STORE, Choices(durable=False))
    try:
        with stack:
            Processes(ROOT / "Procfile", stack.environment, stack.logs).release()
            lay_onlooker(stack)
            yield stack
            stack.erase()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lay_onlooker(stack: LocalStack) -> None:
    """Make the tests' own database role.

    In the scopes of the web it is bound like the web's, so that services can be called with it; in
    any other it lays and sees every row. No such role is made anywhere but on servers for tests.
    """
    for url, statements in (
        (stack.superuser_url, (_ONLOOKER_SIGNS_IN,)),
        (stack.environment("release")["DATABASE_URL"].replace("+psycopg", ""), _onlooker_sees()),
    ):
        with psycopg.connect(url) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def _onlooker_sees() -> Iterator[str]:
    yield f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {ONLOOKER}"
    for table in Record.metadata.tables:
        yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ONLOOKER}"
        yield (
            f"CREATE POLICY onlooker ON {table} TO {ONLOOKER}"
            " USING ((SELECT app_scope() NOT IN ('door', 'offender', 'officer')))"
        )


@contextmanager
def web_parts(stack: LocalStack) -> Iterator[Parts]:
    """The parts of a web process, for which scope `command` sees and lays everything."""
    settings = stack.environment("web")
    url = make_url(settings["DATABASE_URL"]).set(username=ONLOOKER, password=ONLOOKER)
    settings["DATABASE_URL"] = url.render_as_string(hide_password=False)
    opened = open_parts(StorageSettings.read(settings))
    yield opened
    close_sessions(opened.sessions)


@contextmanager
def as_owner(stack: LocalStack) -> Iterator[Engine]:
    """The database as its owner."""
    engine = create_engine(stack.environment("release")["DATABASE_URL"])
    yield engine
    engine.dispose()


@contextmanager
def sessions_as(stack: LocalStack, role: str) -> Iterator[Sessions]:
    """The database as one process, or an administrator's command, signs in to it."""
    sessions = open_sessions(DatabaseSettings.read(stack.environment(role)))
    yield sessions
    close_sessions(sessions)


def emptied(owner: Engine) -> None:
    """Empty all tables at once; a deadlock with a process that works on is tried again."""
    eventually(lambda: _truncated(owner), within_s=30)


def _truncated(owner: Engine) -> bool:
    tables = ", ".join(table for table in Record.metadata.tables if table != "heartbeats")
    try:
        with owner.begin() as connection:
            connection.execute(text(f"TRUNCATE {tables} CASCADE"))
    except OperationalError as fault:
        if not isinstance(fault.orig, DeadlockDetected):
            raise
        return False
    return True
