"""An editor's folder reaches the phones, and nothing travels twice."""

import pytest

from storage.records import Media, Role, StudyModule, StudyVersion
from tests.checkin_api.content_tool.conftest import Desk
from tests.checkin_api.study.school import School, sha256

pytestmark = pytest.mark.media
NOTHING = 0


def test_an_uploaded_module_is_what_phones_read(desk: Desk) -> None:
    ran = desk.upload()
    assert ran.status == 0, ran.err
    phone = desk.school.phone()
    (module,) = desk.school.modules(phone)
    path = f"/v1/study/versions/{module['version_id']}"
    told = desk.school.ask("GET", path, phone).json
    assert told is not None
    assert (told["theme"], told["title_zh"]) == ("mental_health", "心理调适")
    assert [file["path"] for file in told["files"]] == [
        "lesson.md",
        "media/breathing.mp3",
        "media/park.jpg",
    ]
    assert [choice["id"] for choice in told["quiz"][1]["choices"]] == ["yes", "no"]
    for file in told["files"]:
        data = desk.school.ask("GET", f"{path}/files/{file['sha256']}", phone).data
        assert data == (desk.folder / file["path"]).read_bytes()


def test_it_says_what_was_sent(desk: Desk) -> None:
    ran = desk.upload()
    assert "Sent now: 3 files" in ran.out
    assert "media/breathing.mp3  1.0 MB" in ran.out
    assert "keeping-well is published as version 1." in ran.out


def test_the_same_folder_again_sends_nothing(desk: Desk) -> None:
    desk.upload()
    stored = desk.school.objects(), desk.school.rows(Media), desk.school.rows(StudyVersion)
    again = desk.upload()
    assert again.status == 0
    assert "Sent now: 0 files" in again.out
    assert "not sent again: 3 files" in again.out
    assert "published as version 1." in again.out
    assert stored == (
        desk.school.objects(), desk.school.rows(Media), desk.school.rows(StudyVersion)
    )  # fmt: skip


def test_of_a_changed_module_only_the_changed_file_is_sent(desk: Desk) -> None:
    desk.upload()
    (desk.folder / "lesson.md").write_text("# 心理调适，新版\n", encoding="utf-8")
    again = desk.upload()
    assert "Sent now: 1 files" in again.out
    assert "published as version 2." in again.out
    assert desk.school.objects() == 4


def test_two_files_with_equal_bytes_are_sent_once(desk: Desk) -> None:
    (desk.folder / "media" / "same.jpg").write_bytes(b"\xff\xd8\xff a park")
    ran = desk.upload()
    assert ran.status == 0, ran.err
    assert "Sent now: 3 files" in ran.out
    assert desk.school.objects() == 3


def test_an_upload_that_was_broken_off_goes_on_where_it_was(desk: Desk) -> None:
    manifest = desk.school.published  # another version that shares a file with this one
    picture = (desk.folder / "media" / "park.jpg").read_bytes()
    manifest(picture, files=[{
        "path": "park.jpg", "sha256": sha256(picture), "length": len(picture),
        "content_type": "image/jpeg",
    }])  # fmt: skip
    ran = desk.upload()
    assert "Sent now: 2 files" in ran.out
    assert "not sent again: 1 files" in ran.out


def test_a_refusal_of_the_server_is_said_in_words(desk: Desk) -> None:
    desk.upload()
    module = desk.folder / "module.yaml"
    module.write_text(module.read_text().replace("mental_health", "legal_knowledge"))
    ran = desk.upload()
    assert ran.status == 1
    assert "/theme: The module has another theme on the server." in ran.err
    assert desk.school.rows(StudyVersion) == 1


def test_a_password_that_is_not_right_sends_nothing(desk: Desk) -> None:
    desk.password_file.write_text("not the password")
    ran = desk.upload()
    assert ran.status == 1
    assert ran.err.strip() == "The user name, the password or the code is not right."
    assert desk.school.rows(StudyModule) == NOTHING


def test_an_officer_is_no_editor(desk: Desk, school: School) -> None:
    officer = school.factory.officer(school.factory.office(), Role.OFFICER)
    assert desk.upload(login=officer.login).status == 1
    assert desk.school.rows(StudyModule) == NOTHING


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ("http://127.0.0.1:1", "does not answer as expected"),
        ("http://checkin.example", "a password may travel over https only"),
        ("ftp://127.0.0.1", "a password may travel over https only"),
    ],
)
def test_a_server_that_cannot_be_used_is_named(desk: Desk, server: str, said: str) -> None:
    ran = desk.upload(server=server)
    assert ran.status == 1
    assert f"{server}" in ran.err
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_the_key_is_made_once_and_is_its_owners_alone(desk: Desk) -> None:
    desk.upload()
    made = desk.key.read_bytes()
    assert desk.key.stat().st_mode & 0o777 == 0o600
    assert desk.upload().status == 0
    assert desk.key.read_bytes() == made


def test_a_key_that_others_can_read_is_not_used(desk: Desk) -> None:
    desk.upload()
    desk.key.chmod(0o644)
    ran = desk.upload()
    assert ran.status == 1
    assert "can be read by others" in ran.err


def test_a_file_that_is_no_key_is_named(desk: Desk) -> None:
    desk.key.write_text("no key")
    desk.key.chmod(0o600)
    ran = desk.upload()
    assert ran.status == 1
    assert f"{desk.key} holds no key." in ran.err


def test_a_wrong_code_sends_nothing(desk: Desk) -> None:
    ran = desk.upload(code="000000")
    assert ran.status == 1
    assert desk.school.rows(StudyModule) == NOTHING
