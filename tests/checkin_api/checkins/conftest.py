"""On servers without anybody at work."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.local_stack import LocalStack
from tests.checkin_api.checkins.hand import Hand
from tests.factories import Factory
from tests.quiet_stack import owner, parts, stack

__all__ = ["owner", "parts", "stack"]


@pytest.fixture
def hand(factory: Factory, stack: LocalStack, tmp_path: Path) -> Iterator[Hand]:
    """A person's phone, a request at a time."""
    offender = factory.offender()
    opened = Hand.of(factory, stack.public_url, offender, tmp_path / "phone")
    yield opened
    opened.close()
