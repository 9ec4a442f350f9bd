"""Servers of its own: the processes on them are started with wider limits."""

from collections.abc import Iterator

import pytest

from storage.local_stack import LocalStack
from tests.quiet_stack import owner, parts
from tests.servers import migrated_stack

__all__ = ["owner", "parts"]


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """Servers that nobody else empties between two tests."""
    with migrated_stack() as started:
        yield started
