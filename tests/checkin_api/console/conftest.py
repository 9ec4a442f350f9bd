"""The console in this process, on real servers without anybody at work."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from flask import Flask

from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from storage.parts import Parts
from storage.records import Officer
from tests.browser_forms import Browser
from tests.factories import PASSWORD, Factory
from tests.quiet_stack import owner, parts, stack

__all__ = ["owner", "parts", "stack"]

SITE = "http://console.test"
Desk = Callable[[Officer], Browser]


@pytest.fixture(scope="session")
def app(parts: Parts) -> Flask:
    """The web application."""
    return create_app(WebSettings(public_url=SITE), parts)


@pytest.fixture
def nobody(app: Flask) -> Iterator[Browser]:
    """A browser that nobody has signed in with."""
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url=SITE) as http:
        yield Browser(http)


@pytest.fixture
def desk(app: Flask, factory: Factory) -> Iterator[Desk]:
    """Makes a browser that an account has signed in with."""
    opened: list[httpx.Client] = []

    def of(account: Officer) -> Browser:
        opened.append(httpx.Client(transport=httpx.WSGITransport(app=app), base_url=SITE))
        browser = Browser(opened[-1])
        browser.sign_in(account.login, PASSWORD, factory.code(account))
        return browser

    yield of
    for client in opened:
        client.close()
