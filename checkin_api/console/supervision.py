"""The page of one person's supervision: its periods, pauses and the way to another office."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

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
from checkin_api.refusals import RefusedError
from checkin_api.supervision.pauses import (
    Pause,
    call_off_pause,
    pause_supervision,
    resume_supervision,
)
from checkin_api.supervision.periods import End, end_supervision, plan_end, start_period
from checkin_api.supervision.queries import read_supervision
from checkin_api.supervision.transfers import Asking, ask_transfer
from storage.records import EndReason, PauseReason
from verifier.local_time import local_date

routes = PageRoutes()
PAGE = "/people/<uuid:offender_id>/supervision"
Refusable = Response | tuple[str, int]


@routes.get(PAGE, Action.SEE_PERSON)
def supervision(caller: OfficerCaller, offender_id: UUID) -> str:
    """Show when a person is and was under supervision."""
    return _shown(caller, offender_id)


@routes.post(f"{PAGE}/start", Action.SUPERVISE)
def start(caller: OfficerCaller, offender_id: UUID) -> Refusable:
    """Start a new period."""
    starts_on = form_fields.day("starts_on")
    if starts_on is None:
        return _again(caller, offender_id, "console.fault.starts_on")
    return _done(
        caller,
        offender_id,
        "supervision_started",
        lambda: start_period(parts(), caller, offender_id, starts_on),
    )


@routes.post(f"{PAGE}/end-date", Action.SUPERVISE)
def set_end(caller: OfficerCaller, offender_id: UUID) -> Refusable:
    """Set the day with which supervision is to end."""
    ends_on = form_fields.day("ends_on")
    if ends_on is None:
        return _again(caller, offender_id, "console.fault.ends_on")
    return _done(
        caller,
        offender_id,
        "supervision_end_set",
        lambda: plan_end(parts(), caller, offender_id, ends_on),
    )


@routes.post(f"{PAGE}/end", Action.SUPERVISE)
def end(caller: OfficerCaller, offender_id: UUID) -> Refusable:
    """End supervision, once somebody has ticked that they mean it."""
    ends_on, reason = form_fields.day("ends_on"), form_fields.code("reason", EndReason)
    if ends_on is None:
        return _again(caller, offender_id, "console.fault.ends_on")
    if reason is None:
        return _again(caller, offender_id, "console.fault.end_reason")
    if request.form.get("sure") != "yes":
        return _again(caller, offender_id, "console.fault.sure")
    decided = End(offender_id, ends_on, reason, form_fields.text("words"))
    return _done(
        caller,
        offender_id,
        "supervision_ended",
        lambda: end_supervision(parts(), caller, decided),
    )


@routes.post(f"{PAGE}/pause", Action.SUPERVISE)
def pause(caller: OfficerCaller, offender_id: UUID) -> Refusable:
    """Pause check-ins."""
    starts_on, reason = form_fields.day("starts_on"), form_fields.code("reason", PauseReason)
    ends_on = form_fields.day("ends_on")
    if starts_on is None:
        return _again(caller, offender_id, "console.fault.starts_on")
    if reason is None:
        return _again(caller, offender_id, "console.fault.end_reason")
    if ends_on is None and request.form.get("ends_on"):
        return _again(caller, offender_id, "console.fault.ends_on")
    wanted = Pause(offender_id, starts_on, ends_on, reason, form_fields.text("words"))
    return _done(
        caller,
        offender_id,
        "supervision_paused",
        lambda: pause_supervision(parts(), caller, wanted),
    )


@routes.post(f"{PAGE}/pauses/<uuid:pause_id>/resume", Action.SUPERVISE)
def resume(caller: OfficerCaller, offender_id: UUID, pause_id: UUID) -> Refusable:
    """Set the last day of a pause."""
    ends_on = form_fields.day("ends_on")
    if ends_on is None:
        return _again(caller, offender_id, "console.fault.ends_on")
    return _done(
        caller,
        offender_id,
        "supervision_resumed",
        lambda: resume_supervision(parts(), caller, offender_id, pause_id, ends_on),
    )


@routes.post(f"{PAGE}/pauses/<uuid:pause_id>/call-off", Action.SUPERVISE)
def call_off(caller: OfficerCaller, offender_id: UUID, pause_id: UUID) -> Refusable:
    """Call off a pause that has not begun."""
    return _done(
        caller,
        offender_id,
        "pause_called_off",
        lambda: call_off_pause(parts(), caller, offender_id, pause_id),
    )


@routes.post(f"{PAGE}/transfer", Action.SUPERVISE)
def transfer(caller: OfficerCaller, offender_id: UUID) -> Refusable:
    """Ask another office to take the person."""
    to_office = form_fields.identifier("to_office")
    if to_office is None:
        return _again(caller, offender_id, "console.fault.to_office")
    asking = Asking(offender_id, to_office, form_fields.text("reason"))
    return _done(
        caller, offender_id, "transfer_asked", lambda: ask_transfer(parts(), caller, asking)
    )


def _done(
    caller: OfficerCaller, offender_id: UUID, done: str, act: Callable[[], None]
) -> Refusable:
    """Do what a form asks; what its sender can correct comes back above it."""
    try:
        act()
    except RefusedError as refusal:
        return _again(caller, offender_id, fault_of(refusal))
    return see_other(f"/people/{offender_id}/supervision", done)


def _again(caller: OfficerCaller, offender_id: UUID, fault: str) -> tuple[str, int]:
    return _shown(caller, offender_id, fault), HTTPStatus.UNPROCESSABLE_ENTITY


def _shown(caller: OfficerCaller, offender_id: UUID, fault: str | None = None) -> str:
    return page(
        "supervision.html",
        caller,
        here="people",
        sheet=read_supervision(parts(), caller, offender_id),
        rights=read_rights(parts(), caller, offender_id),
        today=local_date(parts().now()).isoformat(),
        end_reasons=list(EndReason),
        pause_reasons=list(PauseReason),
        fault=fault,
    )
