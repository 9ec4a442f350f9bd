"""The administrator's pages of districts and justice offices."""

from http import HTTPStatus
from uuid import UUID

from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.accounts.places import (
    PlaceWanted,
    add_place,
    read_district,
    read_places,
    rename_district,
    rename_office,
)
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.refusals import RefusedError

routes = PageRoutes()


@routes.get("/offices", Action.MANAGE_OFFICES)
def districts(caller: OfficerCaller) -> str:
    """Show every district."""
    return _districts(caller)


@routes.post("/offices", Action.MANAGE_OFFICES)
def add_district(caller: OfficerCaller) -> Response | tuple[str, int]:
    """Add a district."""
    try:
        add_place(parts(), caller, _wanted())
    except RefusedError as refusal:
        return _districts(caller, fault_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other("/offices", "place_added")


@routes.get("/offices/<uuid:district_id>", Action.MANAGE_OFFICES)
def offices(caller: OfficerCaller, district_id: UUID) -> str:
    """Show the offices of a district."""
    return _offices(caller, district_id)


@routes.post("/offices/<uuid:district_id>", Action.MANAGE_OFFICES)
def add_office(caller: OfficerCaller, district_id: UUID) -> Response | tuple[str, int]:
    """Add an office to a district."""
    try:
        add_place(parts(), caller, _wanted(district_id))
    except RefusedError as refusal:
        return _again(caller, district_id, fault_of(refusal))
    return see_other(f"/offices/{district_id}", "place_added")


@routes.post("/offices/<uuid:district_id>/name", Action.MANAGE_OFFICES)
def name_district(caller: OfficerCaller, district_id: UUID) -> Response | tuple[str, int]:
    """Rename a district."""
    try:
        rename_district(parts(), caller, district_id, form_fields.text("name"))
    except RefusedError as refusal:
        return _again(caller, district_id, fault_of(refusal))
    return see_other(f"/offices/{district_id}", "place_renamed")


@routes.post("/offices/<uuid:district_id>/<uuid:office_id>/name", Action.MANAGE_OFFICES)
def name_office(
    caller: OfficerCaller, district_id: UUID, office_id: UUID
) -> Response | tuple[str, int]:
    """Rename an office."""
    try:
        rename_office(parts(), caller, office_id, form_fields.text("name"))
    except RefusedError as refusal:
        return _again(caller, district_id, fault_of(refusal))
    return see_other(f"/offices/{district_id}", "place_renamed")


def _wanted(district_id: UUID | None = None) -> PlaceWanted:
    return PlaceWanted(form_fields.text("code"), form_fields.text("name"), district_id)


def _districts(caller: OfficerCaller, fault: str | None = None) -> str:
    places = read_places(parts(), caller)
    return page("districts.html", caller, here="offices", places=places, fault=fault)


def _offices(caller: OfficerCaller, district_id: UUID, fault: str | None = None) -> str:
    found = read_district(parts(), caller, district_id)
    return page("offices.html", caller, here="offices", found=found, fault=fault)


def _again(caller: OfficerCaller, district_id: UUID, fault: str) -> tuple[str, int]:
    return _offices(caller, district_id, fault), HTTPStatus.UNPROCESSABLE_ENTITY
