"""What the views find on the application."""

from flask import current_app

from checkin_api.settings import WebSettings
from storage.parts import Parts


def parts() -> Parts:
    """Give the process's parts."""
    found: Parts = current_app.extensions["parts"]
    return found


def web_settings() -> WebSettings:
    """Give the process's settings."""
    found: WebSettings = current_app.extensions["web_settings"]
    return found
