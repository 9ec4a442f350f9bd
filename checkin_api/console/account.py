"""The page of one's own account: postings, password, second factor, open sign-ins."""

from http import HTTPStatus

from flask import Response, request

from checkin_api.access.attempts import count_sign_in
from checkin_api.access.by_cookie import carrying, dropping
from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.access.second_factor import CodeAnswer
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.sign_in.second_step import CodeRefusedError, renew_recovery_codes, replace_factor
from checkin_api.sign_in.security import read_security
from checkin_api.sign_in.service import (
    SignInRefusedError,
    WeakPasswordError,
    change_password,
    read_account,
    sign_out_everywhere,
)

routes = PageRoutes()


@routes.get("/account", Action.SEE_ACCOUNT)
def account(caller: OfficerCaller) -> str:
    """Show who is signed in, where else, and how the account is secured."""
    return _shown(caller)


@routes.post("/account/password", Action.SECURE_ACCOUNT)
def password(caller: OfficerCaller) -> Response | tuple[str, int]:
    """Change the password; all other sign-ins end."""
    new = request.form.get("password", "")
    if new != request.form.get("password_again", new):
        return _refused(caller, "console.fault.passwords_differ")
    count_sign_in(read_account(parts(), caller).login)
    try:
        secret = change_password(parts(), caller, request.form.get("old_password", ""), new)
    except SignInRefusedError:
        return _refused(caller, "console.fault.old_password")
    except WeakPasswordError as weak:
        return _refused(caller, f"console.fault.password_{weak.why}")
    return carrying(see_other("/account", "password_changed"), secret)


@routes.post("/account/recovery-codes", Action.SECURE_ACCOUNT)
def recovery_codes(caller: OfficerCaller) -> str | tuple[str, int]:
    """Make new recovery codes and show them this once."""
    try:
        codes = renew_recovery_codes(parts(), caller, request.form.get("code", ""))
    except CodeRefusedError as refused:
        return _refused(caller, _fault_of(refused))
    return page("recovery_codes.html", caller, codes=codes, target="/account")


@routes.post("/account/second-factor", Action.SECURE_ACCOUNT)
def another_second_factor(caller: OfficerCaller) -> Response | tuple[str, int]:
    """Set up another authenticator; the old one works until the new one is confirmed."""
    try:
        secret = replace_factor(parts(), caller, request.form.get("code", ""))
    except CodeRefusedError as refused:
        return _refused(caller, _fault_of(refused))
    return carrying(see_other("/second-factor/set-up?next=/account"), secret)


@routes.post("/account/sign-out-everywhere", Action.SIGN_OUT)
def leave_everywhere(caller: OfficerCaller) -> Response:
    """Sign out in every browser, this one too."""
    sign_out_everywhere(parts(), caller)
    return dropping(see_other("/sign-in"))


def _shown(caller: OfficerCaller, fault: str | None = None) -> str:
    security = read_security(parts(), caller)
    return page("account.html", caller, security=security, fault=fault)


def _refused(caller: OfficerCaller, fault: str) -> tuple[str, int]:
    return _shown(caller, fault), HTTPStatus.UNPROCESSABLE_ENTITY


def _fault_of(refused: CodeRefusedError) -> str:
    waits = refused.checked.answer is CodeAnswer.WAIT
    return "console.fault.second_factor_later" if waits else "console.fault.second_factor"
