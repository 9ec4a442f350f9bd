"""Editors send modules; phones see nothing that is not whole and published."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from storage.records import AuditEntry, Media, Role, StudyFile, StudyModule, StudyVersion
from tests.checkin_api.study.school import (
    LESSON,
    PICTURE,
    School,
    file,
    manifest,
    question,
    sha256,
)

pytestmark = pytest.mark.media
NOBODYS = "0" * 64
SHORTER = {"length": 1}


def test_a_new_version_lacks_its_files_until_they_are_sent(school: School) -> None:
    first = school.offer().json
    school.send(LESSON)
    second = school.offer().json
    assert first is not None
    assert second is not None
    assert first["missing"] == sorted([sha256(LESSON), sha256(PICTURE)])
    assert second["missing"] == [sha256(PICTURE)]
    assert second["state"] == "draft"


def test_the_same_manifest_is_the_same_version(school: School) -> None:
    version_id = school.published()
    again = school.offer(files=manifest()["files"][::-1]).json
    assert again is not None
    assert (again["version_id"], again["state"], again["missing"]) == (version_id, "published", [])
    assert school.rows(StudyVersion) == 1


def test_another_content_is_the_next_number_of_the_module(school: School) -> None:
    first, second = school.published(), school.published(title_en="The Law, revised")
    numbers = [(school.publish(version).json or {})["number"] for version in (first, second)]
    assert numbers == [1, 2]
    assert school.rows(StudyModule) == 1


def test_publishing_again_changes_nothing(school: School) -> None:
    version_id = school.published()
    entries = school.rows(AuditEntry)
    first, second = school.publish(version_id), school.publish(version_id)
    assert first.json == second.json
    assert school.rows(AuditEntry) == entries


def test_a_version_with_a_missing_file_is_not_published(school: School) -> None:
    version_id = (school.offer().json or {})["version_id"]
    school.send(LESSON)
    answer = school.publish(version_id)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "module_invalid"
    missing = {"pointer": f"/files/{sha256(PICTURE)}", "reason": "missing"}
    assert answer.json["errors"] == [missing]
    assert school.modules(school.phone()) == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"theme": "sports"}, "/theme"),
        ({"quiz": []}, "/quiz"),
        ({"quiz": [question("one", ["z"])]}, "/quiz/0"),
        ({"quiz": [question("one", [])]}, "/quiz/0/right"),
        ({"quiz": [question("one", ["a"]) | {"choices": []}]}, "/quiz/0/choices"),
        ({"quiz": [question("one", ["a"])] * 2}, ""),
        ({"files": [file("../lesson.md", LESSON)]}, "/files/0/path"),
        ({"files": [file("a.md", LESSON), file("A.md", PICTURE)]}, ""),
        ({"files": [file("run.exe", LESSON, "application/x-msdownload")]}, "/files/0/content_type"),
        ({"files": [file("a.md", LESSON), file("b.md", LESSON) | SHORTER]}, "/files/1/length"),
        ({"pass_mark": 101}, "/pass_mark"),
        ({"minimum_minutes": 0}, "/minimum_minutes"),
        ({"title_zh": "一\x00二"}, "/title_zh"),
        ({"quiz": [question("one", ["a"]) | {"text_zh": "一\x00二"}]}, "/quiz/0/text_zh"),
    ],
)  # fmt: skip
def test_a_broken_module_is_refused_by_place_and_leaves_nothing(
    school: School, changes: dict[str, Any], pointer: str
) -> None:
    answer = school.offer(**changes)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "module_invalid"
    assert pointer in [error["pointer"] for error in answer.json["errors"]]
    assert "sports" not in answer.text
    rows = [school.rows(table) for table in (StudyModule, StudyVersion, StudyFile, AuditEntry)]
    assert rows == [0, 0, 0, 0]


def test_a_module_keeps_its_theme(school: School) -> None:
    school.published()
    answer = school.offer(theme="mental_health")
    assert answer.json is not None
    assert answer.json["code"] == "module_invalid"
    assert answer.json["errors"] == [{"pointer": "/theme", "reason": "theme_differs"}]
    assert school.rows(StudyVersion) == 1


def test_bytes_that_are_not_those_of_the_name_are_not_kept(school: School) -> None:
    school.offer()
    answer = school.send(LESSON[:-1] + b"!", sha256(LESSON))
    assert answer.status_code == 422
    assert (answer.json or {})["code"] == "hash_differs"
    assert (school.objects(), school.rows(Media)) == (0, 0)


def test_more_bytes_than_were_offered_are_not_kept(school: School) -> None:
    school.offer()
    answer = school.send(LESSON + b"more", sha256(LESSON))
    assert answer.status_code == 413
    assert (school.objects(), school.rows(Media)) == (0, 0)


def test_a_file_that_no_version_names_is_not_taken(school: School) -> None:
    assert school.send(b"anything").status_code == 404
    assert (school.objects(), school.rows(Media)) == (0, 0)


def test_a_file_larger_than_a_request_of_a_phone_is_taken(school: School) -> None:
    film = bytes(range(256)) * 4 * 1024 * 20  # 20 MiB
    version_id = school.published(film, files=[file("film.mp4", film, "video/mp4")])
    path = f"/v1/study/versions/{version_id}/files/{sha256(film)}"
    assert sha256(school.ask("GET", path, school.phone()).data) == sha256(film)


def test_equal_files_in_flight_are_stored_once(school: School) -> None:
    school.offer()
    with ThreadPoolExecutor(8) as editors:
        answers = list(editors.map(school.send, [LESSON] * 8))
    assert {answer.status_code for answer in answers} == {204}
    assert (school.objects(), school.rows(Media)) == (1, 1)


def test_equal_manifests_in_flight_are_one_version(school: School) -> None:
    with ThreadPoolExecutor(8) as editors:
        answers = list(editors.map(lambda _: school.offer().json, range(8)))
    assert len({(answer or {})["version_id"] for answer in answers}) == 1
    assert school.rows(StudyVersion) == 1


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR])
def test_only_editors_send_content(school: School, role: Role) -> None:
    who = school.account(role)
    answer = school.ask("POST", "/v1/content/versions", who, json=manifest())
    assert answer.status_code == 403
    assert school.rows(StudyModule) == 0


def test_a_phone_sends_no_content(school: School) -> None:
    answer = school.ask("PUT", f"/v1/content/files/{NOBODYS}", school.phone(), data=b"x")
    assert answer.status_code == 403
