"""The list of people, and the page of one person with fence and plan."""

from datetime import date, timedelta
from http import HTTPStatus
from uuid import UUID

import uuid_utils
from flask import Response, request

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.access.rights import read_rights
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.offenders.person import PeopleAsked
from checkin_api.offenders.queries import month_of
from checkin_api.offenders.service import (
    FenceWanted,
    PlanWanted,
    read_people,
    read_person,
    set_fence,
    set_plan,
)
from checkin_api.person_notes.service import read_notes
from checkin_api.recusals.service import read_recusals
from checkin_api.references.service import read_enrolment
from checkin_api.refusals import RefusedError
from mobile_contract.codes import Datum
from verifier.local_time import local_date

routes = PageRoutes()
LONGEST_SEARCH = 60
SHOWN_YEARS = range(2000, 2200)  # a month before and after each is still a date


@routes.get("/people", Action.SEE_PERSON)
def people(caller: OfficerCaller) -> str:
    """Show the people the caller reaches."""
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    asked = PeopleAsked(words, ended_too=request.args.get("ended") == "too")
    found = read_people(parts(), caller, asked)
    return page("people.html", caller, here="people", people=found, asked=asked)


@routes.get("/people/<uuid:offender_id>", Action.SEE_PERSON)
def person(caller: OfficerCaller, offender_id: UUID) -> str:
    """Show one person."""
    return person_page(caller, offender_id)


@routes.post("/people/<uuid:offender_id>/fence", Action.SET_DUTIES)
def fence(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """Set from where the person reports."""
    datum = form_fields.code("datum", Datum)
    latitude, longitude = form_fields.number("latitude"), form_fields.number("longitude")
    radius_m = form_fields.number("radius_m")
    if datum is None or latitude is None or longitude is None or radius_m is None:
        return _again(caller, offender_id, "console.fault.fence")
    try:
        wanted = FenceWanted(offender_id, latitude, longitude, datum, radius_m)
        set_fence(parts(), caller, wanted)
    except RefusedError as refusal:
        return _again(caller, offender_id, fault_of(refusal))
    return see_other(f"/people/{offender_id}", "fence_set")


@routes.post("/people/<uuid:offender_id>/plan", Action.SET_DUTIES)
def plan(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """Set when the person reports."""
    opens, due = form_fields.time_of_day("opens"), form_fields.time_of_day("due")
    grace_ends = form_fields.time_of_day("grace_ends")
    if opens is None or due is None or grace_ends is None:
        return _again(caller, offender_id, "console.fault.plan")
    movement = form_fields.ticked("movement")
    try:
        set_plan(parts(), caller, PlanWanted(offender_id, opens, due, grace_ends, movement))
    except RefusedError as refusal:
        return _again(caller, offender_id, fault_of(refusal))
    return see_other(f"/people/{offender_id}", "plan_set")


def _again(caller: OfficerCaller, offender_id: UUID, fault: str) -> tuple[str, int]:
    return person_page(caller, offender_id, fault), HTTPStatus.UNPROCESSABLE_ENTITY


def person_page(caller: OfficerCaller, offender_id: UUID, fault: str | None = None) -> str:
    """Render one person; raises RefusedError(not_found)."""
    now = parts().now()
    day = _asked_day() or local_date(now)
    month = month_of(day)
    sheet = read_person(parts(), caller, offender_id, day)
    return page(
        "person.html",
        caller,
        here="people",
        person=sheet,
        rights=read_rights(parts(), caller, offender_id),
        notes=read_notes(parts(), caller, offender_id),
        recusals=read_recusals(parts(), caller, offender_id),
        made_id=str(uuid_utils.uuid7()),
        enrolment=read_enrolment(parts(), caller, offender_id),
        month=month,
        earlier=(month.first - timedelta(days=1)).strftime("%Y-%m"),
        later=local_date(month.ends).strftime("%Y-%m") if month.ends <= now else None,
        days_since=None if sheet.last_contact is None else (now - sheet.last_contact).days,
        datums=list(Datum),
        fault=fault,
    )


def _asked_day() -> date | None:
    try:
        asked = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return None
    return asked if asked.year in SHOWN_YEARS else None
