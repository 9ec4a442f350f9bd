"""Pages of the second factor: for a browser that gave the password and nothing else yet."""

from http import HTTPStatus
from urllib.parse import urlencode

import segno
from flask import Response, request

from checkin_api.access import known_browsers
from checkin_api.access.attempts import normalised
from checkin_api.access.by_cookie import PendingSignIn, carrying, pending_by_cookie
from checkin_api.access.callers import Caller
from checkin_api.access.permissions import Action
from checkin_api.access.second_factor import CheckedCode, CodeAnswer
from checkin_api.console.form_safety import form_token, require_own_form
from checkin_api.console.local_addresses import local_address, see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.rendering import open_page, when
from checkin_api.extensions import parts, web_settings
from checkin_api.sign_in.second_step import (
    CodeRefusedError,
    Completed,
    Proposal,
    confirm_proposal,
    enter_code,
    read_proposal,
)

routes = PageRoutes()
SET_UP = "/second-factor/set-up"


@routes.get("/second-factor", Action.SIGN_IN)
def second_factor(_caller: Caller) -> Response | str:
    """Ask for a code; send on who has to set the second factor up first."""
    target = local_address(request.args.get("next", "/"))
    pending = pending_by_cookie()
    if pending is None:
        return _from_the_start(target)
    if read_proposal(parts(), pending) is not None:
        return see_other(f"{SET_UP}?{urlencode({'next': target})}")
    return _asking(target)


@routes.post("/second-factor", Action.SIGN_IN)
def enter(_caller: Caller) -> Response:
    """Take a code and sign in."""
    target = local_address(request.form.get("next", "/"))
    pending = pending_by_cookie()
    if pending is None:
        return _from_the_start(target)
    require_own_form(signed_in=True)
    try:
        completed = enter_code(parts(), pending, request.form.get("code", ""))
    except CodeRefusedError as refused:
        return _asked_again(target, refused.checked)
    return _signed_in(see_other(target), completed)


@routes.get("/second-factor/set-up", Action.SIGN_IN)
def set_up_page(_caller: Caller) -> Response | str:
    """Show the new secret, as a picture and in letters."""
    target = local_address(request.args.get("next", "/"))
    pending = pending_by_cookie()
    if pending is None:
        return _from_the_start(target)
    return _showing(pending, target)


@routes.post("/second-factor/set-up", Action.SIGN_IN)
def set_up(_caller: Caller) -> Response:
    """Confirm the new secret with a code, sign in, and show the recovery codes this once."""
    target = local_address(request.form.get("next", "/"))
    pending = pending_by_cookie()
    if pending is None:
        return _from_the_start(target)
    require_own_form(signed_in=True)
    try:
        completed = confirm_proposal(parts(), pending, request.form.get("code", ""))
    except CodeRefusedError:
        again = _showing(pending, target, fault="console.fault.second_factor_set_up")
        return _html(again, HTTPStatus.UNPROCESSABLE_ENTITY)
    text = open_page("recovery_codes.html", codes=completed.recovery_codes, target=target)
    return _signed_in(_html(text), completed)


def _from_the_start(target: str) -> Response:
    return see_other(f"/sign-in?{urlencode({'next': target})}")


def _asking(target: str, fault: str | None = None, wait_until: str = "") -> str:
    return open_page(
        "second_factor.html",
        next=target,
        form_token=form_token(),
        refused=fault,
        wait_until=wait_until,
    )


def _asked_again(target: str, refused: CheckedCode) -> Response:
    if refused.answer is not CodeAnswer.WAIT or refused.wait_until is None:
        return _html(_asking(target, "console.fault.second_factor"), HTTPStatus.UNAUTHORIZED)
    at = when(refused.wait_until)[11:16]
    text = _asking(target, "console.fault.second_factor_wait", at)
    response = _html(text, HTTPStatus.TOO_MANY_REQUESTS)
    seconds = (refused.wait_until - parts().now()).total_seconds()
    response.headers["Retry-After"] = str(max(int(seconds), 1))
    return response


def _html(page: Response | str, status: int = HTTPStatus.OK) -> Response:
    if isinstance(page, Response):
        return page
    return Response(page, status, content_type="text/html; charset=utf-8")


def _showing(pending: PendingSignIn, target: str, fault: str | None = None) -> Response | str:
    proposal = read_proposal(parts(), pending)
    if proposal is None:
        return see_other(f"/second-factor?{urlencode({'next': target})}")
    return open_page(
        "second_factor_set_up.html",
        next=target,
        form_token=form_token(),
        proposal=proposal,
        picture=_picture(proposal),
        fault=fault,
    )


def _picture(proposal: Proposal) -> str:
    code = segno.make(proposal.address, error="m")
    return str(code.svg_data_uri(scale=4, dark="#1d2733", light="#ffffff"))


def _signed_in(response: Response, completed: Completed) -> Response:
    """Bring the new secret, and remember that this browser has been the account's."""
    response.set_cookie(
        known_browsers.COOKIE,
        known_browsers.mark(parts().keys, normalised(completed.login)),
        max_age=known_browsers.KEPT_S,
        httponly=True,
        samesite="Lax",
        secure=web_settings().secure_cookies,
    )
    return carrying(response, completed.secret)
