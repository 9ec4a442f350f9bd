"""The web application of study's tests."""

import pytest
from flask import Flask

from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from storage.media import StoredObject
from storage.parts import Parts
from tests.checkin_api.study.school import School
from tests.factories import Factory


@pytest.fixture(scope="session")
def app(parts: Parts) -> Flask:
    """The application as gunicorn serves it."""
    return create_app(WebSettings("http://127.0.0.1"), parts)


@pytest.fixture
def school(app: Flask, factory: Factory, parts: Parts) -> School:
    """An editor and phones, with no module yet."""
    for found in list(parts.media.listed("study/")):
        parts.media.remove(
            StoredObject(parts.media.bucket, found.key, found.version_id, found.length, "")
        )
    return School(app, factory)
