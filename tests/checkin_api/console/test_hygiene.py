"""What browsers are told with every answer, good or refused, page, file or document."""

import re
from uuid import uuid4

import httpx
import pytest
from flask import Flask

from checkin_api.app import create_app, routes
from checkin_api.routes import Route
from checkin_api.settings import WebSettings
from storage.parts import Parts
from storage.records import Role
from storage.records.authority import DISTRICT_ROLES, OFFICE_ROLES
from tests.browser_forms import Browser
from tests.factories import PASSWORD, Factory

TLS = "https://console.test"
# Named by their hash or shipped with the release: nothing of a person is in them.
MAY_BE_KEPT = re.compile(r"^/(static|v1/(keys|app|docs|openapi\.json|study/versions))")


@pytest.fixture(scope="module")
def behind_tls(parts: Parts) -> Flask:
    """The application as a proxy with TLS shows it; the request itself arrives plain."""
    return create_app(WebSettings(public_url=TLS), parts)


def client(app: Flask) -> httpx.Client:
    """A browser that follows nothing."""
    return httpx.Client(transport=httpx.WSGITransport(app=app), base_url=TLS)


def address(route: Route) -> str:
    """An address of a route."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda _: str(uuid4()), route.path)


def lacking(answer: httpx.Response) -> list[str]:
    """What an answer does not tell browsers."""
    said = answer.headers
    parts = [part.strip().partition(" ") for part in said["Content-Security-Policy"].split(";")]
    policy = {name: value for name, _, value in parts}
    holds = {
        "default-src": policy.get("default-src") == "'none'",
        "script-src": policy.get("script-src") == "'self'",
        "frame-ancestors": policy.get("frame-ancestors") == "'none'",
        "form-action": policy.get("form-action") == "'self'",
        "base-uri": policy.get("base-uri") == "'none'",
        "inline": "unsafe" not in said.get("Content-Security-Policy", ""),
        "nosniff": said.get("X-Content-Type-Options") == "nosniff",
        "frames": said.get("X-Frame-Options") == "DENY",
        "referrer": said.get("Referrer-Policy") == "same-origin",
        "features": "camera=()" in said.get("Permissions-Policy", ""),
        "opener": said.get("Cross-Origin-Opener-Policy") == "same-origin",
        "resource": said.get("Cross-Origin-Resource-Policy") == "same-origin",
        "tls": "max-age=31536000" in said.get("Strict-Transport-Security", ""),
        "kept": "no-store" in said.get("Cache-Control", "")
        or bool(MAY_BE_KEPT.match(answer.url.path)),
        "cookies": all(_guarded(one) for one in said.get_list("Set-Cookie")),
    }
    return [what for what, good in holds.items() if not good]


def _guarded(cookie: str) -> bool:
    return {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}


def faults(http: httpx.Client) -> dict[str, list[str]]:
    """Every route, asked by its own method and by others, and what its answers lack."""
    found = {}
    for route in routes():
        for method in (route.method, "PATCH", "OPTIONS", "HEAD"):
            answer = http.request(method, address(route), params={"lang": "zh"})
            if lacks := lacking(answer):
                found[f"{method} {route.path} {answer.status_code}"] = lacks
    return found


def test_every_route_says_it_to_who_is_nobody(behind_tls: Flask) -> None:
    with client(behind_tls) as http:
        assert faults(http) == {}


def test_every_route_says_it_to_who_may_everything(behind_tls: Flask, factory: Factory) -> None:
    district = factory.district()
    office = factory.office(district)
    account = factory.officer(office)
    for role in set(Role) - {Role.OFFICER}:
        factory.posting(
            account.id,
            role,
            office=office if role in OFFICE_ROLES else None,
            district=district if role in DISTRICT_ROLES else None,
        )
    with client(behind_tls) as http:
        Browser(http).sign_in(account.login, PASSWORD, factory.code(account))
        assert http.get("/account").status_code == 200
        assert faults(http) == {}
        assert http.get("/account").status_code == 200  # no walk signed it out


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/static/style.css", 200),
        ("/static/mark.svg", 200),
        ("/static/none.css", 404),
        ("/static/../settings.py", 404),
        ("/nowhere", 404),
        ("/v1/nowhere", 404),
        ("/people/", 404),
        ("/people//x", 404),
        ("/items%00", 404),
    ],
)
def test_files_and_what_is_not_there_say_it_too(behind_tls: Flask, path: str, status: int) -> None:
    with client(behind_tls) as http:
        answer = http.get(path)
        assert answer.status_code == status
        assert lacking(answer) == []


def broken() -> str:
    """A view with a fault that nobody foresaw."""
    return str(1 / 0)


def test_a_fault_of_ours_says_it_too(parts: Parts) -> None:
    app = create_app(WebSettings(public_url=TLS), parts)
    app.view_functions["console/sign_in/sign_in_page"] = broken
    with client(app) as http:
        answer = http.get("/sign-in")
        assert answer.status_code == 500
        assert lacking(answer) == []


def test_a_proxys_word_of_tls_is_not_needed_and_plain_http_says_no_hsts(parts: Parts) -> None:
    plain = create_app(WebSettings(public_url="http://127.0.0.1:8000"), parts)
    with httpx.Client(
        transport=httpx.WSGITransport(app=plain), base_url="http://127.0.0.1:8000"
    ) as http:
        assert "Strict-Transport-Security" not in http.get("/sign-in").headers
