"""Everybody who knocks at the door, once for all routes."""

from collections.abc import Iterator

import pytest

from storage.local_stack import LocalStack
from storage.parts import Parts
from tests.access.door import everybody_at_the_door
from tests.access.matrix import Matrix
from tests.quiet_stack import owner, parts
from tests.servers import migrated_stack

__all__ = ["owner", "parts"]


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """Servers that nobody else empties between two tests."""
    with migrated_stack() as started:
        yield started


@pytest.fixture(scope="session")
def matrix(
    stack: LocalStack, parts: Parts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Matrix]:
    """Everybody at the door of a web process."""
    with everybody_at_the_door(stack, parts, tmp_path_factory.mktemp("access")) as matrix:
        yield matrix
