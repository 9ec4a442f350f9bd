"""What editors send: versions and files; phones see nothing of it before it is published."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.refusals import RefusedError, at
from checkin_api.study.queries import held_files
from mobile_contract.canonical import canonical_json
from mobile_contract.codes import ProblemCode
from mobile_contract.content import (
    ModuleManifest,
    VersionOffered,
    VersionPublished,
    VersionState,
)
from mobile_contract.problems import ProblemFault
from storage import audit
from storage.database import transaction
from storage.parts import Parts
from storage.records import StudyFile, StudyModule, StudyVersion


def offer_version(parts: Parts, caller: OfficerCaller, manifest: ModuleManifest) -> VersionOffered:
    """Take a manifest in and say which files are missing; the same manifest is the same version.

    Raises RefusedError (module_invalid) with pointers, and then has kept nothing.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        module = _module(session, manifest, now)
        held = held_files(session, [file.sha256 for file in manifest.files])
        _require_true_lengths(manifest, {sha: media.length for sha, media in held.items()})
        version = _version(session, module, manifest, caller, now)
        return VersionOffered(
            version_id=version.id,
            module_id=module.id,
            state=VersionState.PUBLISHED if version.published_at else VersionState.DRAFT,
            missing=tuple(sorted({file.sha256 for file in manifest.files} - set(held))),
        )


def publish(parts: Parts, caller: OfficerCaller, version_id: UUID) -> VersionPublished:
    """Let phones see a version whose files are all here; again, and nothing changes.

    Raises RefusedError: not_found, or module_invalid with the places of the missing files.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        version = session.get(StudyVersion, version_id, with_for_update=True)
        if version is None:
            raise RefusedError(ProblemCode.NOT_FOUND)
        if version.published_at is None:
            _require_files(session, version)
            version.published_at = now
            audit.record(session, "content_published", now, subject=version.id)
        return VersionPublished(
            version_id=version.id,
            module_id=version.module_id,
            number=version.number,
            published_at=version.published_at,
        )


def content_sha256(manifest: ModuleManifest) -> str:
    """Give the hash that makes two manifests the same version; the order of files is no content."""
    content = manifest.model_dump(mode="json")
    content["files"].sort(key=lambda file: file["path"])
    return hashlib.sha256(canonical_json(content)).hexdigest()


def _module(session: Session, manifest: ModuleManifest, now: datetime) -> StudyModule:
    """Give the module of this name, locked, so that its versions are numbered one by one."""
    session.execute(
        insert(StudyModule)
        .values(slug=manifest.module, theme=manifest.theme, created_at=now)
        .on_conflict_do_nothing()
    )
    module = session.scalars(
        select(StudyModule).where(StudyModule.slug == manifest.module).with_for_update()
    ).one()
    if module.theme is not manifest.theme:
        # The completions of its earlier versions would move to another theme with it.
        raise RefusedError(ProblemCode.MODULE_INVALID, at("/theme", "theme_differs"))
    return module


def _require_true_lengths(manifest: ModuleManifest, held: Mapping[str, int]) -> None:
    known = dict(held)
    errors = [
        ProblemFault(pointer=f"/files/{place}/length", reason="length_differs")
        for place, file in enumerate(manifest.files)
        if known.setdefault(file.sha256, file.length) != file.length
    ]
    if errors:
        raise RefusedError(ProblemCode.MODULE_INVALID, errors)


def _version(
    session: Session,
    module: StudyModule,
    manifest: ModuleManifest,
    caller: OfficerCaller,
    now: datetime,
) -> StudyVersion:
    sha256 = content_sha256(manifest)
    known = session.scalars(
        select(StudyVersion).where(
            StudyVersion.module_id == module.id, StudyVersion.content_sha256 == sha256
        )
    ).first()
    if known is not None:
        return known
    version = StudyVersion(
        module_id=module.id,
        number=_next_number(session, module),
        title_zh=manifest.title_zh,
        title_en=manifest.title_en,
        minimum_minutes=manifest.minimum_minutes,
        pass_mark=manifest.pass_mark,
        quiz=[question.model_dump(mode="json") for question in manifest.quiz],
        content_sha256=sha256,
        created_by=caller.officer_id,
        created_at=now,
    )
    session.add(version)
    session.flush()
    session.add_all(
        StudyFile(version_id=version.id, **file.model_dump()) for file in manifest.files
    )
    audit.record(session, "content_offered", now, subject=version.id, module_id=str(module.id))
    return version


def _next_number(session: Session, module: StudyModule) -> int:
    newest = session.scalar(
        select(func.max(StudyVersion.number)).where(StudyVersion.module_id == module.id)
    )
    return (newest or 0) + 1


def _require_files(session: Session, version: StudyVersion) -> None:
    files = session.scalars(
        select(StudyFile).where(StudyFile.version_id == version.id).order_by(StudyFile.path)
    ).all()
    held = held_files(session, [file.sha256 for file in files])
    errors = [
        ProblemFault(pointer=f"/files/{file.sha256}", reason=reason)
        for file in files
        if (reason := _lack(file, held[file.sha256].length if file.sha256 in held else None))
    ]
    if errors:
        raise RefusedError(ProblemCode.MODULE_INVALID, errors)


def _lack(file: StudyFile, held_length: int | None) -> str:
    if held_length is None:
        return "missing"
    return "" if held_length == file.length else "length_differs"
