"""A folder read as one version of a module."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from checkin_api.content_tool.faults import Fault, Mistake, ModuleFaultsError
from checkin_api.content_tool.forms import ModuleForm, QuestionForm, QuizForm, filled, found
from checkin_api.content_tool.media_files import MediaFile, find_files
from checkin_api.content_tool.written import Written, read_written
from mobile_contract.content import ChoiceWritten, ModuleManifest, QuestionWritten
from mobile_contract.shapes import Slug

Part = TypeVar("Part")


@dataclass(frozen=True)
class ModuleFolder:
    """One version of a module: what is offered to the server, and where its files are."""

    manifest: ModuleManifest
    files: tuple[MediaFile, ...]


def read_module(folder: Path) -> ModuleFolder:
    """Read a folder; raises ModuleFaultsError with everything that has to be put right."""
    folder = folder.resolve()
    if not folder.is_dir():
        raise ModuleFaultsError([Fault(Mistake.NO_FOLDER, str(folder))])
    faults: list[Fault] = []
    form = _part(faults, lambda: filled(ModuleForm, read_written(folder, "module.yaml")))
    quiz = _part(faults, lambda: _quiz(read_written(folder, "quiz.yaml")))
    files = _part(faults, lambda: find_files(folder))
    name = _part(faults, lambda: _name(folder, form)) if form else None
    if faults or form is None or quiz is None or files is None or name is None:
        raise ModuleFaultsError(faults)
    manifest = ModuleManifest(
        module=name,
        theme=form.theme,
        title_zh=form.title.zh,
        title_en=form.title.en,
        minimum_minutes=form.minimum_minutes,
        pass_mark=form.pass_mark,
        files=tuple(file.offered for file in files),
        quiz=quiz,
    )
    return ModuleFolder(manifest, tuple(files))


def _part(faults: list[Fault], read: Callable[[], Part]) -> Part | None:
    """Read one part; what is wrong with it is told together with what is wrong with the others."""
    try:
        return read()
    except ModuleFaultsError as fault:
        faults += fault.faults
        return None


def _name(folder: Path, form: ModuleForm) -> str:
    try:
        return form.module or str(TypeAdapter(Slug).validate_python(folder.name))
    except ValidationError as fault:
        facts = {"name": "module"}
        raise ModuleFaultsError([Fault(Mistake.SLUG, "module.yaml", None, facts)]) from fault


def _quiz(written: Written) -> tuple[QuestionWritten, ...]:
    form = filled(QuizForm, written)
    faults: list[Fault] = []
    known: set[str] = set()
    questions = []
    for step, question in enumerate(form.questions):
        if question.id in known:
            line = written.line_of(("questions", step, "id"))
            faults.append(Fault(Mistake.TWICE, written.file, line, {"name": question.id}))
        known.add(question.id)
        try:
            questions.append(_question(question))
        except ValidationError as fault:
            faults += (found(written, error, ("questions", step)) for error in fault.errors())
    if faults:
        raise ModuleFaultsError(faults)
    return tuple(questions)


def _question(form: QuestionForm) -> QuestionWritten:
    return QuestionWritten(
        id=form.id,
        text_zh=form.text.zh,
        text_en=form.text.en,
        choices=tuple(
            ChoiceWritten(id=choice.id, text_zh=choice.text.zh, text_en=choice.text.en)
            for choice in form.choices
        ),
        right=form.right,
    )
