"""Recusals: set and ended on the person's page."""

from http import HTTPStatus
from uuid import UUID

from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.people import person_page
from checkin_api.console.refused_forms import fault_of
from checkin_api.extensions import parts
from checkin_api.recusals.service import RecusalWanted, end_recusal, recuse
from checkin_api.refusals import RefusedError

routes = PageRoutes()


@routes.post("/people/<uuid:offender_id>/recusal", Action.RECUSE)
def recuse_oneself(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """Have nothing more to do with a person; the page is gone afterwards."""
    wanted = RecusalWanted(offender_id, caller.officer_id, form_fields.text("recusal_reason"))
    try:
        recuse(parts(), caller, wanted)
    except RefusedError as refusal:
        return _again(caller, offender_id, refusal)
    return see_other("/people", "recused")


@routes.post("/people/<uuid:offender_id>/recusals", Action.RECUSE_ANOTHER)
def recuse_another(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """Let somebody who stands below have nothing more to do with a person."""
    officer_id = form_fields.identifier("officer_id")
    if officer_id is None or officer_id == caller.officer_id:
        fault = "console.fault.officer"
        return person_page(caller, offender_id, fault), HTTPStatus.UNPROCESSABLE_ENTITY
    wanted = RecusalWanted(offender_id, officer_id, form_fields.text("recusal_reason"))
    try:
        recuse(parts(), caller, wanted)
    except RefusedError as refusal:
        return _again(caller, offender_id, refusal)
    return see_other(f"/people/{offender_id}", "another_recused")


@routes.post("/people/<uuid:offender_id>/recusals/<uuid:recusal_id>/end", Action.RECUSE_ANOTHER)
def end(caller: OfficerCaller, offender_id: UUID, recusal_id: UUID) -> Response:
    """End a recusal."""
    end_recusal(parts(), caller, offender_id, recusal_id)
    return see_other(f"/people/{offender_id}", "recusal_ended")


def _again(caller: OfficerCaller, offender_id: UUID, refusal: RefusedError) -> tuple[str, int]:
    fault = fault_of(refusal)
    return person_page(caller, offender_id, fault), HTTPStatus.UNPROCESSABLE_ENTITY
