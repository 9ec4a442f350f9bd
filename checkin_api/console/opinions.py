"""The page of inspection opinions: a procurator writes, those concerned read."""

from http import HTTPStatus

import uuid_utils
from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.inspections.opinions import (
    LONGEST_OPINION,
    OpinionWanted,
    read_offices,
    read_opinions,
    write_opinion,
)
from checkin_api.refusals import RefusedError

routes = PageRoutes()


@routes.get("/opinions", Action.SEE_OPINIONS)
def opinions(caller: OfficerCaller) -> str:
    """Show what was written, and to a procurator the form."""
    return _shown(caller)


@routes.post("/opinions", Action.WRITE_OPINION)
def write(caller: OfficerCaller) -> Response | tuple[str, int]:
    """Write an opinion, once however often the form is sent."""
    made_id = form_fields.identifier("id")
    if made_id is None:
        return _shown(caller, "console.fault.opinion"), HTTPStatus.UNPROCESSABLE_ENTITY
    wanted = OpinionWanted(
        made_id,
        office_id=form_fields.identifier("office_id"),
        number=form_fields.text("number"),
        words=form_fields.text("words", LONGEST_OPINION),
    )
    try:
        write_opinion(parts(), caller, wanted)
    except RefusedError as refusal:
        return _shown(caller, fault_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other("/opinions", "opinion_written")


def _shown(caller: OfficerCaller, fault: str | None = None) -> str:
    return page(
        "opinions.html",
        caller,
        here="opinions",
        opinions=read_opinions(parts(), caller),
        offices=read_offices(parts(), caller),
        longest=LONGEST_OPINION,
        made_id=str(uuid_utils.uuid7()),
        fault=fault,
    )
