"""Editors sign in with password and code, and go on by their key while an upload lasts."""

from dataclasses import replace
from typing import Any

import jwt
import pytest
from sqlalchemy import update

from storage.records import Officer, Posting, Role, StudyModule
from tests.checkin_api.study.school import School, manifest
from tests.factories import PASSWORD
from tests.proofs import Sender, sender

pytestmark = pytest.mark.media


def sign_in(
    school: School, login: str, password: str, who: Sender | None = None, **also: str
) -> Any:
    body = {"login": login, "password": password} | also
    return school.ask("POST", "/v1/content/sign-in", who or sender(school.app), json=body)


def test_an_editor_signs_in_and_the_token_opens_the_content(school: School) -> None:
    editor = school.factory.officer(role=Role.EDITOR)
    who = sender(school.app)
    answer = sign_in(school, editor.login, PASSWORD, who, code=school.factory.code(editor))
    known = replace(who, token=answer.json["access_token"])
    offered = school.ask("POST", "/v1/content/versions", known, json=manifest())
    assert offered.status_code == 200


def test_an_editors_token_is_useless_without_the_key(school: School) -> None:
    editor = school.factory.officer(role=Role.EDITOR)
    code = school.factory.code(editor)
    stolen = sign_in(school, editor.login, PASSWORD, code=code).json["access_token"]
    thief = replace(sender(school.app), token=stolen)
    answer = school.ask("POST", "/v1/content/versions", thief, json=manifest())
    assert answer.status_code == 401
    assert school.rows(StudyModule) == 0


def renewed(school: School, who: Sender) -> Any:
    return school.ask("POST", "/v1/content/tokens", who)


def test_an_upload_goes_on_with_new_tokens_of_ten_minutes(school: School) -> None:
    editor = school.factory.officer(role=Role.EDITOR)
    who = sender(school.app)
    told = sign_in(school, editor.login, PASSWORD, who, code=school.factory.code(editor)).json
    again = renewed(school, replace(who, token=told["refresh_token"]))
    assert again.status_code == 200
    assert again.json["refresh_token"] == told["refresh_token"]
    token = again.json["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 600
    known = replace(who, token=token)
    assert school.ask("POST", "/v1/content/versions", known, json=manifest()).status_code == 200


def test_an_upload_ends_after_two_hours(school: School) -> None:
    editor = school.factory.officer(role=Role.EDITOR)
    code = school.factory.code(editor)
    token = sign_in(school, editor.login, PASSWORD, code=code).json["refresh_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 7200


def test_nobody_else_goes_on_with_an_upload(school: School) -> None:
    editor = school.factory.officer(role=Role.EDITOR)
    who = sender(school.app)
    told = sign_in(school, editor.login, PASSWORD, who, code=school.factory.code(editor)).json
    refresh = told["refresh_token"]
    asking = [
        replace(sender(school.app), token=refresh),  # another key
        replace(who, token=told["access_token"]),
        replace(who, token=None),
        school.phone(),
    ]
    assert [renewed(school, one).status_code for one in asking] == [401] * 4
    with school.factory.session() as session:
        session.get_one(Officer, editor.id).disabled_at = school.factory.parts.now()
    assert renewed(school, replace(who, token=refresh)).status_code == 401


def test_a_token_is_worth_what_its_account_is_at_the_next_request(school: School) -> None:
    editor = school.factory.officer(role=Role.EDITOR)
    who = sender(school.app)
    told = sign_in(school, editor.login, PASSWORD, who, code=school.factory.code(editor)).json
    known = replace(who, token=told["access_token"])
    now = school.factory.parts.now()
    with school.factory.session() as session:
        session.execute(
            update(Posting)
            .where(Posting.officer_id == editor.id)
            .values(ended_at=now, ended_by="command:test")
        )
    offered = school.ask("POST", "/v1/content/versions", known, json=manifest())
    assert offered.status_code == 403
    with school.factory.session() as session:
        session.get_one(Officer, editor.id).disabled_at = now
    offered = school.ask("POST", "/v1/content/versions", known, json=manifest())
    assert offered.status_code == 401
    assert school.rows(StudyModule) == 0


def test_a_password_without_the_authenticators_code_opens_nothing(school: School) -> None:
    editor = school.factory.officer(role=Role.EDITOR)
    answer = sign_in(school, editor.login, PASSWORD)
    assert (answer.status_code, answer.json["code"]) == (401, "second_factor_needed")
    assert sign_in(school, editor.login, PASSWORD, code="000000").json["code"] == "sign_in_refused"


def test_every_refused_sign_in_reads_the_same(school: School) -> None:
    editor, officer, gone, new = (
        school.factory.officer(role=Role.EDITOR),
        school.factory.officer(school.factory.office()),
        school.factory.officer(role=Role.EDITOR),
        school.factory.officer(role=Role.EDITOR),
    )
    with school.factory.session() as session:
        session.get_one(Officer, gone.id).disabled_at = school.factory.parts.now()
        session.get_one(Officer, new.id).password_hash = None
    answers = [
        sign_in(school, editor.login, "another password"),
        sign_in(school, "nobody", PASSWORD),
        sign_in(school, "no\x00body", PASSWORD),
        sign_in(school, officer.login, PASSWORD),
        sign_in(school, gone.login, PASSWORD),
        sign_in(school, new.login, PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
