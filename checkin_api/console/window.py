"""The page of one window without a check-in: what happened, and the officer's finding."""

from http import HTTPStatus
from uuid import UUID

from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.access.rights import read_rights
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.orders.decisions import (
    Finding,
    WindowDecision,
    decide_window,
    possible_findings,
    read_window,
)
from checkin_api.refusals import RefusedError

routes = PageRoutes()


@routes.get("/windows/<uuid:window_id>", Action.SEE_PERSON)
def window(caller: OfficerCaller, window_id: UUID) -> str:
    """Show one window."""
    return _shown(caller, window_id)


@routes.post("/windows/<uuid:window_id>/decision", Action.DECIDE_WINDOW)
def decide(caller: OfficerCaller, window_id: UUID) -> Response | tuple[str, int]:
    """Take the caller's finding."""
    finding = form_fields.code("finding", Finding)
    if finding is None:
        return _again(caller, window_id, "console.fault.finding")
    reason, tried = form_fields.text("reason"), form_fields.text("contact_tried")
    try:
        decide_window(parts(), caller, WindowDecision(window_id, finding, reason, tried))
    except RefusedError as refusal:
        return _again(caller, window_id, fault_of(refusal))
    return see_other(f"/windows/{window_id}", "window_decided")


def _again(caller: OfficerCaller, window_id: UUID, fault: str) -> tuple[str, int]:
    return _shown(caller, window_id, fault), HTTPStatus.UNPROCESSABLE_ENTITY


def _shown(caller: OfficerCaller, window_id: UUID, fault: str | None = None) -> str:
    sheet = read_window(parts(), caller, window_id)
    return page(
        "window.html",
        caller,
        here="items",
        sheet=sheet,
        findings=possible_findings(sheet.outcome) if sheet.may_decide else (),
        rights=read_rights(parts(), caller, sheet.person_id),
        fault=fault,
    )
