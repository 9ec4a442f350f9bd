"""The page of enrolments that wait for an officer."""

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.person_requests.service import open_requests
from checkin_api.references.renewal import read_renewals
from checkin_api.references.waiting import read_waiting

routes = PageRoutes()


@routes.get("/references", Action.COLLECT_PHOTOS)
def waiting(caller: OfficerCaller) -> str:
    """Show what waits: sets, what people ask for, and whose photos should be renewed."""
    return page(
        "references_waiting.html",
        caller,
        here="references",
        sets=read_waiting(parts(), caller),
        requests=open_requests(parts(), caller),
        renewals=read_renewals(parts(), caller),
    )
