"""The administrator's pages of accounts: found, made, posted, closed."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from flask import Response, request

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.accounts.places import read_places
from checkin_api.accounts.service import (
    AccountWanted,
    CodeHandedOut,
    PostWanted,
    create_account,
    disable,
    enable,
    propose,
    read_account,
    read_accounts,
    renew_code,
)
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.refusals import RefusedError
from storage.parts import Parts
from storage.records import Role

routes = PageRoutes()
LONGEST_SEARCH = 60
Act = Callable[[Parts, OfficerCaller, UUID], None]


@routes.get("/accounts", Action.MANAGE_ACCOUNTS)
def accounts(caller: OfficerCaller) -> str:
    """Show accounts by name or login."""
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    found = read_accounts(parts(), caller, words)
    return page("accounts.html", caller, here="accounts", accounts=found, words=words)


@routes.get("/accounts/new", Action.MANAGE_ACCOUNTS)
def new_account(caller: OfficerCaller) -> str:
    """Ask for a new account and its first posting."""
    return _asked(caller)


@routes.post("/accounts/new", Action.MANAGE_ACCOUNTS)
def make_account(caller: OfficerCaller) -> str | tuple[str, int]:
    """Make it, and show its set-up code this once."""
    post = _post_wanted()
    if post is None:
        return _asked(caller, "console.fault.post_place"), HTTPStatus.UNPROCESSABLE_ENTITY
    wanted = AccountWanted(form_fields.text("login"), form_fields.text("name"), post)
    try:
        made = create_account(parts(), caller, wanted)
    except RefusedError as refusal:
        return _asked(caller, fault_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return _shown(caller, made.account_id, made)


@routes.get("/accounts/<uuid:account_id>", Action.MANAGE_ACCOUNTS)
def account(caller: OfficerCaller, account_id: UUID) -> str:
    """Show one account."""
    return _shown(caller, account_id)


@routes.post("/accounts/<uuid:account_id>/postings", Action.MANAGE_ACCOUNTS)
def post_account(caller: OfficerCaller, account_id: UUID) -> Response | tuple[str, int]:
    """Propose another posting."""
    post = _post_wanted()
    if post is None:
        return _again(caller, account_id, "console.fault.post_place")
    try:
        propose(parts(), caller, account_id, post)
    except RefusedError as refusal:
        return _again(caller, account_id, fault_of(refusal))
    return see_other(f"/accounts/{account_id}", "posting_proposed")


@routes.post("/accounts/<uuid:account_id>/code", Action.MANAGE_ACCOUNTS)
def another_code(caller: OfficerCaller, account_id: UUID) -> str | tuple[str, int]:
    """Hand out another set-up code and show it this once."""
    try:
        made = renew_code(parts(), caller, account_id)
    except RefusedError as refusal:
        return _again(caller, account_id, fault_of(refusal))
    return _shown(caller, account_id, made)


@routes.post("/accounts/<uuid:account_id>/disable", Action.MANAGE_ACCOUNTS)
def close_account(caller: OfficerCaller, account_id: UUID) -> Response | tuple[str, int]:
    """Close it."""
    return _acted(caller, account_id, disable, "account_disabled")


@routes.post("/accounts/<uuid:account_id>/enable", Action.MANAGE_ACCOUNTS)
def open_account(caller: OfficerCaller, account_id: UUID) -> Response | tuple[str, int]:
    """Open it again."""
    return _acted(caller, account_id, enable, "account_enabled")


def _acted(
    caller: OfficerCaller, account_id: UUID, act: Act, done: str
) -> Response | tuple[str, int]:
    try:
        act(parts(), caller, account_id)
    except RefusedError as refusal:
        return _again(caller, account_id, fault_of(refusal))
    return see_other(f"/accounts/{account_id}", done)


def _post_wanted() -> PostWanted | None:
    role, place = form_fields.code("role", Role), form_fields.identifier("place")
    readable = place is not None or not request.form.get("place")
    return PostWanted(role, place) if role is not None and readable else None


def _asked(caller: OfficerCaller, fault: str | None = None) -> str:
    return page(
        "account_new.html",
        caller,
        here="accounts",
        places=read_places(parts(), caller),
        roles=list(Role),
        fault=fault,
    )


def _shown(
    caller: OfficerCaller,
    account_id: UUID,
    handed_out: CodeHandedOut | None = None,
    fault: str | None = None,
) -> str:
    return page(
        "account_kept.html",
        caller,
        here="accounts",
        one=read_account(parts(), caller, account_id),
        own=account_id == caller.officer_id,
        handed_out=handed_out,
        places=read_places(parts(), caller),
        roles=list(Role),
        now=parts().now(),
        fault=fault,
    )


def _again(caller: OfficerCaller, account_id: UUID, fault: str) -> tuple[str, int]:
    return _shown(caller, account_id, fault=fault), HTTPStatus.UNPROCESSABLE_ENTITY
