"""How a page is declared: in the one route table, its forms checked before the view sees them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console.form_safety import require_own_form
from checkin_api.console.rendering import LANGUAGE_COOKIE, chosen_language
from checkin_api.extensions import web_settings
from checkin_api.refusals import RefusedError
from checkin_api.routes import Routes
from mobile_contract.codes import ProblemCode

PageView = Callable[..., str | tuple[str, int] | Response]
LANGUAGE_KEPT_S = 365 * 24 * 3600


class PageRoutes(Routes):
    """The pages of one file."""

    def get(self, path: str, action: Action) -> Callable[[PageView], PageView]:
        """Declare a page."""
        return self._declare("GET", path, action)

    def post(self, path: str, action: Action) -> Callable[[PageView], PageView]:
        """Declare what a form of a page does."""
        return self._declare("POST", path, action)

    def _declare(self, method: str, path: str, action: Action) -> Callable[[PageView], PageView]:
        def declare(view: PageView) -> PageView:
            self.add(method, path, action, answers={200: "text/html"})(_answering(view))
            return view

        return declare


def _answering(view: PageView) -> Callable[..., Response]:
    @wraps(view)
    def answer(caller: Any, **path: Any) -> Response:
        _require_storable_text()
        if request.method == "POST":
            require_own_form(signed_in=isinstance(caller, OfficerCaller))
        return _remembering_language(_response(view(caller, **path)))

    return answer


def _require_storable_text() -> None:
    """Refuse what no person types and PostgreSQL takes no text with."""
    sent = (*request.args.items(multi=True), *request.form.items(multi=True))
    if not all(_is_storable(text) for _, text in sent):
        raise RefusedError(ProblemCode.BAD_REQUEST)


def _is_storable(text: str) -> bool:
    # Bytes that are not UTF-8 arrive as lone surrogates (uploads.py).
    return not any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in text)


def _response(page: str | tuple[str, int] | Response) -> Response:
    if isinstance(page, Response):
        return page
    text, status = (page, 200) if isinstance(page, str) else page
    return Response(text, status, content_type="text/html; charset=utf-8")


def _remembering_language(response: Response) -> Response:
    if "lang" in request.args:
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen_language().value,
            max_age=LANGUAGE_KEPT_S,
            httponly=True,
            samesite="Lax",
            secure=web_settings().secure_cookies,
        )
    return response
