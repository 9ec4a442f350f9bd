"""Pages before and around being signed in: the password's step, and leaving."""

from http import HTTPStatus
from urllib.parse import urlencode

from flask import Response, request

from checkin_api.access.attempts import count_sign_in
from checkin_api.access.by_cookie import carrying, dropping
from checkin_api.access.callers import Caller, OfficerCaller
from checkin_api.access.gate import may
from checkin_api.access.permissions import Action
from checkin_api.console.local_addresses import local_address, see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.rendering import open_page
from checkin_api.extensions import parts
from checkin_api.sign_in.service import (
    Credentials,
    SetUp,
    SignInRefusedError,
    WeakPasswordError,
    set_password,
    sign_in,
    sign_out,
)

routes = PageRoutes()
# What an account's day begins with; whoever may nothing of it sees their own account.
BEGINS_AT = (
    (Action.SEE_ITEMS, "/items"),
    (Action.SEE_FIGURES, "/figures"),
    (Action.MANAGE_ACCOUNTS, "/accounts"),
)


@routes.get("/", Action.SEE_ACCOUNT)
def start(caller: OfficerCaller) -> Response:
    """Go to what the account is for."""
    first = (address for action, address in BEGINS_AT if may(caller, action))
    return see_other(next(first, "/account"))


@routes.get("/sign-in", Action.SIGN_IN)
def sign_in_page(_caller: Caller) -> str:
    """Ask for login and password."""
    return open_page("sign_in.html", next=local_address(request.args.get("next", "/")))


@routes.post("/sign-in", Action.SIGN_IN)
def enter(_caller: Caller) -> Response | tuple[str, int]:
    """Take the password and ask for the second factor."""
    target = local_address(request.form.get("next", "/"))
    typed = Credentials(request.form.get("login", ""), request.form.get("password", ""))
    count_sign_in(typed.login)
    try:
        secret = sign_in(parts(), typed)
    except SignInRefusedError:
        text = open_page("sign_in.html", next=target, fault="console.fault.sign_in")
        return text, HTTPStatus.UNAUTHORIZED
    return carrying(see_other(f"/second-factor?{urlencode({'next': target})}"), secret)


@routes.get("/set-up", Action.SIGN_IN)
def set_up_page(_caller: Caller) -> str:
    """Ask for the one-time code and a new password."""
    return open_page("set_up.html")


@routes.post("/set-up", Action.SIGN_IN)
def set_up(_caller: Caller) -> Response | tuple[str, int]:
    """Set the first password, or the one after a reset, and go on to the second factor."""
    password = request.form.get("password", "")
    if password != request.form.get("password_again", password):
        return _set_up_again("console.fault.passwords_differ")
    command = SetUp(request.form.get("login", ""), request.form.get("code", ""), password)
    count_sign_in(command.login)
    try:
        secret = set_password(parts(), command)
    except WeakPasswordError as weak:
        return _set_up_again(f"console.fault.password_{weak.why}")
    except SignInRefusedError:
        text, _ = _set_up_again("console.fault.set_up")
        return text, HTTPStatus.UNAUTHORIZED
    return carrying(see_other("/second-factor"), secret)


@routes.post("/sign-out", Action.SIGN_OUT)
def leave(caller: OfficerCaller) -> Response:
    """Sign out."""
    sign_out(parts(), caller)
    return dropping(see_other("/sign-in"))


def _set_up_again(fault: str) -> tuple[str, int]:
    return open_page("set_up.html", fault=fault), HTTPStatus.UNPROCESSABLE_ENTITY
