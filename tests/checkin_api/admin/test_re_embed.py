"""Beginning a change of the face model at a terminal, and watching it from the database alone."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.local_stack import LocalStack
from storage.records import Work, WorkKind
from tests.checkin_api.admin.conftest import Terminal
from tests.checkin_api.arranged import lay_references

pytestmark = pytest.mark.media


@pytest.fixture
def commands(stack: LocalStack, terminal: Terminal) -> Terminal:
    """A terminal with the whole environment of a command."""
    return Terminal(stack.environment("command"), terminal.factory)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A file that no worker here has."""
    file = tmp_path / "another.onnx"
    file.write_bytes(b"another model")
    return file


def waiting(commands: Terminal) -> int:
    with commands.factory.session() as session:
        kind = Work.kind == WorkKind.RE_EMBED_REFERENCE
        return session.scalar(select(func.count()).select_from(Work).where(kind)) or 0


def test_every_enrolled_photo_is_promised_once(commands: Terminal, model: Path) -> None:
    person = commands.factory.offender()
    lay_references(commands.factory, person.id, commands.factory.officer(person.office_id).id)
    for _ in range(2):  # called again it goes on
        ran = commands.run("--json", "re-embed", model, "--begin")
        assert ran.status == 0, ran.err
        told = json.loads(ran.out)
        assert (told["photos"], told["concluded"], told["finished"]) == (3, 0, False)
    assert waiting(commands) == 3


def test_another_model_waits_until_the_change_is_finished(commands: Terminal, model: Path) -> None:
    person = commands.factory.offender()
    lay_references(commands.factory, person.id, commands.factory.officer(person.office_id).id)
    commands.run("re-embed", model, "--begin")
    model.write_bytes(b"a third model")
    assert commands.run("re-embed", model, "--begin").status == 1
    assert waiting(commands) == 3


def test_with_nobody_enrolled_it_is_finished_at_once(commands: Terminal, model: Path) -> None:
    told = json.loads(commands.run("--json", "re-embed", model).out)
    assert (told["photos"], told["finished"]) == (0, True)
