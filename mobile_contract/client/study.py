"""Study modules on the phone: downloaded once, worked through offline, completed later."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from uuid import UUID

from mobile_contract.canonical import canonical_json
from mobile_contract.client.clocks import uuid7
from mobile_contract.client.connection import Connection, NoAnswerError, Request
from mobile_contract.client.disk import Disk, replace_file
from mobile_contract.client.queue import Submission
from mobile_contract.shapes import PHONE_READS
from mobile_contract.study import (
    CompletionBody,
    CompletionResult,
    ModuleList,
    QuestionAnswered,
    VersionManifest,
)


@dataclass(frozen=True)
class Worked:
    """How a person worked through a version: choices by question, and when."""

    version_id: UUID
    answers: Mapping[str, Sequence[str]]
    minutes: int
    started_at: datetime
    finished_at: datetime


class Library:
    """The downloaded versions; files are stored by hash and shared between versions."""

    def __init__(self, folder: Path, disk: Disk, connection: Connection) -> None:
        self._folder = folder
        self._disk = disk
        self._connection = connection

    def modules(self) -> ModuleList:
        """Ask which modules there are."""
        answer = self._connection.ask(Request("GET", "/v1/study/modules"))
        return ModuleList.model_validate_json(answer.content, context=PHONE_READS)

    def download(self, version_id: UUID) -> VersionManifest:
        """Fetch one version with all its files; those already here are not fetched again."""
        path = f"/v1/study/versions/{version_id}"
        answer = self._connection.ask(Request("GET", path))
        manifest = _manifest(answer.content)
        for file in manifest.files:
            if not self._file(file.sha256).exists():
                self._fetch(f"{path}/files/{file.sha256}", file.sha256)
        # Last, so that a version that is listed as downloaded is complete.
        replace_file(self._disk, self._manifest_file(version_id), answer.content)
        return manifest

    def opened(self, version_id: UUID) -> VersionManifest:
        """Return a downloaded version, without a connection; raises FileNotFoundError."""
        return _manifest(self._manifest_file(version_id).read_bytes())

    def read(self, sha256: str) -> bytes:
        """Return the bytes of a downloaded file."""
        return self._file(sha256).read_bytes()

    def _fetch(self, path: str, sha256: str) -> None:
        data = self._connection.ask(Request("GET", path)).content
        if hashlib.sha256(data).hexdigest() != sha256:
            message = "a file arrived with other bytes"
            raise NoAnswerError(message)
        replace_file(self._disk, self._file(sha256), data)

    def _file(self, sha256: str) -> Path:
        return self._folder / "files" / sha256

    def _manifest_file(self, version_id: UUID) -> Path:
        return self._folder / "versions" / f"{version_id}.json"


def freeze_completion(worked: Worked, now: datetime, chance: Random) -> Submission:
    """Freeze a completion when the person finishes."""
    answers = (
        QuestionAnswered(question=question, choices=tuple(choices))
        for question, choices in worked.answers.items()
    )
    body = CompletionBody(
        id=uuid7(now, chance),
        version_id=worked.version_id,
        answers=tuple(answers),
        minutes=worked.minutes,
        started_at=worked.started_at,
        finished_at=worked.finished_at,
    )
    return Submission(body.id, canonical_json(body.model_dump(mode="json")), {})


def hand_over(connection: Connection, completion: Submission) -> CompletionResult:
    """Send a completion once and return what the server recorded."""
    headers = {"Idempotency-Key": str(completion.id)}
    answer = connection.ask(
        Request("POST", "/v1/study/completions", json=completion.body, headers=headers)
    )
    return CompletionResult.model_validate_json(answer.content)


def _manifest(text: bytes) -> VersionManifest:
    return VersionManifest.model_validate_json(text, context=PHONE_READS)
