"""A web application in this process, a registered phone, and time that a test can set."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from storage.parts import Parts
from tests.checkin_api.devices.handset import Handset
from tests.factories import Factory
from tests.quiet_stack import owner, parts, stack

__all__ = ["owner", "parts", "stack"]
PUBLIC_URL = "https://checkin.example"
Later = Callable[[timedelta], Flask]


@pytest.fixture
def later(parts: Parts) -> Later:
    """The application as it is some time after now."""

    def after(wait: timedelta) -> Flask:
        then = replace(parts, now=lambda: parts.now() + wait)
        return create_app(WebSettings(public_url=PUBLIC_URL), then)

    return after


@pytest.fixture
def app(later: Later) -> Flask:
    """The application."""
    return later(timedelta(0))


@pytest.fixture
def handset(app: Flask, factory: Factory) -> Handset:
    """A phone with an active registration."""
    return Handset.registered(app, factory)
