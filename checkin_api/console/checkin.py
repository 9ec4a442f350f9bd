"""The page of one check-in: what was sent, what was measured, and the officer's answer."""

from http import HTTPStatus
from uuid import UUID

from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.access.rights import read_rights
from checkin_api.console import form_fields
from checkin_api.console.local_addresses import see_other
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.place_sketch import sketch
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.refusals import RefusedError
from checkin_api.reviews.service import AnswerGiven, answer_checkin, read_checkin
from storage.records import FlagKind, IdentityAnswer
from verifier.verdicts.reviews import ON_OBJECTION

routes = PageRoutes()


@routes.get("/checkins/<uuid:offender_id>/<uuid:checkin_id>", Action.SEE_PERSON)
def checkin(caller: OfficerCaller, offender_id: UUID, checkin_id: UUID) -> str:
    """Show one check-in."""
    return _shown(caller, offender_id, checkin_id)


@routes.post("/checkins/<uuid:offender_id>/<uuid:checkin_id>/answer", Action.REVIEW)
def answer(
    caller: OfficerCaller, offender_id: UUID, checkin_id: UUID
) -> Response | tuple[str, int]:
    """Take the caller's answer."""
    given = AnswerGiven(
        offender_id,
        checkin_id,
        identity=form_fields.code("identity", IdentityAnswer),
        place_accepted=form_fields.yes_no("place_accepted"),
        reason=form_fields.text("reason"),
    )
    try:
        taken = answer_checkin(parts(), caller, given)
    except RefusedError as refusal:
        shown = _shown(caller, offender_id, checkin_id, fault_of(refusal))
        return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other(f"/checkins/{offender_id}/{checkin_id}", str(taken))


def _shown(
    caller: OfficerCaller, offender_id: UUID, checkin_id: UUID, fault: str | None = None
) -> str:
    sheet = read_checkin(parts(), caller, offender_id, checkin_id)
    return page(
        "checkin.html",
        caller,
        here="items",
        sheet=sheet,
        rights=read_rights(parts(), caller, offender_id),
        fault=fault,
        flags=[one for one in sheet.flags if one.kind is FlagKind.FLAG],
        notes=[one for one in sheet.flags if one.kind is FlagKind.NOTE],
        sketch=sketch(sheet.place),
        answers=ON_OBJECTION if sheet.asked.yes_or_no else tuple(IdentityAnswer),
    )
