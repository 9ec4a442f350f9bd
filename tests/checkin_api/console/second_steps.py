"""The second step of signing in, form by form."""

import re

import httpx

from tests.browser_forms import Browser


def give(browser: Browser, code: str) -> httpx.Response:
    """Send a code as the form does; what comes is not followed."""
    form = browser.page("/second-factor")
    token = re.search(r'name="form_token" value="(\w+)"', form)
    assert token
    sent = {"form_token": token[1], "next": "/", "code": code}
    return browser.http.post("/second-factor", data=sent)


def is_in(browser: Browser) -> bool:
    """Whether the account page opens."""
    return browser.http.get("/account").status_code == 200
