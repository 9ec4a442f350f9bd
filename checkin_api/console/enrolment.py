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
from checkin_api.references.approval import (
    LONGEST_REASON,
    Approval,
    Reasons,
    approve_set,
    discard_set,
    second_set,
)
from checkin_api.references.leaving_out import PhotoNamed, leave_out
from checkin_api.references.needs import ENOUGH
from checkin_api.references.service import add_photos, read_enrolment, wait_until_examined
from checkin_api.refusals import RefusedError
from checkin_api.uploads import received_files
from storage.records import ApprovalBasis, ReferenceSetState

routes = PageRoutes()
PHOTOS = "photos"


@routes.get("/people/<uuid:offender_id>/references", Action.SEE_PERSON)
def references(caller: OfficerCaller, offender_id: UUID) -> str:
    """Show what is enrolled and what is being collected."""
    return _shown(caller, offender_id)


@routes.post("/people/<uuid:offender_id>/references", Action.COLLECT_PHOTOS)
def add(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """Add photos, from the camera or from files, and say what each is good for."""
    try:
        add_photos(parts(), caller, offender_id, received_files(PHOTOS))
    except RefusedError as refusal:
        return _again(caller, offender_id, refusal)
    wait_until_examined(parts(), caller, offender_id)
    return see_other(_address(offender_id), "photos_added")


@routes.post("/people/<uuid:offender_id>/references/<uuid:set_id>/approve", Action.APPROVE_PHOTOS)
def approve(caller: OfficerCaller, offender_id: UUID, set_id: UUID) -> Response | tuple[str, int]:
    """Approve a first set, or propose a change to a second officer."""
    basis = form_fields.code("basis", ApprovalBasis)
    approval = Approval(offender_id, set_id, basis, _seen(), _reasons_given())
    try:
        state = approve_set(parts(), caller, approval)
    except RefusedError as refusal:
        return _again(caller, offender_id, refusal)
    waits = state is ReferenceSetState.AWAITING_SECOND
    done = "references_proposed" if waits else "references_approved"
    return see_other(_address(offender_id), done)


@routes.post("/people/<uuid:offender_id>/references/<uuid:set_id>/second", Action.APPROVE_PHOTOS)
def second(caller: OfficerCaller, offender_id: UUID, set_id: UUID) -> Response | tuple[str, int]:
    """Let a change that another officer approved take the earlier set's place."""
    try:
        second_set(parts(), caller, offender_id, set_id)
    except RefusedError as refusal:
        return _again(caller, offender_id, refusal)
    return see_other(_address(offender_id), "references_approved")


@routes.post("/people/<uuid:offender_id>/references/<uuid:set_id>/discard", Action.APPROVE_PHOTOS)
def discard(caller: OfficerCaller, offender_id: UUID, set_id: UUID) -> Response:
    """Give up a set that is not in force."""
    discard_set(parts(), caller, offender_id, set_id)
    return see_other(_address(offender_id), "references_discarded")


@routes.post(
    "/people/<uuid:offender_id>/references/<uuid:set_id>/photos/<uuid:photo_id>/leave-out",
    Action.APPROVE_PHOTOS,
)
def leave_photo_out(
    caller: OfficerCaller, offender_id: UUID, set_id: UUID, photo_id: UUID
) -> Response | tuple[str, int]:
    """Take one photo out of a set that is being collected."""
    try:
        leave_out(parts(), caller, PhotoNamed(offender_id, set_id, photo_id))
    except RefusedError as refusal:
        return _again(caller, offender_id, refusal)
    wait_until_examined(parts(), caller, offender_id)
    return see_other(_address(offender_id), "photo_left_out")


def _seen() -> frozenset[UUID]:
    """Read which photos the page showed; what is no id is none of them."""
    named = form_fields.text("seen").split()
    try:
        return frozenset(UUID(one) for one in named)
    except ValueError:
        return frozenset()


def _reasons_given() -> Reasons:
    return Reasons(
        weak=form_fields.text("weak_reason", LONGEST_REASON),
        gate=form_fields.text("gate_reason", LONGEST_REASON),
        pairs=form_fields.text("pairs_reason", LONGEST_REASON),
    )


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
        bases=list(ApprovalBasis),
        enough=ENOUGH,
        me=caller.officer_id,
        rights=read_rights(parts(), caller, offender_id),
        fault=fault,
    )
