"""The page "my items"."""

from flask import request

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.gate import may
from checkin_api.access.permissions import Action
from checkin_api.console.page_routes import PageRoutes
from checkin_api.console.rendering import page
from checkin_api.extensions import parts
from checkin_api.offices.service import read_backlog_minutes, read_many_looks, read_waiting
from checkin_api.offices.waiting import Wanted
from storage.records import Cause
from verifier.verdicts.reviews import OF_DISTRICT

routes = PageRoutes()


@routes.get("/items", Action.SEE_ITEMS)
def items(caller: OfficerCaller) -> str:
    """Show what waits for the caller."""
    cause = request.args.get("cause", "")
    wanted = Wanted(
        cause=Cause(cause) if cause in set(Cause) else None,
        whole_district=request.args.get("of") == "district",
    )
    waiting = read_waiting(parts(), caller, wanted)
    return page(
        "items.html",
        caller,
        here="items",
        waiting=waiting,
        backlog_minutes=read_backlog_minutes(parts(), caller),
        wanted=wanted,
        many_looks=read_many_looks(parts(), caller) if may(caller, Action.RECUSE_ANOTHER) else [],
        causes=[one for one in Cause if waiting.counts.get(one)],
        of_district=any(caller.has(role) for role in OF_DISTRICT),
    )
