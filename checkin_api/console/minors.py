"""The page on which officers are named for people under 18."""

from http import HTTPStatus
from uuid import UUID

from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.named_officers.service import end_naming, name_officer, read_minors
from checkin_api.refusals import RefusedError

routes = PageRoutes()


@routes.get("/minors", Action.SEE_NAMED)
def minors(caller: OfficerCaller) -> str:
    """Show who is under 18, by number, and who is named."""
    return _shown(caller)


@routes.post("/minors/<uuid:offender_id>/names", Action.NAME_OFFICER)
def name(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """Name an officer."""
    officer_id = form_fields.identifier("officer_id")
    if officer_id is None:
        return _shown(caller, "console.fault.officer"), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        name_officer(parts(), caller, offender_id, officer_id)
    except RefusedError as refusal:
        return _shown(caller, fault_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other("/minors", "officer_named")


@routes.post("/minors/<uuid:offender_id>/names/<uuid:naming_id>/end", Action.NAME_OFFICER)
def end(caller: OfficerCaller, offender_id: UUID, naming_id: UUID) -> Response:
    """End a naming."""
    end_naming(parts(), caller, offender_id, naming_id)
    return see_other("/minors", "naming_ended")


def _shown(caller: OfficerCaller, fault: str | None = None) -> str:
    found = read_minors(parts(), caller)
    return page("minors.html", caller, here="minors", minors=found, fault=fault)
