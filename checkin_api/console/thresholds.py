"""The page on which two people put a set of limits of comparing faces in force."""

from http import HTTPStatus
from uuid import UUID, uuid4

from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.refusals import RefusedError
from checkin_api.thresholds.queries import read_sets
from checkin_api.thresholds.service import LONGEST_REASON, Wish, ask, confirm, decline

routes = PageRoutes()


@routes.get("/threshold-sets", Action.ACTIVATE_THRESHOLDS)
def threshold_sets(caller: OfficerCaller) -> str:
    """Show every set, what it was measured on and who put it in force."""
    return _shown(caller)


@routes.post("/threshold-sets", Action.ACTIVATE_THRESHOLDS)
def ask_for_set(caller: OfficerCaller) -> Response | tuple[str, int]:
    """Ask for a set, as the first of two."""
    made = form_fields.identifier("id")
    if made is None:
        return _shown(caller, "console.fault.other"), HTTPStatus.UNPROCESSABLE_ENTITY
    wish = Wish(made, form_fields.text("name"), form_fields.text("reason", LONGEST_REASON))
    try:
        ask(parts(), caller, wish)
    except RefusedError as refusal:
        return _shown(caller, fault_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other("/threshold-sets", "thresholds_asked")


@routes.post("/threshold-sets/<uuid:activation_id>/confirm", Action.ACTIVATE_THRESHOLDS)
def confirm_set(caller: OfficerCaller, activation_id: UUID) -> Response | tuple[str, int]:
    """Put a set in force, as the second."""
    try:
        confirm(parts(), caller, activation_id)
    except RefusedError as refusal:
        return _shown(caller, fault_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other("/threshold-sets", "thresholds_activated")


@routes.post("/threshold-sets/<uuid:activation_id>/decline", Action.ACTIVATE_THRESHOLDS)
def decline_set(caller: OfficerCaller, activation_id: UUID) -> Response | tuple[str, int]:
    """Do not put a set in force."""
    try:
        decline(parts(), caller, activation_id)
    except RefusedError as refusal:
        return _shown(caller, fault_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other("/threshold-sets", "thresholds_declined")


def _shown(caller: OfficerCaller, fault: str | None = None) -> str:
    return page(
        "threshold_sets.html",
        caller,
        here="threshold-sets",
        sets=read_sets(parts(), caller),
        made_id=uuid4,
        fault=fault,
    )
