"""What the content tool sends: one version of a module, and only the files that are missing.

Everything can be sent again: the same manifest is the same version, the same bytes the same file.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from mobile_contract.codes import Theme
from mobile_contract.shapes import Count, Id, Instant, Line, Sent, Sha256, Slug, Told
from mobile_contract.study import (
    LARGEST_FILE,
    MOST_CHOICES,
    MOST_QUESTIONS,
    FilePath,
    Minutes,
    Percent,
    StudyType,
)

QuestionText = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=1000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
    ),
]


class VersionState(StrEnum):
    """Whether phones can see a version yet."""

    DRAFT = "draft"
    PUBLISHED = "published"


class EditorSignIn(Sent):
    """Body of `POST /v1/content/sign-in`."""

    login: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z -]{1,64}$")] | None = Field(
        default=None, description="Of the authenticator, or a recovery code."
    )


class EditorToken(Told):
    """Tokens for one upload session; the refresh token stays the same until it ends."""

    access_token: str
    access_expires_at: Instant
    refresh_token: str = Field(description="For `POST /v1/content/tokens`, 2 hours.")


class FileOffered(Sent):
    """One file of the version; its bytes follow only if they are missing."""

    path: FilePath
    sha256: Sha256
    length: Annotated[int, Field(strict=True, ge=1, le=LARGEST_FILE)]
    content_type: StudyType


class ChoiceWritten(Sent):
    """One possible answer in both languages."""

    id: Slug
    text_zh: QuestionText
    text_en: QuestionText


class QuestionWritten(Sent):
    """One question with its right answers, which no phone ever gets."""

    id: Slug
    text_zh: QuestionText
    text_en: QuestionText
    choices: Annotated[tuple[ChoiceWritten, ...], Field(min_length=2, max_length=MOST_CHOICES)]
    right: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=MOST_CHOICES)]

    @model_validator(mode="after")
    def _right_among_choices(self) -> Self:
        known = [choice.id for choice in self.choices]
        if not _all_different(known) or not _all_different(self.right):
            kind, text = "named_twice", "names a choice twice"
            raise PydanticCustomError(kind, text)
        if not set(self.right) <= set(known):
            kind, text = "right_unknown", "a right answer is no choice"
            raise PydanticCustomError(kind, text)
        return self


class ModuleManifest(Sent):
    """One version of a module as the editor wrote it; `module` is its name for ever."""

    module: Slug
    theme: Theme
    title_zh: Line
    title_en: Line
    minimum_minutes: Minutes
    pass_mark: Percent
    files: Annotated[tuple[FileOffered, ...], Field(min_length=1, max_length=200)]
    quiz: Annotated[tuple[QuestionWritten, ...], Field(min_length=1, max_length=MOST_QUESTIONS)]

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        # Phones' file systems may not tell upper from lower case.
        paths = [file.path.lower() for file in self.files]
        questions = [question.id for question in self.quiz]
        if not _all_different(paths) or not _all_different(questions):
            kind, text = "named_twice", "names a file or a question twice"
            raise PydanticCustomError(kind, text)
        return self


class VersionOffered(Told):
    """Answer to a manifest: the version it stands for, and which files are still missing."""

    version_id: Id
    module_id: Id
    state: VersionState
    missing: tuple[Sha256, ...]


class VersionPublished(Told):
    """Answer of publishing, the same every time."""

    version_id: Id
    module_id: Id
    number: Count
    published_at: Instant


class ContentFilePath(Sent):
    """Path of `PUT /v1/content/files/{sha256}`."""

    sha256: Sha256


def _all_different(names: list[str] | tuple[str, ...]) -> bool:
    return len(set(names)) == len(names)
