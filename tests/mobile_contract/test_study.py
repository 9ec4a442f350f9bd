"""A module is downloaded once, completed offline, and the completion sent later."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from mobile_contract.client.backoff import ONCE
from mobile_contract.client.connection import NoAnswerError
from mobile_contract.client.delivery import DeliveryOutcome
from mobile_contract.client.phone import Phone
from mobile_contract.client.study import Worked
from mobile_contract.codes import ProblemCode
from tests.mobile_contract.office import Answer, Office, Time, problem

VERSION = UUID("01938f00-0000-7000-8000-0000000000bb")
TEXT = "# 法律常识".encode()
HASH = hashlib.sha256(TEXT).hexdigest()
VERSION_PATH = f"/v1/study/versions/{VERSION}"
FILE_PATH = f"{VERSION_PATH}/files/{HASH}"
MANIFEST = {
    "id": str(VERSION),
    "module_id": str(VERSION),
    "theme": "legal_knowledge",
    "title_zh": "法律常识一",
    "title_en": "Legal knowledge 1",
    "minimum_minutes": 10,
    "pass_mark": 60,
    "published_at": "2026-03-01T00:00:00Z",
    "files": [
        {"path": "text.md", "sha256": HASH, "length": len(TEXT), "content_type": "text/markdown"}
    ],
    "quiz": [],
}
WORKED = Worked(
    VERSION,
    {"q1": ["a"]},
    12,
    datetime(2026, 3, 1, 1, tzinfo=UTC),
    datetime(2026, 3, 1, 1, 12, tzinfo=UTC),
)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def phone(office: Office, tmp_path: Path) -> Phone:
    phone = office.phone(tmp_path, Time())
    phone.activate("CQ-1", "K7Q2-9F3D")
    return phone


def manifest() -> Answer:
    return lambda _: httpx.Response(200, json=MANIFEST)


def file(data: bytes) -> Answer:
    return lambda _: httpx.Response(200, content=data)


def test_a_downloaded_version_opens_without_a_connection(office: Office, phone: Phone) -> None:
    office.first(VERSION_PATH, manifest())
    office.first(FILE_PATH, file(TEXT))
    downloaded = phone.library.download(VERSION)
    asked = len(office.asked)
    assert phone.library.opened(VERSION) == downloaded
    assert phone.library.read(HASH) == TEXT
    assert len(office.asked) == asked


def test_a_file_that_is_here_is_not_fetched_again(office: Office, phone: Phone) -> None:
    office.first(VERSION_PATH, manifest(), manifest())
    office.first(FILE_PATH, file(TEXT))
    phone.library.download(VERSION)
    phone.library.download(VERSION)
    assert [one.url.path for one in office.asked].count(FILE_PATH) == 1


def test_a_file_with_other_bytes_is_not_kept_and_the_version_not_opened(
    office: Office, phone: Phone
) -> None:
    office.first(VERSION_PATH, manifest())
    office.first(FILE_PATH, file(b"other bytes"))
    with pytest.raises(NoAnswerError):
        phone.library.download(VERSION)
    with pytest.raises(FileNotFoundError):
        phone.library.opened(VERSION)


def test_a_completion_waits_and_is_sent_as_it_was_frozen(office: Office, phone: Phone) -> None:
    office.first("/v1/study/completions", problem(ProblemCode.UNAVAILABLE))
    frozen = phone.complete(WORKED)
    assert [one.outcome for one in phone.send_queued(ONCE)] == [DeliveryOutcome.WAITING]
    assert [one.outcome for one in phone.send_queued(ONCE)] == [DeliveryOutcome.ACCEPTED]
    assert office.completions == [frozen.body]
    assert phone.completion_queue.waiting() == []


def test_the_result_of_a_completion_is_kept(phone: Phone, tmp_path: Path) -> None:
    frozen = phone.complete(WORKED)
    phone.send_queued(ONCE)
    kept = json.loads((tmp_path / "results" / f"{frozen.id}.json").read_bytes())
    assert (kept["passed"], kept["minutes"]) == (True, 12)
