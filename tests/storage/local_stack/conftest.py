"""Real servers in folders of their own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.local_stack import Choices, LocalStack
from storage.local_stack.places import Places


@pytest.fixture(scope="session")
def places() -> Iterator[Places]:
    """Places as usual, with a home for PostgreSQL that goes away after the tests."""
    usual = Places.read(os.environ)
    home = Path(tempfile.mkdtemp(prefix="checkin-postgres-"))
    home.chmod(0o755)
    yield Places(usual.models, home, usual.minio)
    shutil.rmtree(home)


@pytest.fixture
def choices(places: Places) -> Choices:
    """Choices for servers whose data needs to survive no power cut."""
    return Choices(places=places, durable=False)


@pytest.fixture
def stack(tmp_path: Path, choices: Choices) -> Iterator[LocalStack]:
    """Three running servers, removed with all their data afterwards."""
    started = LocalStack(tmp_path / "var", choices=choices)
    try:
        started.start()
        yield started
    finally:
        started.erase()
