"""The page of a person's phones, and the one that stops a lost one anywhere in the district."""

from http import HTTPStatus
from uuid import UUID

from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.access.rights import read_rights
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import local_address, see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.devices.history import read_phones
from checkin_api.devices.registrations import (
    LONGEST_WORDS,
    PhoneOf,
    approve,
    refuse,
    revoke,
    stop_lost,
)
from checkin_api.devices.sharing import Pair, end, permit, read_shared
from checkin_api.extensions import parts
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from storage.records import IdentityCheck

routes = PageRoutes()
LONGEST_NUMBER = 32
PATH = "/people/<uuid:offender_id>/phones"


@routes.get(PATH, Action.SEE_PERSON)
def phones(caller: OfficerCaller, offender_id: UUID) -> str:
    """Show all registrations of one person."""
    return _shown(caller, offender_id)


@routes.post(f"{PATH}/<uuid:device_id>/approval", Action.DECIDE_PHONE)
def let_in(caller: OfficerCaller, offender_id: UUID, device_id: UUID) -> Response | tuple[str, int]:
    """Let a waiting phone in."""
    check = form_fields.code("identity_check", IdentityCheck)
    if check is None:
        return _again(caller, offender_id, "console.fault.identity_check")
    try:
        phone = PhoneOf(offender_id, device_id)
        approve(parts(), caller, phone, check, form_fields.text("words", LONGEST_WORDS))
    except RefusedError as refusal:
        return _again(caller, offender_id, fault_of(refusal))
    return see_other(f"/people/{offender_id}/phones", "phone_approved")


@routes.post(f"{PATH}/<uuid:device_id>/refusal", Action.DECIDE_PHONE)
def turn_away(
    caller: OfficerCaller, offender_id: UUID, device_id: UUID
) -> Response | tuple[str, int]:
    """Refuse a waiting phone."""
    try:
        reason = form_fields.text("reason", LONGEST_WORDS)
        refuse(parts(), caller, PhoneOf(offender_id, device_id), reason)
    except RefusedError as refusal:
        return _again(caller, offender_id, fault_of(refusal))
    return see_other(f"/people/{offender_id}/phones", "phone_refused")


@routes.post(f"{PATH}/<uuid:device_id>/revocation", Action.DECIDE_PHONE)
def take_away(
    caller: OfficerCaller, offender_id: UUID, device_id: UUID
) -> Response | tuple[str, int]:
    """Take the active registration away."""
    try:
        reason = form_fields.text("reason", LONGEST_WORDS)
        revoke(parts(), caller, PhoneOf(offender_id, device_id), reason)
    except RefusedError as refusal:
        return _again(caller, offender_id, fault_of(refusal))
    return see_other(f"/people/{offender_id}/phones", "phone_revoked")


@routes.post(f"{PATH}/sharing", Action.DECIDE_PHONE)
def let_share(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """Let two people use one phone."""
    try:
        permit(parts(), caller, _pair(offender_id), form_fields.text("reason", LONGEST_WORDS))
    except RefusedError as refusal:
        return _again(caller, offender_id, fault_of(refusal))
    return see_other(f"/people/{offender_id}/phones", "sharing_permitted")


@routes.post(f"{PATH}/sharing/end", Action.DECIDE_PHONE)
def stop_sharing(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """End the permission to use one phone."""
    try:
        end(parts(), caller, _pair(offender_id), form_fields.text("reason", LONGEST_WORDS))
    except RefusedError as refusal:
        return _again(caller, offender_id, fault_of(refusal))
    return see_other(f"/people/{offender_id}/phones", "sharing_ended")


@routes.get("/lost-phone", Action.STOP_PHONE)
def lost(caller: OfficerCaller) -> str:
    """Ask for the number of a person whose phone is lost."""
    return page("phone_lost.html", caller, here="lost-phone")


@routes.post("/lost-phone", Action.STOP_PHONE)
def stop(caller: OfficerCaller) -> Response | tuple[str, int]:
    """Stop the phone of whoever has the number; nothing is told of the person."""
    number = form_fields.text("number", LONGEST_NUMBER)
    try:
        stop_lost(parts(), caller, number)
    except RefusedError as refusal:
        if refusal.code is not ProblemCode.NOT_FOUND:
            raise
        fault = "console.fault.lost_number"
        shown = page("phone_lost.html", caller, here="lost-phone", fault=fault)
        return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    back = form_fields.text("back", 200)
    return see_other(local_address(back) if back else "/lost-phone", "phone_stopped")


def _pair(offender_id: UUID) -> Pair:
    other_id = form_fields.identifier("other_id")
    if other_id is None:
        raise RefusedError(ProblemCode.INVALID_CONTENT, at("/other_id", "missing"))
    return Pair(offender_id, other_id)


def _again(caller: OfficerCaller, offender_id: UUID, fault: str) -> tuple[str, int]:
    return _shown(caller, offender_id, fault), HTTPStatus.UNPROCESSABLE_ENTITY


def _shown(caller: OfficerCaller, offender_id: UUID, fault: str | None = None) -> str:
    return page(
        "phones.html",
        caller,
        here="people",
        phones=read_phones(parts(), caller, offender_id),
        shared=read_shared(parts(), caller, offender_id),
        now=parts().now(),
        checks=list(IdentityCheck),
        rights=read_rights(parts(), caller, offender_id),
        fault=fault,
    )
