"""Study modules (教育课件), their versions and who worked through them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mobile_contract.codes import Theme
from storage.records.table import Code, Record, RowId, closed


class StudyModule(Record):
    """One piece of education content in one of the eight themes."""

    __tablename__ = "study_modules"
    __table_args__ = (closed("theme", Theme),)

    id: Mapped[RowId]
    slug: Mapped[str] = mapped_column(unique=True)
    theme: Mapped[Theme] = mapped_column(Code(Theme))
    created_at: Mapped[datetime]


class StudyVersion(Record):
    """One immutable version of a module; visible to phones once published."""

    __tablename__ = "study_versions"
    __table_args__ = (
        UniqueConstraint("module_id", "number"),
        UniqueConstraint("module_id", "content_sha256"),
        CheckConstraint("minimum_minutes >= 0", name="minutes"),
        CheckConstraint("pass_mark BETWEEN 0 AND 100", name="pass_mark"),
    )

    id: Mapped[RowId]
    module_id: Mapped[UUID] = mapped_column(ForeignKey("study_modules.id"))
    number: Mapped[int]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    minimum_minutes: Mapped[int]
    pass_mark: Mapped[int]  # percent of questions
    quiz: Mapped[list[Any]]  # questions with their answers; phones never see the answers
    content_sha256: Mapped[str]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class StudyFile(Record):
    """One file of a version; the same bytes are stored once for all versions."""

    __tablename__ = "study_files"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("study_versions.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    length: Mapped[int]
    content_type: Mapped[str]


class Completion(Record):
    """A person's work through one version (学习记录); the id is made by the phone."""

    __tablename__ = "completions"
    __table_args__ = (CheckConstraint("score BETWEEN 0 AND 100", name="score"),)

    offender_id: Mapped[UUID] = mapped_column(ForeignKey("offenders.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("study_versions.id"), index=True)
    body: Mapped[dict[str, Any]]  # as frozen by the phone
    score: Mapped[int]  # percent of questions answered right
    passed: Mapped[bool]
    minutes: Mapped[int]
    finished_at: Mapped[datetime]
    received_at: Mapped[datetime]
