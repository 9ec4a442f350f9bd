"""The study module of the story, and its way to the server through the content tool."""

import subprocess
import sys
from pathlib import Path

from tests.story.cast import Cast

ANSWERS = {"q1": ("b",), "q2": ("a",)}
FILES = {
    "module.yaml": """\
module: community-corrections-law
theme: legal_knowledge
title: {zh: 社区矫正法入门, en: An introduction to the Community Corrections Law}
minimum_minutes: 10
pass_mark: 60
""",
    "text.md": """\
# 社区矫正法入门

社区矫正对象在接受社区矫正期间,应当遵守法律法规,服从监督管理。
您有权知道对您作出的决定和理由,也可以提出异议。
""",
    "quiz.yaml": """\
questions:
  - id: q1
    text: {zh: "离开所居住的市、县应当怎么办?", en: "What is needed before leaving the city?"}
    choices:
      - {id: a, text: {zh: 告诉家人, en: Tell the family}}
      - {id: b, text: {zh: 报司法所批准, en: Approval of the justice office}}
    right: [b]
  - id: q2
    text: {zh: "对决定不服可以怎么办?", en: "What can be done about a decision?"}
    choices:
      - {id: a, text: {zh: 提出异议, en: Object}}
      - {id: b, text: {zh: 没有办法, en: Nothing}}
    right: [a]
""",
}


def upload_module(cast: Cast) -> str:
    """Upload the module as the editor; gives the tool's last line."""
    folder = cast.stage.folder / "community-corrections-law"
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    code, key = cast.authenticators["editor"].code(), cast.stage.folder / "editor-key.pem"
    done = subprocess.run(
        [*_tool(folder), "--server", cast.stage.url, "--login", "editor",
         "--password-file", str(_password_file(cast)), "--code", code, "--key", str(key)],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout.strip().splitlines()[-1]


def _tool(folder: Path) -> list[str]:
    return [sys.executable, "-m", "checkin_api.content_tool", "upload", str(folder)]


def _password_file(cast: Cast) -> Path:
    file = cast.stage.folder / "editor-password"
    file.touch(mode=0o600)
    file.write_text(cast.passwords["editor"], encoding="utf-8")
    return file
