"""Phones and officers at one application in this process, on servers where nobody is at work."""

import pytest
from flask import Flask

from storage.records import Offender, Officer
from tests.browser_forms import Browser
from tests.checkin_api.console.conftest import Desk, app, desk, nobody
from tests.checkin_api.phones.asking import Door
from tests.factories import Factory
from tests.quiet_stack import owner, parts, stack

__all__ = ["app", "desk", "nobody", "owner", "parts", "stack"]


@pytest.fixture
def officer(factory: Factory) -> Officer:
    """An officer of some office."""
    return factory.officer(factory.office())


@pytest.fixture
def person(factory: Factory, officer: Officer) -> Offender:
    """A person of that office."""
    return factory.offender(factory.office_of(officer), name="王小明")


@pytest.fixture
def browser(desk: Desk, officer: Officer) -> Browser:
    """The officer's browser."""
    return desk(officer)


@pytest.fixture
def door(app: Flask, factory: Factory) -> Door:
    """What a phone without a token meets."""
    return Door(app, factory)
