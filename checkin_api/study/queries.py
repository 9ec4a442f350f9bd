"""What phones read of study modules."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mobile_contract.codes import Theme
from mobile_contract.content import QuestionWritten
from mobile_contract.study import (
    Choice,
    CompletionResult,
    ModuleList,
    ModuleSummary,
    QuizQuestion,
    VersionManifest,
)
from mobile_contract.study import StudyFile as FileTold
from storage.media import StoredObject
from storage.records import (
    Completion,
    Media,
    MediaKind,
    MediaState,
    StudyFile,
    StudyModule,
    StudyVersion,
)

THEMES = list(Theme)


class NotPublishedError(Exception):
    """A draft was to be shown to a phone."""


def published_version(session: Session, version_id: UUID) -> StudyVersion | None:
    """Give a version that phones may see."""
    return session.scalars(
        select(StudyVersion).where(
            StudyVersion.id == version_id, StudyVersion.published_at.is_not(None)
        )
    ).first()


def module_list(session: Session, offender_id: UUID) -> ModuleList:
    """Give every module in its newest published version, with the person's best completion."""
    current = session.execute(
        select(StudyModule, StudyVersion)
        .join(StudyVersion, StudyVersion.module_id == StudyModule.id)
        .where(StudyVersion.published_at.is_not(None))
        .ext(distinct_on(StudyVersion.module_id))
        .order_by(StudyVersion.module_id, StudyVersion.number.desc())
    )
    in_order = sorted(current, key=lambda found: (THEMES.index(found[0].theme), found[0].slug))
    sizes = _sizes(session, [version.id for _, version in in_order])
    best = _best_completions(session, offender_id)
    return ModuleList(
        modules=tuple(
            _summary(module, version, sizes.get(version.id, 0), best.get(module.id))
            for module, version in in_order
        )
    )


def manifest(session: Session, version: StudyVersion) -> VersionManifest:
    """Give all a phone needs of one published version, without the right answers."""
    if version.published_at is None:
        raise NotPublishedError
    module = session.get_one(StudyModule, version.module_id)
    files = session.scalars(
        select(StudyFile).where(StudyFile.version_id == version.id).order_by(StudyFile.path)
    )
    return VersionManifest(
        id=version.id,
        module_id=module.id,
        theme=module.theme,
        title_zh=version.title_zh,
        title_en=version.title_en,
        minimum_minutes=version.minimum_minutes,
        pass_mark=version.pass_mark,
        published_at=version.published_at,
        files=tuple(FileTold.model_validate(file, from_attributes=True) for file in files),
        quiz=tuple(_without_answers(question) for question in written_quiz(version)),
    )


def published_file(
    session: Session, version_id: UUID, sha256: str
) -> tuple[StudyFile, StoredObject] | None:
    """Give one file of a published version, and where its bytes lie."""
    if published_version(session, version_id) is None:
        return None
    file = session.scalars(
        select(StudyFile)
        .where(StudyFile.version_id == version_id, StudyFile.sha256 == sha256)
        .order_by(StudyFile.path)
    ).first()
    held = held_files(session, [sha256]).get(sha256)
    if file is None or held is None:
        return None
    return file, StoredObject(
        held.bucket, held.object_key, held.version_id, held.length, held.sha256
    )


def held_files(session: Session, hashes: Iterable[str]) -> dict[str, Media]:
    """Give the study files that the store holds, by hash."""
    found = session.scalars(
        select(Media)
        .where(
            Media.kind == MediaKind.STUDY,
            Media.state == MediaState.STORED,
            Media.sha256.in_(set(hashes)),
        )
        .order_by(Media.state_since.desc())
    )
    return {media.sha256: media for media in found}


def written_quiz(version: StudyVersion) -> tuple[QuestionWritten, ...]:
    """Read a version's questions with their right answers."""
    return tuple(QuestionWritten.model_validate(question) for question in version.quiz)


def completion_result(completion: Completion, version: StudyVersion) -> CompletionResult:
    """Tell what was recorded for a completion."""
    return CompletionResult(
        id=completion.id,
        version_id=completion.version_id,
        passed=completion.passed,
        score=completion.score,
        minutes=completion.minutes,
        minutes_enough=completion.minutes >= version.minimum_minutes,
        recorded_at=completion.received_at,
    )


def _sizes(session: Session, version_ids: Sequence[UUID]) -> dict[UUID, int]:
    found = session.execute(
        select(StudyFile.version_id, func.sum(StudyFile.length))
        .where(StudyFile.version_id.in_(version_ids))
        .group_by(StudyFile.version_id)
    )
    return {version_id: int(size) for version_id, size in found}


def _best_completions(session: Session, offender_id: UUID) -> dict[UUID, CompletionResult]:
    """Give the best completion by module, of whichever version: a new version takes none away."""
    found = session.execute(
        select(Completion, StudyVersion)
        .join(StudyVersion, StudyVersion.id == Completion.version_id)
        .where(Completion.offender_id == offender_id)
        .order_by(Completion.passed, Completion.score, Completion.received_at.desc())
    )
    return {version.module_id: completion_result(done, version) for done, version in found}


def _summary(
    module: StudyModule, version: StudyVersion, size: int, best: CompletionResult | None
) -> ModuleSummary:
    return ModuleSummary(
        id=module.id,
        version_id=version.id,
        theme=module.theme,
        title_zh=version.title_zh,
        title_en=version.title_en,
        minimum_minutes=version.minimum_minutes,
        pass_mark=version.pass_mark,
        bytes=size,
        completion=best,
    )


def _without_answers(question: QuestionWritten) -> QuizQuestion:
    return QuizQuestion(
        id=question.id,
        text_zh=question.text_zh,
        text_en=question.text_en,
        several=len(question.right) > 1,
        choices=tuple(
            Choice(id=choice.id, text_zh=choice.text_zh, text_en=choice.text_en)
            for choice in question.choices
        ),
    )
