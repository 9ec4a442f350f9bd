"""The page of transfers: who is to be taken over here, and what was asked of other offices."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.refusals import RefusedError
from checkin_api.supervision.queries import read_transfers
from checkin_api.supervision.transfers import refuse_transfer, take_transfer, withdraw_transfer

routes = PageRoutes()
ONE = "/transfers/<uuid:transfer_id>"
Refusable = Response | tuple[str, int]


@routes.get("/transfers", Action.SUPERVISE)
def transfers(caller: OfficerCaller) -> str:
    """Show the transfers to and from the offices that the caller leads."""
    return _shown(caller)


@routes.post(f"{ONE}/take", Action.SUPERVISE)
def take(caller: OfficerCaller, transfer_id: UUID) -> Refusable:
    """Take a person over."""
    return _done(caller, "transfer_taken", lambda: take_transfer(parts(), caller, transfer_id))


@routes.post(f"{ONE}/refuse", Action.SUPERVISE)
def refuse(caller: OfficerCaller, transfer_id: UUID) -> Refusable:
    """Leave a person where they are."""
    answer = form_fields.text("answer")
    return _done(
        caller,
        "transfer_refused",
        lambda: refuse_transfer(parts(), caller, transfer_id, answer),
    )


@routes.post(f"{ONE}/withdraw", Action.SUPERVISE)
def withdraw(caller: OfficerCaller, transfer_id: UUID) -> Refusable:
    """Take back what was asked for."""
    return _done(
        caller, "transfer_withdrawn", lambda: withdraw_transfer(parts(), caller, transfer_id)
    )


def _done(caller: OfficerCaller, done: str, act: Callable[[], None]) -> Refusable:
    try:
        act()
    except RefusedError as refusal:
        return _shown(caller, fault_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other("/transfers", done)


def _shown(caller: OfficerCaller, fault: str | None = None) -> str:
    return page(
        "transfers.html",
        caller,
        here="transfers",
        transfers=read_transfers(parts(), caller),
        fault=fault,
    )
