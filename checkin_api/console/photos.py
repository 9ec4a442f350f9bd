"""Photos on the pages."""

from uuid import UUID

from flask import Response

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console.page_routes import PageRoutes
from checkin_api.extensions import parts
from checkin_api.media import see_photo

routes = PageRoutes()


@routes.get("/media/<uuid:media_id>", Action.SEE_PHOTO)
def photo(caller: OfficerCaller, media_id: UUID) -> Response:
    """Show one rendition; no browser may keep it."""
    seen = see_photo(parts(), caller, media_id)
    response = Response(seen.data, content_type=seen.content_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = "inline"
    return response
