"""The page that hands out a phone's activation code, as letters and as a QR picture."""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

import segno
from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console import form_fields
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.refused_forms import fault_of
from checkin_api.console.rendering import page
from checkin_api.devices.codes import USUAL_LIFE, IssuedCode, issue_code
from checkin_api.extensions import parts, web_settings
from checkin_api.offenders.service import read_person
from checkin_api.refusals import RefusedError

routes = PageRoutes()
LIVES = (30, 120, 1440)  # minutes to choose from


@routes.get("/people/<uuid:offender_id>/activation", Action.ISSUE_ACTIVATION)
def activation(caller: OfficerCaller, offender_id: UUID) -> str:
    """Ask for how long the code shall live."""
    return _shown(caller, offender_id)


@routes.post("/people/<uuid:offender_id>/activation", Action.ISSUE_ACTIVATION)
def issue(caller: OfficerCaller, offender_id: UUID) -> Response | tuple[str, int] | str:
    """Make a code and show it this once."""
    minutes = form_fields.number("minutes")
    life = USUAL_LIFE if minutes is None else timedelta(minutes=min(max(minutes, 0), 10_000))
    try:
        issued = issue_code(parts(), caller, offender_id, life)
    except RefusedError as refusal:
        shown = _shown(caller, offender_id, fault=fault_of(refusal))
        return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    return _shown(caller, offender_id, issued)


def _shown(
    caller: OfficerCaller,
    offender_id: UUID,
    issued: IssuedCode | None = None,
    fault: str | None = None,
) -> str:
    return page(
        "activation.html",
        caller,
        here="people",
        person=read_person(parts(), caller, offender_id),
        issued=issued,
        picture=None if issued is None else _picture(issued),
        lives=LIVES,
        fault=fault,
    )


def _picture(issued: IssuedCode) -> str:
    facts = {"server": web_settings().public_url, "number": issued.number, "code": issued.code}
    code = segno.make(f"checkin://activate?{urlencode(facts)}", error="m")
    return str(code.svg_data_uri(scale=5, dark="#1d2733", light="#ffffff"))
