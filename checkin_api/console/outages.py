"""The page on which a district declares that its people could not report, and withdraws it."""

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
from checkin_api.outages.service import (
    LONGEST_REASON,
    Declaration,
    declare_outage,
    read_outages,
    withdraw_outage,
)
from checkin_api.refusals import RefusedError

routes = PageRoutes()


@routes.get("/outages", Action.SEE_OUTAGES)
def outages(caller: OfficerCaller) -> str:
    """Show what is known, and the form to who declares."""
    return _shown(caller)


@routes.post("/outages", Action.DECLARE_OUTAGE)
def declare(caller: OfficerCaller) -> Response | tuple[str, int]:
    """Declare an outage."""
    declaration = _declaration()
    if declaration is None:
        return _shown(caller, "console.fault.outage_times"), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        declare_outage(parts(), caller, declaration)
    except RefusedError as refusal:
        return _shown(caller, fault_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other("/outages", "outage_declared")


@routes.post("/outages/<uuid:outage_id>/withdraw", Action.DECLARE_OUTAGE)
def withdraw(caller: OfficerCaller, outage_id: UUID) -> Response | tuple[str, int]:
    """Withdraw an outage."""
    try:
        withdraw_outage(parts(), caller, outage_id, form_fields.text("why", LONGEST_REASON))
    except RefusedError as refusal:
        return _shown(caller, fault_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other("/outages", "outage_withdrawn")


def _declaration() -> Declaration | None:
    made, district = form_fields.identifier("id"), form_fields.identifier("district_id")
    starts, ends = form_fields.instant("starts_at"), form_fields.instant("ends_at")
    if made is None or district is None or starts is None or ends is None:
        return None
    reason = form_fields.text("reason", LONGEST_REASON)
    return Declaration(made, district, starts, ends, reason)


def _shown(caller: OfficerCaller, fault: str | None = None) -> str:
    found = read_outages(parts(), caller)
    return page("outages.html", caller, here="outages", found=found, made_id=uuid4(), fault=fault)
