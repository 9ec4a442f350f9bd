"""A folder is checked on the editor's machine: every mistake by file and line, in plain words."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from checkin_api.content_tool.faults import Mistake
from mobile_contract.messages import Language, catalogue
from storage.records import StudyModule
from tests.checkin_api.content_tool.conftest import MODULE, QUIZ, Desk
from tests.servers import ROOT

Spoil = Callable[[Path], object]


def module(old: str, new: str) -> Spoil:
    return lambda folder: (folder / "module.yaml").write_text(MODULE.replace(old, new))


def quiz(old: str, new: str) -> Spoil:
    return lambda folder: (folder / "quiz.yaml").write_text(QUIZ.replace(old, new))


def lesson(text: str) -> Spoil:
    return lambda folder: (folder / "lesson.md").write_text(text)


def file(path: str, data: bytes = b"x") -> Spoil:
    return lambda folder: (folder / path).write_bytes(data)


SPOILED: list[tuple[Spoil, str]] = [
    (module("mental_health", "sports"), "module.yaml, line 1: This is none of the eight themes"),
    (module("  en: Keeping well\n", ""), "module.yaml, line 2: title.en is missing."),
    (module("pass_mark: 50", "pass_mark: half"), "line 6: pass_mark has to be a whole number."),
    (module("pass_mark: 50", "pass_mark: 101"), "line 6: pass_mark can be at most 100."),
    (module("_minutes: 15", "_minutes: 0"), "line 5: minimum_minutes has to be at least 1."),
    (module("theme:", "tehme:"), "module.yaml, line 1: tehme is not known here"),
    (module("theme:", "module: A B\ntheme:"), "module.yaml, line 1: module has to be made of"),
    (module("title:\n", "title\n"), "This is not readable as YAML."),
    (module("pass_mark", "theme: x\npass_mark"), "module.yaml, line 6: theme is there twice."),
    (quiz("right: [a]", "right: [c]"), "quiz.yaml, line 2: A right answer is none of"),
    (quiz("right: [a]", "right: []"), "quiz.yaml, line 7: questions.1.right needs at least 1."),
    (quiz("id: two", "id: one"), "quiz.yaml, line 8: one is there twice."),
    (quiz("id: no,", "id: yes,"), "quiz.yaml, line 8: This question names a choice twice."),
    (quiz("zh: 家人, ", ""), "quiz.yaml, line 5: questions.1.choices.1.text.zh is missing."),
    (lambda folder: (folder / "quiz.yaml").unlink(), "quiz.yaml: This file is missing."),
    (lambda folder: (folder / "quiz.yaml").write_text("[]"), "quiz.yaml, line 1: quiz.yaml is not"),
    (lambda folder: (folder / "module.yaml").write_bytes(b"\xff"), "module.yaml: This is not text"),
    (lambda folder: (folder / "lesson.md").unlink(), "There is no text (a file ending in .md)."),
    (lesson("a\n\n![b](media/hill.jpg)\n"), "lesson.md, line 3: media/hill.jpg is not in"),
    (lesson("![b](https://e.org/b.jpg)\n"), "lesson.md, line 1: https://e.org/b.jpg is"),
    (lesson("[b](../secret.md)\n"), "lesson.md, line 1: ../secret.md is not in the folder."),
    (file("lesson.md", b"\xd6\xd0"), "lesson.md: This is not text in UTF-8."),
    (file("what?.md"), "what?.md: This name cannot be used on every phone"),
    (file("run.exe"), "run.exe: Files of this type are not sent to phones"),
    (file("empty.pdf", b""), "empty.pdf: This file is empty."),
    (lambda folder: (folder / "p.md").symlink_to("/etc/hostname"), "p.md: This leads out of"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "said"), SPOILED, ids=[said for _, said in SPOILED])
def test_a_mistake_is_named_with_file_and_line(folder: Path, spoil: Spoil, said: str) -> None:
    spoil(folder)
    ran = check(folder)
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.returncode == 1


def test_all_mistakes_are_named_at_once(folder: Path) -> None:
    module("mental_health", "sports")(folder)
    quiz("right: [a]", "right: [c]")(folder)
    file("run.exe")(folder)
    lines = check(folder).stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "module.yaml, line 1",
        "quiz.yaml, line 2",
        "run.exe",
        "Nothing was sent.",
    ]


def test_a_folder_without_a_mistake_is_summed_up(folder: Path) -> None:
    ran = check(folder)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "keeping-well (Mental health): 2 questions, 3 files, 1.0 MB.\n"


def test_references_in_code_and_within_the_page_are_no_mistakes(folder: Path) -> None:
    lesson("[top](#top)\n```\n![x](nowhere.png)\n```\n[law](https://example.org)\n")(folder)
    assert check(folder).returncode == 0


def test_chinese_file_names_are_names(folder: Path) -> None:
    file("media/心 理.png")(folder)
    lesson("![图](media/心%20理.png)\n![公园](<media/心 理.png>)\n")(folder)
    ran = check(folder)
    assert ran.returncode == 0, ran.stderr


def test_chinese_editors_read_chinese(folder: Path) -> None:
    module("mental_health", "sports")(folder)
    ran = check(folder, LANG="zh_CN.UTF-8")
    assert ran.stderr.startswith("module.yaml 第 1 行：不是八个主题之一")


def test_a_broken_folder_reaches_no_server(desk: Desk) -> None:
    quiz("right: [a]", "right: [c]")(desk.folder)
    ran = desk.upload()
    assert ran.status == 1
    assert (desk.school.rows(StudyModule), desk.school.objects()) == (0, 0)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("mistake", Mistake)
def test_every_mistake_has_its_words(mistake: Mistake, language: Language) -> None:
    assert mistake in catalogue(language)


def test_the_tool_loads_nothing_but_the_contract_and_itself() -> None:
    code = (
        "import sys, checkin_api.content_tool.__main__;"
        "print([name for name in sys.modules if name.split('.')[0] in"
        " {'flask', 'storage', 'verifier', 'sqlalchemy'} or (name.startswith('checkin_api.')"
        " and not name.startswith('checkin_api.content_tool'))])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"


def check(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "checkin_api.content_tool", "check", str(folder)],
        cwd=ROOT,
        env={"COLUMNS": "300", **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
