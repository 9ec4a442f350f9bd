"""A browser without a screen: reads the forms of a page and sends them, as an officer would."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from tests.authenticators import Authenticator


@dataclass
class Form:
    """One form of a page: where it goes and what it would send untouched."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


SECRET = re.compile(r'data-secret="([A-Z2-7]+)"')
UNTOUCHED = {"hidden", "text", "number", "date", "datetime-local"}


class _Forms(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = found.get("action") or self.page
            self.forms.append(Form(action, found.get("method", "get").lower()))
        elif self.forms and _is_filled(tag, found):
            self.forms[-1].fields[found["name"]] = found.get("value", "")


def _is_filled(tag: str, found: dict[str, str]) -> bool:
    return tag == "input" and bool(found.get("name")) and found.get("type", "text") in UNTOUCHED


class NoSuchFormError(Exception):
    """The page has no form that goes there."""


@dataclass
class Browser:
    """One signed-in (or not) officer's browser."""

    http: httpx.Client

    def page(self, path: str, expected: int = 200) -> str:
        """Open a page and give its HTML."""
        answer = self.http.get(path)
        assert answer.status_code == expected, (path, answer.status_code, answer.text[:500])
        return answer.text

    def submit(
        self, path: str, action: str, files: Any = None, **fields: str | list[str]
    ) -> httpx.Response:
        """Open a page, fill the form whose action ends so, and send it."""
        forms = _Forms(path)
        forms.feed(self.page(path))
        form = next((form for form in forms.forms if form.action.endswith(action)), None)
        if form is None:
            raise NoSuchFormError(f"{action} on {path}: {[one.action for one in forms.forms]}")
        answer = self.http.post(form.action, data=form.fields | fields, files=files)
        if answer.status_code == httpx.codes.SEE_OTHER:
            return self.http.get(answer.headers["Location"])
        return answer

    def sign_in(self, login: str, password: str, code: str) -> httpx.Response:
        """Sign in with password and code."""
        self.submit("/sign-in", "/sign-in", login=login, password=password)
        return self.submit("/second-factor", "/second-factor", code=code)

    def set_second_factor_up(self) -> Authenticator:
        """Confirm the second factor that the page shows; gives what makes its codes."""
        found = SECRET.search(self.page("/second-factor/set-up"))
        assert found is not None
        app = Authenticator(found[1])
        answer = self.submit("/second-factor/set-up", "/second-factor/set-up", code=app.code())
        assert answer.status_code == httpx.codes.OK, answer.text[:500]
        return app
