"""The page on which a visit, a call or an appearance at the office is recorded."""

from http import HTTPStatus
from uuid import UUID

import uuid_utils
from flask import Response, request

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import for_input, page
from checkin_api.extensions import parts
from checkin_api.offenders.service import read_person
from checkin_api.orders.contacts import BY_OFFICERS, Contact, read_open_windows, record_contact
from checkin_api.refusals import RefusedError
from mobile_contract.codes import Channel

routes = PageRoutes()


@routes.get("/people/<uuid:offender_id>/contact", Action.RECORD_CONTACT)
def contact(caller: OfficerCaller, offender_id: UUID) -> str:
    """Ask what happened."""
    return _shown(caller, offender_id, request.args.get("window", ""))


@routes.post("/people/<uuid:offender_id>/contact", Action.RECORD_CONTACT)
def record(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """Record it, once however often the form is sent."""
    made_id, channel = form_fields.identifier("id"), form_fields.code("channel", Channel)
    happened_at = form_fields.instant("happened_at")
    window = request.form.get("window_id", "")
    if made_id is None or channel is None or happened_at is None:
        return _again(caller, offender_id, window, "console.fault.contact")
    words, window_id = form_fields.text("words"), form_fields.identifier("window_id")
    made = Contact(made_id, offender_id, channel, happened_at, words, window_id)
    try:
        record_contact(parts(), caller, made)
    except RefusedError as refusal:
        return _again(caller, offender_id, window, fault_of(refusal))
    return see_other(f"/people/{offender_id}", "contact_recorded")


def _again(caller: OfficerCaller, offender_id: UUID, window: str, fault: str) -> tuple[str, int]:
    return _shown(caller, offender_id, window, fault), HTTPStatus.UNPROCESSABLE_ENTITY


def _shown(caller: OfficerCaller, offender_id: UUID, window: str, fault: str | None = None) -> str:
    return page(
        "contact.html",
        caller,
        here="people",
        person=read_person(parts(), caller, offender_id),
        windows=read_open_windows(parts(), caller, offender_id),
        chosen=window,
        channels=BY_OFFICERS,
        made_id=str(uuid_utils.uuid7()),
        now=for_input(parts().now()),
        fault=fault,
    )
