"""The page of postings: what waits for a confirmation, who is posted, who stands in for whom."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

import uuid_utils
from flask import Response, request

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.gate import may
from checkin_api.access.permissions import Action
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.postings.covers import CoverWanted, read_choice, set_cover
from checkin_api.postings.service import confirm_postings, end_posting, read_board, read_posting
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from verifier.local_time import local_date

routes = PageRoutes()
LONGEST_SEARCH = 60


@routes.get("/postings", Action.SEE_POSTINGS)
def postings(caller: OfficerCaller) -> str:
    """Show what waits and who is posted."""
    return _board(caller)


@routes.post("/postings/confirm", Action.CONFIRM_POSTING)
def confirm(caller: OfficerCaller) -> Response | tuple[str, int]:
    """Confirm every posting that is ticked, or none."""
    ids = _ticked()
    if not ids:
        return _board_again(caller, "console.fault.posting_none")
    try:
        confirm_postings(parts(), caller, ids)
    except RefusedError as refusal:
        return _board_again(caller, fault_of(refusal))
    return see_other("/postings", "postings_confirmed")


@routes.get("/postings/<uuid:posting_id>/end", Action.CONFIRM_POSTING)
def ending(caller: OfficerCaller, posting_id: UUID) -> str:
    """Ask whether to end it."""
    return _ending(caller, posting_id)


@routes.post("/postings/<uuid:posting_id>/end", Action.CONFIRM_POSTING)
def end(caller: OfficerCaller, posting_id: UUID) -> Response | tuple[str, int]:
    """End it."""
    try:
        account_id = end_posting(parts(), caller, posting_id)
    except RefusedError as refusal:
        again = _ending(caller, posting_id, fault_of(refusal))
        return again, HTTPStatus.UNPROCESSABLE_ENTITY
    keeps_accounts = may(caller, Action.MANAGE_ACCOUNTS)
    address = f"/accounts/{account_id}" if keeps_accounts else "/postings"
    return see_other(address, "posting_ended")


@routes.get("/postings/<uuid:posting_id>/cover", Action.POST_COVER)
def covering(caller: OfficerCaller, posting_id: UUID) -> str:
    """Ask who stands in, and when."""
    return _covering(caller, posting_id)


@routes.post("/postings/<uuid:posting_id>/cover", Action.POST_COVER)
def cover(caller: OfficerCaller, posting_id: UUID) -> Response | tuple[str, int]:
    """Set the cover, once however often the form is sent."""
    made_id, officer_id = form_fields.identifier("id"), form_fields.identifier("officer")
    starts, ends = form_fields.day("starts_on"), form_fields.day("ends_on")
    if made_id is None or officer_id is None or starts is None or ends is None:
        return _covering_again(caller, posting_id, "console.fault.cover")
    wanted = CoverWanted(made_id, posting_id, officer_id, starts, ends)
    try:
        set_cover(parts(), caller, wanted)
    except RefusedError as refusal:
        return _covering_again(caller, posting_id, fault_of(refusal))
    return see_other("/postings", "cover_set")


def _ticked() -> set[UUID]:
    """Read the ticked postings; what is no id is of nobody."""
    try:
        return {UUID(text) for text in request.form.getlist("posting")}
    except ValueError as fault:
        raise RefusedError(ProblemCode.NOT_FOUND) from fault


def _board(caller: OfficerCaller, fault: str | None = None) -> str:
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    return page(
        "postings.html",
        caller,
        here="postings",
        board=read_board(parts(), caller, words),
        words=words,
        all_ticked=request.args.get("all") == "yes",
        today=_today(),
        fault=fault,
    )


def _board_again(caller: OfficerCaller, fault: str) -> tuple[str, int]:
    return _board(caller, fault), HTTPStatus.UNPROCESSABLE_ENTITY


def _ending(caller: OfficerCaller, posting_id: UUID, fault: str | None = None) -> str:
    posting = read_posting(parts(), caller, posting_id)
    return page("posting_end.html", caller, here="postings", posting=posting, fault=fault)


def _covering(caller: OfficerCaller, posting_id: UUID, fault: str | None = None) -> str:
    return page(
        "posting_cover.html",
        caller,
        here="postings",
        choice=read_choice(parts(), caller, posting_id),
        made_id=str(uuid_utils.uuid7()),
        today=_today(),
        fault=fault,
    )


def _covering_again(caller: OfficerCaller, posting_id: UUID, fault: str) -> tuple[str, int]:
    return _covering(caller, posting_id, fault), HTTPStatus.UNPROCESSABLE_ENTITY


def _today() -> date:
    return local_date(parts().now())
