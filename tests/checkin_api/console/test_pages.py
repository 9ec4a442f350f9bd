"""Single pages: signing in, language, photos, codes, receipts."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from checkin_api.access.by_cookie import COOKIE
from checkin_api.access.secret_texts import hashed
from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from mobile_contract.codes import ProblemCode
from storage.parts import Parts
from storage.records import ActivationCode, AuditEntry, CheckIn, Offender, Officer, ReceiptRow
from tests.browser_forms import Browser
from tests.checkin_api.arranged import lay_checkin, lay_photo, new_id, picture
from tests.checkin_api.console.conftest import Desk
from tests.factories import PASSWORD, Factory


@pytest.fixture
def officer(factory: Factory) -> Officer:
    """An officer of some office."""
    return factory.officer(factory.office())


@pytest.fixture
def person(factory: Factory, officer: Officer) -> Offender:
    """A person of that office."""
    return factory.offender(factory.office_of(officer))


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/people?q=a", "/people?q=a"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("https://evil.test", "/"),
        ("/a\r\nX: y", "/"),
    ],
)
def test_signing_in_leads_back_but_never_out(
    nobody: Browser, factory: Factory, officer: Officer, wanted: str, reached: str
) -> None:
    form = {"login": officer.login, "password": PASSWORD, "next": wanted}
    step = nobody.http.post("/sign-in", data=form).headers["Location"]
    assert parse_qs(urlsplit(step).query) == {"next": [reached]}
    token = re.search(r'name="form_token" value="(\w+)"', nobody.page("/second-factor"))
    assert token
    code = {"form_token": token[1], "next": wanted, "code": factory.code(officer)}
    assert nobody.http.post("/second-factor", data=code).headers["Location"] == reached


def test_a_wrong_password_is_told_without_saying_what_was_wrong(
    nobody: Browser, officer: Officer
) -> None:
    wrong = nobody.http.post("/sign-in", data={"login": officer.login, "password": "x"})
    unknown = nobody.http.post("/sign-in", data={"login": "nobody", "password": "x"})
    assert wrong.status_code == unknown.status_code == 401
    assert "用户名或密码不正确" in wrong.text
    assert COOKIE not in wrong.headers.get("Set-Cookie", "")


def test_a_login_that_no_database_takes_is_refused_like_any_other(nobody: Browser) -> None:
    answer = nobody.http.post("/sign-in", data={"login": "a\x00b", "password": "x"})
    assert answer.status_code == 400


def test_a_form_whose_bytes_are_no_text_is_refused_and_never_mended(nobody: Browser) -> None:
    answer = nobody.http.post(
        "/sign-in", files={"login": (None, b"li\xff"), "password": (None, b"x")}
    )
    assert answer.status_code == 400


def test_signing_out_ends_the_cookie_on_the_server(desk: Desk, officer: Officer) -> None:
    browser = desk(officer)
    secret = browser.http.cookies[COOKIE]
    browser.submit("/account", "/sign-out")
    answer = browser.http.get("/account", headers={"Cookie": f"{COOKIE}={secret}"})
    assert answer.status_code == 303


def test_cookies_are_secure_behind_https(parts: Parts, officer: Officer) -> None:
    app = create_app(WebSettings(public_url="https://console.test"), parts)
    transport = httpx.WSGITransport(app=app)
    with httpx.Client(transport=transport, base_url="https://console.test") as http:
        answer = http.post("/sign-in", data={"login": officer.login, "password": PASSWORD})
    assert answer.headers["Set-Cookie"].startswith("__Host-checkin_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(
        answer.headers["Set-Cookie"].split("; ")
    )


def test_the_language_chosen_once_stays(nobody: Browser) -> None:
    assert "登录" in nobody.page("/sign-in")
    assert "Sign in" in nobody.page("/sign-in?lang=en")
    assert "Sign in" in nobody.page("/sign-in")
    assert "登录" in nobody.page("/sign-in?lang=zh")


@pytest.mark.media
def test_a_look_at_a_photo_is_written_down(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    data = picture(120)
    _, photo = lay_photo(factory, person.id, data)
    assert desk(officer).http.get(f"/media/{photo}").content == data
    with factory.session() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "photo_seen")).one()
    assert (entry.actor, entry.subject) == (f"officer:{officer.id}", str(photo))
    assert entry.offender_id == person.id


@pytest.mark.media
def test_what_the_phone_sent_itself_never_goes_out(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    original, _ = lay_photo(factory, person.id, picture(120))
    assert desk(officer).http.get(f"/media/{original}").status_code == 404


def test_a_photo_without_rendition_is_being_prepared(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    checkin = lay_checkin(factory, person.id)
    lay_photo(factory, person.id, picture(30), checkin, rendered=False)
    page = desk(officer).page(f"/checkins/{person.id}/{checkin}")
    assert "正在准备" in page
    assert "/media/" not in page


@pytest.mark.media
def test_a_photo_that_has_not_arrived_is_told_as_such_and_not_as_a_refusal(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    checkin = lay_checkin(factory, person.id)
    with factory.session() as session:
        row = session.get_one(CheckIn, (person.id, checkin))
        row.body = row.body | {"files": [{"name": "selfie"}, {"name": "frame-1"}]}
    path = f"/checkins/{person.id}/{checkin}"
    page = desk(officer).page(path)
    assert page.count("照片尚未收到") == 2
    assert "/media/" not in page
    lay_photo(factory, person.id, picture(60), checkin)
    page = desk(officer).page(path)
    assert page.count("照片尚未收到") == 1
    assert "/media/" in page


def test_a_code_is_shown_once_and_ends_the_one_before(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    browser, path = desk(officer), f"/people/{person.id}/activation"
    codes = [
        found[1]
        for _ in range(2)
        if (found := re.search(r'data-code="(\w{8})"', browser.submit(path, path).text))
    ]
    with factory.session() as session:
        rows = session.scalars(select(ActivationCode).order_by(ActivationCode.issued_at)).all()
    assert [row.code_sha256 for row in rows] == [hashed(code) for code in codes]
    now = factory.parts.now()
    assert [row.expires_at > now for row in rows] == [False, True]
    assert codes[1] not in browser.page(path)


def test_a_code_lives_a_day_at_most(desk: Desk, officer: Officer, person: Offender) -> None:
    path = f"/people/{person.id}/activation"
    answer = desk(officer).submit(path, path, minutes="1441")
    assert answer.status_code == 422
    assert "24 小时" in answer.text


def test_a_fence_without_a_datum_is_not_set(desk: Desk, officer: Officer, person: Offender) -> None:
    path = f"/people/{person.id}"
    fields = {"latitude": "29.56", "longitude": "106.55", "radius_m": "800"}
    answer = desk(officer).submit(path, "/fence", **fields)
    assert answer.status_code == 422
    assert 'value="29.56"' in answer.text
    done = desk(officer).submit(path, "/fence", **fields, datum="GCJ-02")
    assert "GCJ-02" in done.text


def lay_receipt(factory: Factory, person: UUID, code: str = "accepted") -> str:
    """A receipt as the phones' door keeps it."""
    with factory.session() as session:
        session.add(
            ReceiptRow(
                offender_id=person,
                checkin_id=new_id(),
                code=code,
                short_code="01AB-CD2E-VFGH",
                server_time=factory.parts.now() - timedelta(minutes=1),
                parts=[{"name": "selfie", "sha256": "0" * 64, "length": 12}],
                key_id="one",
                signature="x",
            )
        )
    return "01AB-CD2E-VFGH"


@pytest.mark.parametrize("typed", ["01AB-CD2E-VFGH", "01abcd2evfgh", " olAB cd2e ufgh "])
def test_a_receipt_is_found_however_it_was_heard(
    desk: Desk, factory: Factory, officer: Officer, person: Offender, typed: str
) -> None:
    lay_receipt(factory, person.id)
    found = desk(officer).http.get("/receipts", params={"code": typed})
    assert person.number in found.text


def test_a_receipt_says_why_nothing_was_taken_in(
    desk: Desk, factory: Factory, officer: Officer, person: Offender
) -> None:
    code = lay_receipt(factory, person.id, str(ProblemCode.PHOTO_DAMAGED))
    page = desk(officer).page(f"/receipts?code={code}")
    assert "收到但未能受理" in page


def test_a_receipt_of_another_office_is_not_found(
    desk: Desk, factory: Factory, person: Offender
) -> None:
    code = lay_receipt(factory, person.id)
    stranger = desk(factory.officer(factory.office()))
    assert person.number not in stranger.page(f"/receipts?code={code}")
