"""An editor's machine: a module's folder, the tool as a process, and the system that answers it."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.local_stack import LocalStack, Processes
from storage.records import Officer, Role
from tests.checkin_api.study.conftest import app, school  # noqa: F401 - fixtures
from tests.checkin_api.study.school import School
from tests.factories import PASSWORD
from tests.servers import ROOT

MODULE = """\
theme: mental_health
title:
  zh: 心理调适
  en: Keeping well
minimum_minutes: 15
pass_mark: 50
"""
QUIZ = """\
questions:
  - id: one
    text: {zh: 难过时可以找谁？, en: "Whom can you turn to?"}
    choices:
      - {id: a, text: {zh: 家人, en: Family}}
      - {id: b, text: {zh: 谁也不找, en: Nobody}}
    right: [a]
  - id: two
    text: {zh: 睡眠重要吗？, en: "Does sleep matter?"}
    choices:
      - {id: yes, text: {zh: 重要, en: It does}}
      - {id: no, text: {zh: 不重要, en: It does not}}
    right: [yes]
"""
LESSON = "# 心理调适\n\n![公园](media/park.jpg)\n\n更多见[练习](media/breathing.mp3)。\n"


@dataclass(frozen=True)
class Ran:
    """What became of one run of the tool."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    """An editor at work."""

    folder: Path
    school: School
    url: str
    editor: Officer
    password_file: Path
    key: Path

    def check(self, **settings: str) -> Ran:
        """Check the folder."""
        return self._run("check", self.folder, **settings)

    def upload(self, server: str = "", login: str = "", code: str = "") -> Ran:
        """Upload the folder."""
        words = (
            *("--login", login or self.editor.login, "--password-file", self.password_file),
            *("--code", code or self.school.factory.code(self.editor), "--key", self.key),
        )
        return self._run("upload", self.folder, "--server", server or self.url, *words)

    def _run(self, *words: object, **settings: str) -> Ran:
        ran = subprocess.run(
            [sys.executable, "-m", "checkin_api.content_tool", *map(str, words)],
            cwd=ROOT,
            env={"COLUMNS": "200", **settings},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A module without a mistake."""
    folder = tmp_path / "keeping-well"
    (folder / "media").mkdir(parents=True)
    (folder / "module.yaml").write_text(MODULE, encoding="utf-8")
    (folder / "quiz.yaml").write_text(QUIZ, encoding="utf-8")
    (folder / "lesson.md").write_text(LESSON, encoding="utf-8")
    (folder / "media" / "park.jpg").write_bytes(b"\xff\xd8\xff a park")
    (folder / "media" / "breathing.mp3").write_bytes(bytes(range(256)) * 4096)
    (folder / ".DS_Store").write_bytes(b"left behind")
    return folder


@pytest.fixture
def desk(
    folder: Path,
    school: School,  # noqa: F811 - the fixture imported above
    stack: LocalStack,
    running: Processes,  # noqa: ARG001 - the tool needs its server
    tmp_path: Path,
) -> Desk:
    """An editor with an account, and the system as it runs."""
    editor = school.factory.officer(role=Role.EDITOR)
    password_file = tmp_path / "password"
    password_file.write_text(f"{PASSWORD}\n")
    return Desk(folder, school, stack.public_url, editor, password_file, tmp_path / "editor.pem")
