"""The page on which a check-in outside the plan is ordered."""

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import uuid_utils
from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import for_input, page
from checkin_api.extensions import parts
from checkin_api.offenders.service import read_person
from checkin_api.orders.service import Order, order_checkin
from checkin_api.refusals import RefusedError

routes = PageRoutes()
USUAL = timedelta(hours=2)
USUAL_GRACE = timedelta(minutes=30)


@routes.get("/people/<uuid:offender_id>/order", Action.ORDER_WINDOW)
def order(caller: OfficerCaller, offender_id: UUID) -> str:
    """Ask for when and why."""
    return _shown(caller, offender_id)


@routes.post("/people/<uuid:offender_id>/order", Action.ORDER_WINDOW)
def give_order(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int]:
    """Lay the window, once however often the form is sent."""
    made_id = form_fields.identifier("id")
    opens, due = form_fields.instant("opens_at"), form_fields.instant("due_at")
    grace = form_fields.instant("grace_ends_at")
    if made_id is None or opens is None or due is None or grace is None:
        return _again(caller, offender_id, "console.fault.window")
    wanted = Order(made_id, offender_id, opens, due, grace, form_fields.text("reason"))
    try:
        order_checkin(parts(), caller, wanted)
    except RefusedError as refusal:
        return _again(caller, offender_id, fault_of(refusal))
    return see_other(f"/people/{offender_id}", "checkin_ordered")


def _again(caller: OfficerCaller, offender_id: UUID, fault: str) -> tuple[str, int]:
    return _shown(caller, offender_id, fault), HTTPStatus.UNPROCESSABLE_ENTITY


def _shown(caller: OfficerCaller, offender_id: UUID, fault: str | None = None) -> str:
    now = parts().now()
    return page(
        "order.html",
        caller,
        here="people",
        person=read_person(parts(), caller, offender_id),
        made_id=str(uuid_utils.uuid7()),
        opens_at=for_input(now),
        due_at=for_input(now + USUAL),
        grace_ends_at=for_input(now + USUAL + USUAL_GRACE),
        fault=fault,
    )
