"""Study modules as a phone downloads them, and the completion it sends back."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mobile_contract.codes import Theme
from mobile_contract.shapes import (
    OPEN,
    Count,
    Id,
    Instant,
    PhoneMadeId,
    Sent,
    Sha256,
    Slug,
    Told,
)

LARGEST_FILE = 512 * 1024 * 1024
MOST_QUESTIONS = 100
MOST_CHOICES = 12

# Relative, no dot at a start (hence no dot-dot), nothing that a phone's or an editor's file system
# would read as more than a name; Chinese names are names.
FilePath = Annotated[
    str,
    StringConstraints(
        max_length=200,
        pattern=r"^[^\x00-\x20\x7f/\\:*?\x22<>|.][^\x00-\x1f\x7f/\\:*?\x22<>|]*"
        r"(/[^\x00-\x20\x7f/\\:*?\x22<>|.][^\x00-\x1f\x7f/\\:*?\x22<>|]*)*$",
    ),
]
StudyType = Literal[
    "text/markdown", "image/jpeg", "image/png", "audio/mpeg", "video/mp4", "application/pdf"
]
Minutes = Annotated[int, Field(strict=True, ge=1, le=600)]
Percent = Annotated[int, Field(strict=True, ge=1, le=100)]


class StudyFile(Told):
    """One file of a version, named by its path in the module and fetched by its hash."""

    path: FilePath
    sha256: Sha256
    length: Annotated[int, Field(strict=True, ge=1, le=LARGEST_FILE)]
    content_type: Annotated[StudyType, OPEN]


class Choice(Told):
    """One possible answer."""

    id: Slug
    text_zh: str
    text_en: str


class QuizQuestion(Told):
    """One question, without its right answers."""

    id: Slug
    text_zh: str
    text_en: str
    several: bool = Field(description="Whether more than one choice can be right.")
    choices: tuple[Choice, ...]


class CompletionResult(Told):
    """What the server recorded for one completion, once and for ever."""

    id: Id
    version_id: Id
    passed: bool
    score: Count = Field(description="Questions answered right, in percent.")
    minutes: Count
    minutes_enough: bool
    recorded_at: Instant


class ModuleSummary(Told):
    """One published module in its current version, with the person's own best completion."""

    id: Id
    version_id: Id
    theme: Annotated[Theme, OPEN]
    title_zh: str
    title_en: str
    minimum_minutes: Count
    pass_mark: Count = Field(description="Right answers needed, in percent.")
    bytes: Count
    completion: CompletionResult | None = None


class ModuleList(Told):
    """Published modules in the order of the eight themes."""

    modules: tuple[ModuleSummary, ...]


class VersionManifest(Told):
    """All a phone needs to work through one version without a connection."""

    id: Id
    module_id: Id
    theme: Annotated[Theme, OPEN]
    title_zh: str
    title_en: str
    minimum_minutes: Count
    pass_mark: Count
    published_at: Instant
    files: tuple[StudyFile, ...]
    quiz: tuple[QuizQuestion, ...]


class QuestionAnswered(Sent):
    """The choices picked for one question."""

    question: Slug
    choices: Annotated[tuple[Slug, ...], Field(max_length=MOST_CHOICES)]


class CompletionBody(Sent):
    """Frozen when the person finishes; sending it again gets the same result."""

    id: PhoneMadeId
    version_id: Id
    answers: Annotated[tuple[QuestionAnswered, ...], Field(max_length=MOST_QUESTIONS)]
    minutes: Annotated[int, Field(strict=True, ge=0, le=24 * 60)]
    started_at: Instant
    finished_at: Instant


class VersionPath(Sent):
    """Path of one version."""

    version_id: Id


class VersionFilePath(VersionPath):
    """Path of one file of a version."""

    sha256: Sha256
