"""What an editor may upload: one of eight themes, safe paths, a quiz that can be answered."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mobile_contract.content import ModuleManifest
from mobile_contract.study import FilePath

MANIFEST: dict[str, Any] = {
    "module": "law-1",
    "theme": "legal_knowledge",
    "title_zh": "法律常识一",
    "title_en": "Legal knowledge 1",
    "minimum_minutes": 10,
    "pass_mark": 60,
    "files": [
        {"path": "text.md", "sha256": "ab" * 32, "length": 5, "content_type": "text/markdown"}
    ],
    "quiz": [
        {
            "id": "q1",
            "text_zh": "问题",
            "text_en": "Question",
            "choices": [
                {"id": "a", "text_zh": "甲", "text_en": "A"},
                {"id": "b", "text_zh": "乙", "text_en": "B"},
            ],
            "right": ["a"],
        }
    ],
}
PATHS: TypeAdapter[str] = TypeAdapter(FilePath)


def changed(**members: Any) -> dict[str, Any]:
    return deepcopy(MANIFEST) | members


def quiz(**members: Any) -> dict[str, Any]:
    return changed(quiz=[deepcopy(MANIFEST["quiz"][0]) | members])


def named(*paths: str) -> dict[str, Any]:
    return changed(files=[MANIFEST["files"][0] | {"path": path} for path in paths])


def test_a_complete_manifest_is_read() -> None:
    assert ModuleManifest.model_validate(MANIFEST).quiz[0].right == ("a",)


@pytest.mark.parametrize(
    ("manifest", "mistake"),
    [
        (changed(theme="astrology"), "enum"),
        (changed(files=[]), "too_short"),
        (changed(quiz=[]), "too_short"),
        (changed(pass_mark=101), "less_than_equal"),
        (changed(minimum_minutes="10"), "int_type"),
        (changed(author="me"), "extra_forbidden"),
        (quiz(right=[]), "too_short"),
        (quiz(right=["c"]), "right_unknown"),
        (quiz(right=["a", "a"]), "named_twice"),
        (quiz(choices=MANIFEST["quiz"][0]["choices"][:1]), "too_short"),
        (quiz(choices=[MANIFEST["quiz"][0]["choices"][0]] * 2), "named_twice"),
        (changed(quiz=MANIFEST["quiz"] * 2), "named_twice"),
        (named("a.jpg", "A.JPG"), "named_twice"),
        (named("../secret"), "string_pattern_mismatch"),
    ],
)
def test_a_broken_module_is_refused_by_kind(manifest: dict[str, Any], mistake: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ModuleManifest.model_validate(manifest)
    assert mistake in {one["type"] for one in caught.value.errors()}


@pytest.mark.parametrize("path", ["text.md", "media/图 1.jpg", "a..b", "深/二/三.mp4"])
def test_ordinary_names_are_taken(path: str) -> None:
    assert PATHS.validate_python(path) == path


@given(st.text(max_size=40) | st.from_regex(r"[./\\ab:]{1,12}", fullmatch=True))
def test_no_path_leaves_its_folder(path: str) -> None:
    try:
        PATHS.validate_python(path)
    except ValidationError:
        return
    steps = path.split("/")
    assert not any(step.startswith(".") or not step for step in steps)
    assert not set(path) & set('\\:*?"<>|\x00\n')
