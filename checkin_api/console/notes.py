"""Notes about a person: written on the person's page."""

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
from checkin_api.person_notes.service import Note, write_note
from checkin_api.refusals import RefusedError

routes = PageRoutes()


@routes.post("/people/<uuid:offender_id>/notes", Action.WRITE_NOTE)
def write(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """Write a note, once however often the form is sent."""
    made_id = form_fields.identifier("id")
    if made_id is None:
        return _again(caller, offender_id, "console.fault.note")
    try:
        write_note(parts(), caller, Note(made_id, offender_id, form_fields.text("note")))
    except RefusedError as refusal:
        return _again(caller, offender_id, fault_of(refusal))
    return see_other(f"/people/{offender_id}", "note_written")


def _again(caller: OfficerCaller, offender_id: UUID, fault: str) -> tuple[str, int]:
    return person_page(caller, offender_id, fault), HTTPStatus.UNPROCESSABLE_ENTITY
