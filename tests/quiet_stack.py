"""Servers on which no process of the system runs, for tests that are the process themselves.

A conftest that imports these fixtures puts its tests on these servers instead of the busy ones,
where a running worker would claim the work that a test has just laid.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine

from storage.local_stack import LocalStack
from storage.parts import Parts
from tests.servers import as_owner, migrated_stack, web_parts


class _Shared:
    """One for all folders of tests that want quiet, started when the first asks."""

    stack: LocalStack | None = None


@pytest.fixture(scope="session")
def stack(pytestconfig: pytest.Config) -> LocalStack:
    """Real PostgreSQL, Valkey and S3, with the schema of today and nobody at work."""
    if _Shared.stack is None:
        until_the_end = ExitStack()
        _Shared.stack = until_the_end.enter_context(migrated_stack())
        pytestconfig.add_cleanup(until_the_end.close)
    return _Shared.stack


@pytest.fixture(scope="session")
def parts(stack: LocalStack) -> Iterator[Parts]:
    """The parts of a web process, to lay what it lays and look at what was recorded."""
    with web_parts(stack) as opened:
        yield opened


@pytest.fixture(scope="session")
def owner(stack: LocalStack) -> Iterator[Engine]:
    """The database as its owner: what only a release may do."""
    with as_owner(stack) as engine:
        yield engine
