"""The page of a person's exemption from the face, and what the person asked for."""

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
from checkin_api.exemptions.movement import (
    MovementExemption,
    end_movement_exemption,
    exempt_from_movement,
)
from checkin_api.exemptions.service import (
    LONGEST_REASON,
    ExemptionWanted,
    end_exemption,
    exempt,
    read_exemption,
)
from checkin_api.extensions import parts
from checkin_api.offenders.service import read_person
from checkin_api.person_requests.service import (
    LONGEST_ANSWER,
    AnswerGiven,
    answer,
    open_requests,
)
from checkin_api.refusals import RefusedError

routes = PageRoutes()


@routes.get("/people/<uuid:offender_id>/exemption", Action.SEE_PERSON)
def exemption(caller: OfficerCaller, offender_id: UUID) -> str:
    """Show the exemption that holds, and what the person asked for."""
    return _shown(caller, offender_id)


@routes.post("/people/<uuid:offender_id>/exemption", Action.EXEMPT)
def enter(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """Exempt the person from the face, until a day or for good."""
    wanted = ExemptionWanted(
        offender_id,
        form_fields.text("reason", LONGEST_REASON),
        form_fields.day("ends_on"),
        permanent=form_fields.text("until") == "permanent",
    )
    try:
        exempt(parts(), caller, wanted)
    except RefusedError as refusal:
        return _again(caller, offender_id, refusal)
    return see_other(_address(offender_id), "exempted")


@routes.post("/people/<uuid:offender_id>/exemption/end", Action.EXEMPT)
def end(caller: OfficerCaller, offender_id: UUID) -> Response:
    """End the exemption."""
    end_exemption(parts(), caller, offender_id)
    return see_other(_address(offender_id), "exemption_ended")


@routes.post("/people/<uuid:offender_id>/movement-exemption", Action.EXEMPT)
def enter_movement(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """Exempt the person from the movement check, until a day or for good; why is not asked."""
    permanent = form_fields.text("movement_until") == "permanent"
    ends_on = None if permanent else form_fields.day("movement_ends_on")
    try:
        exempt_from_movement(parts(), caller, MovementExemption(offender_id, ends_on, permanent))
    except RefusedError as refusal:
        return _again(caller, offender_id, refusal)
    return see_other(_address(offender_id), "movement_exempted")


@routes.post("/people/<uuid:offender_id>/movement-exemption/end", Action.EXEMPT)
def end_movement(caller: OfficerCaller, offender_id: UUID) -> Response:
    """Ask for movement again, from tomorrow on."""
    end_movement_exemption(parts(), caller, offender_id)
    return see_other(_address(offender_id), "movement_exemption_ended")


@routes.post("/people/<uuid:offender_id>/requests/<uuid:request_id>/answer", Action.ANSWER_REQUEST)
def reply(caller: OfficerCaller, offender_id: UUID, request_id: UUID) -> Response | tuple[str, int]:
    """Answer what the person asked for."""
    given = AnswerGiven(offender_id, request_id, form_fields.text("answer", LONGEST_ANSWER))
    try:
        answer(parts(), caller, given)
    except RefusedError as refusal:
        return _again(caller, offender_id, refusal)
    return see_other(_address(offender_id), "request_answered")


def _address(offender_id: UUID) -> str:
    return f"/people/{offender_id}/exemption"


def _again(caller: OfficerCaller, offender_id: UUID, refusal: RefusedError) -> tuple[str, int]:
    fault = fault_of(refusal)
    return _shown(caller, offender_id, fault), HTTPStatus.UNPROCESSABLE_ENTITY


def _shown(caller: OfficerCaller, offender_id: UUID, fault: str | None = None) -> str:
    return page(
        "exemption.html",
        caller,
        here="people",
        person=read_person(parts(), caller, offender_id),
        exemption=read_exemption(parts(), caller, offender_id),
        requests=open_requests(parts(), caller, offender_id),
        rights=read_rights(parts(), caller, offender_id),
        fault=fault,
    )
