"""The page of a person's enrolled photos."""

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
from checkin_api.offenders.service import read_person
from checkin_api.references.approval import Approval, approve_set, discard_set
from checkin_api.references.queries import ENOUGH
from checkin_api.references.service import add_photos, read_enrolment
from checkin_api.refusals import RefusedError
from checkin_api.uploads import received_parts

routes = PageRoutes()
PHOTO_FIELDS = tuple(f"photo-{number}" for number in range(1, ENOUGH + 1))


@routes.get("/people/<uuid:offender_id>/references", Action.SEE_PERSON)
def references(caller: OfficerCaller, offender_id: UUID) -> str:
    """Show what is enrolled and what is being collected."""
    return _shown(caller, offender_id)


@routes.post("/people/<uuid:offender_id>/references", Action.COLLECT_PHOTOS)
def add(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """Add photos; fields left empty are none."""
    try:
        sent = received_parts()
        photos = [sent[name] for name in PHOTO_FIELDS if name in sent and sent[name].data]
        add_photos(parts(), caller, offender_id, photos)
    except RefusedError as refusal:
        return _again(caller, offender_id, refusal)
    return see_other(_address(offender_id), "photos_added")


@routes.post("/people/<uuid:offender_id>/references/<uuid:set_id>/approve", Action.APPROVE_PHOTOS)
def approve(caller: OfficerCaller, offender_id: UUID, set_id: UUID) -> Response | tuple[str, int]:
    """Approve a set."""
    approval = Approval(offender_id, set_id, form_fields.text("weak_reason"))
    try:
        approve_set(parts(), caller, approval)
    except RefusedError as refusal:
        return _again(caller, offender_id, refusal)
    return see_other(_address(offender_id), "references_approved")


@routes.post("/people/<uuid:offender_id>/references/<uuid:set_id>/discard", Action.APPROVE_PHOTOS)
def discard(caller: OfficerCaller, offender_id: UUID, set_id: UUID) -> Response:
    """Give up a set that was being collected."""
    discard_set(parts(), caller, offender_id, set_id)
    return see_other(_address(offender_id), "references_discarded")


def _address(offender_id: UUID) -> str:
    return f"/people/{offender_id}/references"


def _again(caller: OfficerCaller, offender_id: UUID, refusal: RefusedError) -> tuple[str, int]:
    fault = fault_of(refusal)
    return _shown(caller, offender_id, fault), HTTPStatus.UNPROCESSABLE_ENTITY


def _shown(caller: OfficerCaller, offender_id: UUID, fault: str | None = None) -> str:
    return page(
        "references.html",
        caller,
        here="people",
        person=read_person(parts(), caller, offender_id),
        enrolment=read_enrolment(parts(), caller, offender_id),
        photo_fields=PHOTO_FIELDS,
        rights=read_rights(parts(), caller, offender_id),
        fault=fault,
    )
