"""The page on which a city supervisor opens a single case."""

from http import HTTPStatus

import uuid_utils
from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.case_openings.service import (
    OpeningWanted,
    open_case,
    read_openings,
    read_refusals,
)
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.refusals import RefusedError

routes = PageRoutes()


@routes.get("/openings", Action.OPEN_CASE)
def openings(caller: OfficerCaller) -> str:
    """Ask for a number and a reason; show the caller's openings, and whose numbers opened none."""
    return _shown(caller)


@routes.post("/openings", Action.OPEN_CASE)
def open_one(caller: OfficerCaller) -> Response | tuple[str, int]:
    """Open a case and go to it."""
    made_id = form_fields.identifier("id")
    if made_id is None:
        return _shown(caller, "console.fault.opening_reason"), HTTPStatus.UNPROCESSABLE_ENTITY
    wanted = OpeningWanted(made_id, form_fields.text("number"), form_fields.text("reason"))
    try:
        offender_id = open_case(parts(), caller, wanted)
    except RefusedError as refusal:
        return _shown(caller, fault_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other(f"/people/{offender_id}", "case_opened")


def _shown(caller: OfficerCaller, fault: str | None = None) -> str:
    return page(
        "openings.html",
        caller,
        here="openings",
        openings=read_openings(parts(), caller),
        refusals=read_refusals(parts(), caller),
        made_id=str(uuid_utils.uuid7()),
        now=parts().now(),
        fault=fault,
    )
