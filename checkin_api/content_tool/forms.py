"""What stands in module.yaml and quiz.yaml, checked against the contract's own limits."""

import re
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from checkin_api.content_tool.faults import Fault, Mistake, ModuleFaultsError
from checkin_api.content_tool.written import Place, Written
from mobile_contract.codes import Theme
from mobile_contract.content import QuestionText
from mobile_contract.shapes import Line, Slug
from mobile_contract.study import MOST_CHOICES, MOST_QUESTIONS, Minutes, Percent

Form = TypeVar("Form", bound=BaseModel)


def _number(value: object) -> object:
    """Read digits as the number they are; the file's reader gives text only."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value) else value


class Part(BaseModel):
    """A part of a file; a name that it does not know is most likely misspelt."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(Part):
    """A title in both languages."""

    zh: Line
    en: Line


class Text(Part):
    """A text in both languages."""

    zh: QuestionText
    en: QuestionText


class ModuleForm(Part):
    """module.yaml; the module's name is that of its folder unless it is given."""

    module: Slug | None = None
    theme: Theme
    title: Title
    minimum_minutes: Annotated[Minutes, BeforeValidator(_number)]
    pass_mark: Annotated[Percent, BeforeValidator(_number)]


class ChoiceForm(Part):
    """One possible answer."""

    id: Slug
    text: Text


class QuestionForm(Part):
    """One question and the ids of its right choices."""

    id: Slug
    text: Text
    choices: Annotated[tuple[ChoiceForm, ...], Field(min_length=2, max_length=MOST_CHOICES)]
    right: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=MOST_CHOICES)]


class QuizForm(Part):
    """quiz.yaml."""

    questions: Annotated[tuple[QuestionForm, ...], Field(min_length=1, max_length=MOST_QUESTIONS)]


def filled(form: type[Form], written: Written) -> Form:
    """Read a file as a form; raises ModuleFaultsError with every mistake and its line."""
    try:
        return form.model_validate(written.content)
    except ValidationError as fault:
        raise ModuleFaultsError([found(written, error) for error in fault.errors()]) from fault


def found(written: Written, error: Any, within: Place = ()) -> Fault:
    """Turn what pydantic found into a fault at its line."""
    place = (*within, *error["loc"])
    facts = {
        "name": _spelled(place) or written.file,
        "themes": ", ".join(Theme),
        "least": _limit(error, "ge", "min_length"),
        "most": _limit(error, "le", "max_length"),
    }
    return Fault(_mistake(error["type"], place), written.file, written.line_of(place), facts)


def _spelled(place: Place) -> str:
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in place)


def _limit(error: Any, *names: str) -> Any:
    limits = error.get("ctx", {})
    return next((limits[name] for name in names if name in limits), "")


MISTAKES = {
    "missing": Mistake.MISSING,
    "extra_forbidden": Mistake.UNKNOWN,
    "enum": Mistake.THEME,
    "string_too_short": Mistake.LENGTH,
    "string_too_long": Mistake.LENGTH,
    "int_type": Mistake.NUMBER,
    "greater_than_equal": Mistake.TOO_SMALL,
    "less_than_equal": Mistake.TOO_GREAT,
    "too_short": Mistake.TOO_FEW,
    "too_long": Mistake.TOO_MANY,
    "right_unknown": Mistake.RIGHT_UNKNOWN,
    "named_twice": Mistake.CHOICE_TWICE,
}


def _mistake(kind: str, place: Place) -> Mistake:
    if kind == "string_pattern_mismatch":
        return Mistake.LINE if place[-1] in {"zh", "en"} else Mistake.SLUG
    return MISTAKES.get(kind, Mistake.FORM)
