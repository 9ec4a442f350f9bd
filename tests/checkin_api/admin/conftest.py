"""The administrator's terminal: the command as a process, with the one setting it needs."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from storage.local_stack import LocalStack
from storage.records import Role
from tests.factories import Factory
from tests.servers import ROOT


@dataclass(frozen=True)
class Ran:
    """What became of a command."""

    status: int
    out: str
    err: str

    @property
    def done(self) -> list[dict[str, Any]]:
        """The report of a command that was given --json."""
        assert self.status == 0, self.err
        found: list[dict[str, Any]] = json.loads(self.out)["done"]
        return found


@dataclass(frozen=True)
class Terminal:
    """Runs commands, and looks at what they left."""

    settings: dict[str, str]
    factory: Factory

    def run(self, *words: object, **settings: str) -> Ran:
        """Run one command as `wang` and wait for its end."""
        command = [sys.executable, "-m", "checkin_api.admin", "--as", "wang"]
        ran = subprocess.run(
            [*command, *map(str, words)],
            cwd=ROOT,
            env=self.settings | settings,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    @contextmanager
    def rows(self) -> Iterator[Session]:
        """What the database holds."""
        with self.factory.session() as session:
            yield session


@pytest.fixture
def terminal(stack: LocalStack, factory: Factory) -> Terminal:
    """A terminal of an administrator."""
    return Terminal({"DATABASE_URL": stack.environment("command")["DATABASE_URL"]}, factory)


@pytest.fixture
def verifier_url(stack: LocalStack) -> str:
    """The database as the verifier's login sees it."""
    return stack.environment("verifier")["DATABASE_URL"]


@pytest.fixture
def administrator(terminal: Terminal) -> str:
    """The login of somebody who may import and export people."""
    return terminal.factory.officer(role=Role.ADMINISTRATOR).login
