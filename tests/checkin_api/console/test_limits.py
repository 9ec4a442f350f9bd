"""How often signing in may be tried, and that a limit keeps nobody out of the own account."""

import socket
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_network

import httpx
import pytest

from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from storage.local_stack import LocalStack
from storage.parts import Parts
from storage.records import Officer
from tests.browser_forms import Browser
from tests.checkin_api.console.conftest import SITE
from tests.factories import LOGINS, PASSWORD, Factory

Door = Callable[..., Browser]
WRONG = "not the password"
PROXIES = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def door(parts: Parts, stack: LocalStack) -> Iterator[Door]:
    """Opens a browser on a web process of its own."""
    opened: list[httpx.Client] = []

    def of(redis_url: str = "", **settings: object) -> Browser:
        url = redis_url or stack.environment("web")["REDIS_URL"]
        wanted = {"sign_in_per_address": 10_000, "trusted_proxies": PROXIES}
        app = create_app(WebSettings(SITE, redis_url=url, **(wanted | settings)), parts)  # type: ignore[arg-type]
        opened.append(httpx.Client(transport=httpx.WSGITransport(app=app), base_url=SITE))
        return Browser(opened[-1])

    yield of
    for client in opened:
        client.close()


@pytest.fixture
def officer(factory: Factory) -> Officer:
    """An officer of some office."""
    return factory.officer(factory.office())


def unknown() -> str:
    """A login that nobody has."""
    return f"nobody{next(LOGINS)}"


def attempt(
    browser: Browser, login: str, password: str = WRONG, address: str = "203.0.113.1"
) -> httpx.Response:
    """One attempt to sign in, from an address."""
    return browser.http.post(
        "/sign-in",
        data={"login": login, "password": password},
        headers={"X-Forwarded-For": address},
    )


@pytest.mark.parametrize("known", [True, False])
def test_the_sixth_attempt_in_a_minute_waits_whether_there_is_such_an_account_or_not(
    door: Door, officer: Officer, *, known: bool
) -> None:
    browser, login = door(), officer.login if known else unknown()
    assert [attempt(browser, login).status_code for _ in range(5)] == [401] * 5
    answer = attempt(browser, login, PASSWORD, address="203.0.113.99")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert "Set-Cookie" not in answer.headers


def test_processes_count_together_and_another_spelling_counts_too(
    door: Door, officer: Officer
) -> None:
    first, second = door(), door()
    spellings = [officer.login, officer.login.upper(), f" {officer.login} "]
    for login in spellings:
        attempt(first, login)
    assert [attempt(second, officer.login).status_code for _ in range(3)] == [401, 401, 429]


def test_set_up_codes_are_counted_with_passwords(door: Door, officer: Officer) -> None:
    browser = door()
    form = {"login": officer.login, "code": "AAAA2222", "password": "a long enough password"}
    statuses = [browser.http.post("/set-up", data=form).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]


def test_a_stranger_does_not_use_up_the_tries_of_the_owners_browser(
    door: Door, factory: Factory, officer: Officer
) -> None:
    owner, stranger = door(), door()
    owner.sign_in(officer.login, PASSWORD, factory.code(officer))
    owner.submit("/account", "/sign-out")
    assert [attempt(stranger, officer.login).status_code for _ in range(6)][-1] == 429
    owner.sign_in(officer.login, PASSWORD, factory.code(officer))
    assert owner.http.get("/account").status_code == 200


def test_a_browser_known_for_one_account_is_a_stranger_to_another(
    door: Door, factory: Factory, officer: Officer
) -> None:
    own, other = door(), factory.officer(factory.office())
    own.sign_in(officer.login, PASSWORD, factory.code(officer))
    own.submit("/account", "/sign-out")
    stranger = door()
    for _ in range(5):
        attempt(stranger, other.login)
    assert attempt(own, other.login).status_code == 429


def test_spraying_from_one_address_ends_and_others_go_on(door: Door, officer: Officer) -> None:
    browser = door(sign_in_per_address=4)
    sprayed = [attempt(browser, unknown(), address="198.51.100.7").status_code for _ in range(6)]
    assert sprayed == [401] * 4 + [429] * 2
    assert attempt(browser, officer.login, PASSWORD, "198.51.100.8").status_code == 303


def test_what_succeeds_is_not_held_against_an_address(door: Door, factory: Factory) -> None:
    browser = door(sign_in_per_address=2)
    accounts = [factory.account() for _ in range(5)]
    statuses = [
        attempt(browser, one.login, PASSWORD, "198.51.100.9").status_code for one in accounts
    ]
    assert statuses == [303] * 5


def test_named_networks_are_exempt(door: Door) -> None:
    browser = door(sign_in_per_address=1, exempt_networks=(ip_network("192.0.2.0/24"),))
    inside = [attempt(browser, unknown(), address="192.0.2.10").status_code for _ in range(4)]
    assert inside == [401] * 4
    assert [attempt(browser, unknown(), address="192.0.3.10").status_code for _ in range(2)] == [
        401,
        429,
    ]


def test_without_redis_each_process_counts_and_nobody_waits(door: Door, officer: Officer) -> None:
    browser = door("redis://127.0.0.1:1/0")
    begun = time.monotonic()
    assert [attempt(browser, officer.login).status_code for _ in range(6)] == [401] * 5 + [429]
    assert attempt(browser, unknown(), PASSWORD).headers.get("Retry-After") is None
    assert time.monotonic() - begun < 10  # seven passwords and not one time-out of seconds


def test_a_redis_that_hangs_costs_little(door: Door, officer: Officer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        browser = door(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        begun = time.monotonic()
        browser.page("/sign-in")
        assert time.monotonic() - begun < 0.5  # what has no limit asks no Redis
        assert [attempt(browser, officer.login).status_code for _ in range(6)][-1] == 429
        assert time.monotonic() - begun < 10


def test_redis_is_used_again_when_it_is_back(door: Door, officer: Officer) -> None:
    """A process that counted alone finds the common count later."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        browser = door(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        assert attempt(browser, officer.login).status_code == 401
    assert attempt(browser, officer.login).status_code == 401
