"""Phones read published modules and complete each once, however often they send it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from mobile_contract.codes import Theme
from storage.media import MediaKey
from storage.records import AuditEntry, Completion
from tests.checkin_api.study.school import (
    LESSON,
    RIGHT,
    STARTED,
    School,
    completion,
    sha256,
)

pytestmark = pytest.mark.media


def answers(**picked: list[str]) -> list[dict[str, Any]]:
    return [{"question": name, "choices": choices} for name, choices in (RIGHT | picked).items()]


def test_a_phone_lists_modules_in_the_order_of_the_themes(school: School) -> None:
    for theme in reversed(Theme):
        school.published(module=f"about-{theme}", theme=theme)
    listed = school.modules(school.phone())
    assert [module["theme"] for module in listed] == list(Theme)


def test_a_phone_sees_the_newest_published_version(school: School) -> None:
    school.published()
    second = school.published(title_en="The Law, revised")
    school.offer(title_en="The Law, not ready")
    (module,) = school.modules(school.phone())
    assert (module["version_id"], module["title_en"]) == (second, "The Law, revised")


def test_a_phone_downloads_every_file_of_a_version(school: School) -> None:
    version_id, phone = school.published(), school.phone()
    path = f"/v1/study/versions/{version_id}"
    told = school.ask("GET", path, phone).json
    assert told is not None
    for file in told["files"]:
        answer = school.ask("GET", f"{path}/files/{file['sha256']}", phone)
        assert sha256(answer.data) == file["sha256"]
        assert answer.content_type.startswith(file["content_type"])
        assert answer.content_length == file["length"]


def test_a_phone_never_reads_the_right_answers(school: School) -> None:
    told = school.ask("GET", f"/v1/study/versions/{school.published()}", school.phone())
    assert told.json is not None
    assert [question["several"] for question in told.json["quiz"]] == [False, True]
    assert "right" not in told.text


def test_a_file_that_the_phone_has_is_not_sent_again(school: School) -> None:
    path = f"/v1/study/versions/{school.published()}/files/{sha256(LESSON)}"
    phone = school.phone()
    tag = school.ask("GET", path, phone).headers["ETag"]
    answer = school.ask("GET", path, phone, {"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")


def test_a_draft_is_nowhere_for_a_phone(school: School) -> None:
    version_id, phone = (school.offer().json or {})["version_id"], school.phone()
    school.send(LESSON)
    path = f"/v1/study/versions/{version_id}"
    assert school.modules(phone) == []
    assert school.ask("GET", path, phone).status_code == 404
    assert school.ask("GET", f"{path}/files/{sha256(LESSON)}", phone).status_code == 404
    assert school.complete(phone, completion(version_id)).status_code == 404


def test_other_bytes_under_a_files_key_reach_no_phone(school: School) -> None:
    path = f"/v1/study/versions/{school.published()}/files/{sha256(LESSON)}"
    media = school.factory.parts.media
    media.put(MediaKey.study(sha256(LESSON)), b"!" * len(LESSON), "text/markdown")
    answer = school.ask("GET", path, school.phone())
    kept = media.keeps_versions()
    assert (answer.status_code, answer.data == LESSON) == ((200, True) if kept else (404, False))
    assert b"!!" not in answer.data


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, (100, 25, True, True)),
        ({"answers": answers(one=["a"])}, (50, 25, True, False)),
        ({"answers": answers(two=["a"])}, (50, 25, True, False)),
        ({"answers": answers(two=["c", "a"])}, (100, 25, True, True)),
        ({"answers": []}, (0, 25, True, False)),
        ({"minutes": 19}, (100, 19, False, False)),
        ({"minutes": 300}, (100, 30, True, True)),
        ({"finished_at": STARTED.isoformat()}, (100, 0, False, False)),
    ],
)
def test_the_server_judges(
    school: School, changes: dict[str, Any], result: tuple[int, int, bool, bool]
) -> None:
    told = school.complete(school.phone(), completion(school.published(), **changes)).json
    assert told is not None
    names = ("score", "minutes", "minutes_enough", "passed")
    assert tuple(told[name] for name in names) == result


def test_a_completion_sent_again_gets_the_same_result(school: School) -> None:
    phone, body = school.phone(), completion(school.published())
    first, second = school.complete(phone, body), school.complete(phone, body)
    assert (first.status_code, first.json) == (second.status_code, second.json)
    assert school.rows(Completion) == 1


def test_fifty_equal_completions_in_flight_are_one(school: School) -> None:
    phone, body = school.phone(), completion(school.published())
    with ThreadPoolExecutor(16) as phones:
        told = list(phones.map(lambda _: school.complete(phone, body), range(50)))
    assert {answer.status_code for answer in told} == {200}
    assert len({answer.text for answer in told}) == 1
    assert school.rows(Completion) == 1
    with school.factory.session() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "completion_recorded")
        )
        assert len(entries.all()) == 1


def test_an_id_that_came_with_other_content_is_refused_naming_the_part(school: School) -> None:
    phone, body = school.phone(), completion(school.published(), answers=[])
    school.complete(phone, body)
    answer = school.complete(phone, body | {"answers": answers(), "minutes": 26})
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["code"] == "content_differs"
    assert {error["pointer"] for error in answer.json["errors"]} == {"/answers", "/minutes"}
    (module,) = school.modules(phone)
    assert not module["completion"]["passed"]


def test_two_people_may_use_the_same_id(school: School) -> None:
    body = completion(school.published())
    told = [school.complete(school.phone(), body).status_code for _ in range(2)]
    assert told == [200, 200]
    assert school.rows(Completion) == 2


def test_a_completion_of_an_unknown_version_leaves_nothing(school: School) -> None:
    answer = school.complete(school.phone(), completion(str(uuid4())))
    assert answer.status_code == 404
    assert school.rows(Completion) == 0


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"finished_at": (STARTED - timedelta(seconds=1)).isoformat()}, "/finished_at"),
        ({"answers": answers() + answers()}, "/answers/2/question"),
        ({"minutes": -1}, "/minutes"),
        ({"started_at": "2026-11-02T09:00:00"}, "/started_at"),
        ({"id": str(uuid4())}, "/id"),
    ],
)
def test_a_completion_at_odds_with_itself_is_refused_and_leaves_nothing(
    school: School, changes: dict[str, Any], pointer: str
) -> None:
    answer = school.complete(school.phone(), completion(school.published(), **changes))
    assert answer.status_code == 422
    assert answer.json is not None
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
    assert school.rows(Completion) == 0


def test_a_phone_whose_clock_is_ahead_did_not_finish_in_the_future(school: School) -> None:
    ahead = school.factory.parts.now() + timedelta(days=400)
    times = {
        "started_at": (ahead - timedelta(minutes=30)).isoformat(),
        "finished_at": ahead.isoformat(),
    }
    told = school.complete(school.phone(), completion(school.published(), **times)).json
    assert told is not None
    assert told["passed"]
    with school.factory.session() as session:
        row = session.scalars(select(Completion)).one()
        assert row.finished_at == row.received_at


def test_the_list_shows_the_best_completion_and_a_new_version_takes_none_away(
    school: School,
) -> None:
    phone, first = school.phone(), school.published()
    for picked in ([], answers(), answers(one=["a"])):
        school.complete(phone, completion(first, answers=picked))
    school.published(title_en="The Law, revised")
    (module,) = school.modules(phone)
    assert (module["completion"]["passed"], module["completion"]["version_id"]) == (True, first)


def test_another_persons_completion_is_not_mine(school: School) -> None:
    school.complete(school.phone(), completion(school.published()))
    (module,) = school.modules(school.phone())
    assert module["completion"] is None


def test_editors_read_nothing_of_what_phones_read(school: School) -> None:
    assert school.ask("GET", "/v1/study/modules", school.editor).status_code == 403
