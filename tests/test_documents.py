"""What the documents say is still so: settings, rooms, rules and codes are named there."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from mobile_contract.codes import (
    CheckInState,
    DeviceState,
    NextStep,
    NoPlaceReason,
    ProblemCode,
    Retry,
    Theme,
    WindowOutcome,
)
from storage.records import Cause, Role
from verifier.rules.rules import RULE_NAMES
from verifier.verdicts.evidence import FaceVerdict
from verifier.verdicts.flags import Flag, Note

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("checkin_api", "verifier", "storage", "mobile_contract")
OF_THE_SYSTEM = {"PATH", "LOGNAME", "USER", "LC_ALL", "LC_MESSAGES", "LANG"}
PLACE = re.compile(r"`((?:tests|checkin_api|storage|verifier|docs)/[^` ]+)`")
LINK = re.compile(r"\]\(([^)#:]+)\)")
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def settings_read() -> Iterator[str]:
    """Every name that some module asks an environment for."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and "environ" in ast.unparse(node):
                    yield from () if "setdefault" in ast.unparse(node.func) else _names(node.args)
                if isinstance(node, ast.Subscript) and "environ" in ast.unparse(node.value):
                    yield from _names([node.slice])


def _names(arguments: list[ast.expr]) -> Iterator[str]:
    for one in arguments:
        if isinstance(one, ast.Constant) and str(one.value).isupper():
            yield str(one.value)


def test_readme_names_every_setting_that_is_read() -> None:
    assert (
        set(settings_read()) - OF_THE_SYSTEM - set(re.findall(r"`(\w+)`", text_of("README.md")))
        == set()
    )


def test_architecture_names_every_room() -> None:
    rooms = {
        path.parent.name
        for package in PACKAGES
        for path in (ROOT / package).rglob("__init__.py")
        if path.parent.name != "versions"
    }
    told = text_of("docs/architecture.md")
    assert [room for room in sorted(rooms) if f"{room}/" not in told] == []


@pytest.mark.parametrize(
    "codes",
    [Cause, CheckInState, DeviceState, FaceVerdict, Flag, NextStep, NoPlaceReason, Note,
     ProblemCode, Retry, WindowOutcome],
)  # fmt: skip
def test_rules_speak_of_every_code(codes: type[StrEnum]) -> None:
    told = text_of("docs/rules.md")
    assert [code.value for code in codes if f"`{code.value}`" not in told] == []


def test_rules_name_everything_that_can_be_set() -> None:
    told = text_of("docs/rules.md").partition("## The rules that can be set")[2]
    assert [name for name in RULE_NAMES if f"`{name}`" not in told] == []


def test_the_rules_say_what_each_role_may_do() -> None:
    told = text_of("docs/rules.md").partition("## 6 Who may do what with a case")[2]
    assert re.findall(r"^\| `(\w+)` [\u4e00-\u9fff]+ \|", told.partition("## ")[0], re.M) == list(
        Role
    )


def test_the_themes_stand_in_the_order_of_the_field() -> None:
    assert re.findall(r"`(\w+)` [\u4e00-\u9fff]{4}(?:[,.\n])", text_of("docs/domain.md")) == list(
        Theme
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    targets = LINK.findall(document.read_text(encoding="utf-8"))
    assert [to for to in targets if not (document.parent / to).exists()] == []


def test_every_control_and_test_of_the_threat_model_exists() -> None:
    named = re.findall(
        r"`((?:tests|checkin_api|storage|verifier|docs)/[^` ]+)`", text_of("docs/threat-model.md")
    )
    assert len(named) > 40
    assert [path for path in named if not list(ROOT.glob(path))] == []
