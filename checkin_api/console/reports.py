"""The page of the monthly report: the machine against what people found."""

import re

from flask import request

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.permissions import Action
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.refusals import RefusedError
from checkin_api.reports.monthly import FEW, HUMAN
from checkin_api.reports.queries import Month
from checkin_api.reports.service import read_report
from mobile_contract.codes import ProblemCode
from verifier.local_time import local_date

routes = PageRoutes()
A_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
MOST_SHOWN = 200


@routes.get("/reports", Action.SEE_REPORTS)
def reports(caller: OfficerCaller) -> str:
    """Show one month, the last whole one unless another is asked for."""
    today = local_date(parts().now())
    this_month = Month(today.year, today.month)
    month = _asked() or this_month.moved(-1)
    return page(
        "reports.html",
        caller,
        here="reports",
        report=read_report(parts(), caller, month),
        earlier=month.moved(-1),
        later=month.moved(1) if month.begins < this_month.begins else None,
        states=HUMAN,
        few=FEW,
        most=MOST_SHOWN,
    )


def _asked() -> Month | None:
    typed = request.args.get("month", "")
    if not typed:
        return None
    found = A_MONTH.fullmatch(typed)
    if found is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    return Month(int(found[1]), int(found[2]))
