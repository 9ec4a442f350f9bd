"""The page of resets: who lost password or phone begins anew, by two people's word."""

from http import HTTPStatus
from uuid import UUID

from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.account_resets.service import ResetDone, ask, confirm, read_waiting
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode

routes = PageRoutes()


@routes.get("/resets", Action.RESET_ACCOUNT)
def resets(caller: OfficerCaller) -> str:
    """List what waits for a second person, and ask."""
    return _shown(caller)


@routes.post("/resets", Action.RESET_ACCOUNT)
def ask_for_one(caller: OfficerCaller) -> Response | tuple[str, int]:
    """Ask for a reset of an account."""
    try:
        ask(parts(), caller, form_fields.text("login", 64), form_fields.text("reason", 500))
    except RefusedError as refusal:
        if refusal.code is ProblemCode.NOT_FOUND:
            return _shown(caller, fault="console.fault.reset_login"), HTTPStatus.NOT_FOUND
        return _shown(caller, fault=fault_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other("/resets", "reset_asked")


@routes.post("/resets/<uuid:reset_id>", Action.RESET_ACCOUNT)
def confirm_one(caller: OfficerCaller, reset_id: UUID) -> str:
    """Confirm what another asked for, and show the one-time code this once."""
    return _shown(caller, confirm(parts(), caller, reset_id))


def _shown(caller: OfficerCaller, done: ResetDone | None = None, fault: str | None = None) -> str:
    return page(
        "resets.html",
        caller,
        here="resets",
        waiting=read_waiting(parts(), caller),
        reset=done,
        fault=fault,
    )
