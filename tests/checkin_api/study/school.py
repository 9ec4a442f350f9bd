"""An editor, phones and modules for the tests of study."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import uuid_utils
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from checkin_api.access.tokens import HolderKind
from mobile_contract.proofs import SenderKey
from storage.records import Offender, Record, Role
from tests.factories import Factory
from tests.proofs import Headers, Sender, signed_in

LESSON = "# 社区矫正法\n\n第二十六条……\n".encode()
PICTURE = b"\xff\xd8\xff\xe0 a picture"
RIGHT = {"one": ["b"], "two": ["a", "c"]}
STARTED = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def file(path: str, data: bytes, content_type: str = "text/markdown") -> dict[str, Any]:
    return {
        "path": path,
        "sha256": sha256(data),
        "length": len(data),
        "content_type": content_type,
    }


def question(name: str, right: list[str]) -> dict[str, Any]:
    choices = [{"id": key, "text_zh": f"选项{key}", "text_en": f"choice {key}"} for key in "abc"]
    return {
        "id": name,
        "text_zh": "题",
        "text_en": "a question",
        "choices": choices,
        "right": right,
    }


def manifest(**changes: Any) -> dict[str, Any]:
    """A module of two questions, a text and a picture."""
    return {
        "module": "corrections-law",
        "theme": "legal_knowledge",
        "title_zh": "社区矫正法",
        "title_en": "The Community Corrections Law",
        "minimum_minutes": 20,
        "pass_mark": 100,
        "files": [file("lesson.md", LESSON), file("media/court.jpg", PICTURE, "image/jpeg")],
        "quiz": [question(name, right) for name, right in RIGHT.items()],
    } | changes


def completion(version_id: str, **changes: Any) -> dict[str, Any]:
    """A completion with all answers right and half an hour of work."""
    return {
        "id": str(uuid_utils.uuid7()),
        "version_id": version_id,
        "answers": [{"question": name, "choices": right} for name, right in RIGHT.items()],
        "minutes": 25,
        "started_at": STARTED.isoformat(),
        "finished_at": (STARTED + timedelta(minutes=30)).isoformat(),
    } | changes


@dataclass
class School:
    """Acts through the HTTP routes; `rows` looks at what was recorded."""

    app: Flask
    factory: Factory
    editor: Sender = field(init=False)

    def __post_init__(self) -> None:
        self.editor = self.account(Role.EDITOR)

    def account(self, role: Role) -> Sender:
        """A new account, signed in."""
        office = self.factory.office() if role is Role.OFFICER else None
        account = self.factory.officer(office, role)
        return signed_in(self.app, HolderKind.OFFICER, account.id)

    def phone(self, offender: Offender | None = None) -> Sender:
        """An active phone of a person."""
        key = SenderKey.generate()
        device = self.factory.device((offender or self.factory.offender()).id, key)
        return signed_in(self.app, HolderKind.DEVICE, device.id, key)

    def ask(
        self, method: str, path: str, who: Sender, also: Headers | None = None, **sent: Any
    ) -> TestResponse:
        shown = who.headers(method, path) | (also or {})
        return self.app.test_client().open(path, method=method, headers=shown, **sent)

    def offer(self, **changes: Any) -> TestResponse:
        return self.ask("POST", "/v1/content/versions", self.editor, json=manifest(**changes))

    def send(self, data: bytes, name: str = "") -> TestResponse:
        path = f"/v1/content/files/{name or sha256(data)}"
        return self.ask("PUT", path, self.editor, data=data)

    def publish(self, version_id: str) -> TestResponse:
        return self.ask("POST", f"/v1/content/versions/{version_id}/publish", self.editor)

    def published(self, *contents: bytes, **changes: Any) -> str:
        """Bring a module to the phones; gives its version's id."""
        version_id: str = self.offer(**changes).json["version_id"]  # type: ignore[index]
        for data in contents or (LESSON, PICTURE):
            assert self.send(data).status_code == 204
        assert self.publish(version_id).status_code == 200
        return version_id

    def complete(self, who: Sender, body: dict[str, Any]) -> TestResponse:
        return self.ask("POST", "/v1/study/completions", who, json=body)

    def modules(self, who: Sender) -> list[dict[str, Any]]:
        answer = self.ask("GET", "/v1/study/modules", who)
        found: list[dict[str, Any]] = answer.json["modules"]  # type: ignore[index]
        return found

    def rows(self, table: type[Record]) -> int:
        with self.factory.session() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def objects(self) -> int:
        return len(list(self.factory.parts.media.listed("study/")))
