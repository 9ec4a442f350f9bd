"""The page on which a receipt is looked up by the code that a person reads out."""

from flask import request

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.looks import log_found
from checkin_api.access.permissions import Action
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.receipts.service import find_receipt

routes = PageRoutes()


@routes.get("/receipts", Action.SEE_PERSON)
def receipts(caller: OfficerCaller) -> str:
    """Show the receipt of a short code."""
    words = request.args.get("code", "").strip()
    found = find_receipt(parts(), caller, words) if words else None
    if found is not None:
        log_found(parts(), caller, found.person_id, "/receipts")
    return page("receipts.html", caller, here="receipts", words=words, found=found)
