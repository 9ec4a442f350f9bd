"""The page of figures: districts for the city, offices for a district."""

from uuid import UUID

from flask import request

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.figures.service import FEW, read_figures
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode

routes = PageRoutes()


@routes.get("/figures", Action.SEE_FIGURES)
def figures(caller: OfficerCaller) -> str:
    """Show counts by district, or by office of one."""
    found = read_figures(parts(), caller, _asked_district())
    return page("figures.html", caller, here="figures", figures=found, few=FEW, at=parts().now())


def _asked_district() -> UUID | None:
    asked = request.args.get("district", "")
    try:
        return UUID(asked) if asked else None
    except ValueError:
        raise RefusedError(ProblemCode.NOT_FOUND) from None
