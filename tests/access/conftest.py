"""Everybody who knocks at the door, once for all routes."""

from collections.abc import Iterator

import pytest

from storage.local_stack import LocalStack
from storage.parts import Parts
from tests.access.door import everybody_at_the_door
from tests.access.matrix import Matrix
from tests.quiet_stack import owner, parts, stack

__all__ = ["owner", "parts", "stack"]


@pytest.fixture(scope="session")
def matrix(
    stack: LocalStack, parts: Parts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Matrix]:
    """Everybody at the door of a web process."""
    with everybody_at_the_door(stack, parts, tmp_path_factory.mktemp("access")) as matrix:
        yield matrix
