"""The gate before every view: finds out who asks, and lets through what the table allows."""

from flask import Flask, current_app, g, request
from werkzeug.exceptions import NotFound

from checkin_api.access.by_cookie import caller_by_cookie, cookie_secret
from checkin_api.access.by_token import caller_by_token
from checkin_api.access.callers import Anybody, Caller, OffenderCaller, OfficerCaller
from checkin_api.access.looks import log_look
from checkin_api.access.permissions import Action, Who, any_allowed
from checkin_api.extensions import parts
from checkin_api.patience import wait_for_known_sender
from checkin_api.refusals import RefusedError
from checkin_api.routes import Route, route_table
from mobile_contract.codes import ProblemCode


def install_gate(app: Flask) -> None:
    """Ask before every request, before its body is read."""
    app.before_request(_ask)


def _ask() -> None:
    g.caller = Anybody()
    if request.endpoint is None or request.endpoint == "static":
        return
    route = route_table(current_app).get(request.endpoint)
    if route is None:
        raise NotFound
    g.caller = _caller(route)
    if not isinstance(g.caller, Anybody):
        wait_for_known_sender()
    if not may(g.caller, route.action):
        raise _refusal(g.caller, route)
    _log_look(g.caller, route)


def may(caller: Caller, action: Action) -> bool:
    """Tell whether the table lets a caller do this at all; over whom is the service's business."""
    return any_allowed(whos(caller), action)


def whos(caller: Caller) -> frozenset[Who]:
    """Say which columns of the permission table a caller is."""
    match caller:
        case OffenderCaller():
            return frozenset({Who.OFFENDER})
        case OfficerCaller(posts=posts):
            return frozenset({Who.ACCOUNT, *(Who(post.role.value) for post in posts)})
        case Anybody():
            return frozenset({Who.ANYBODY})


def _caller(route: Route) -> Caller:
    if route.path.startswith("/v1/"):
        return caller_by_token(route)
    return caller_by_cookie(cookie_secret())


def _log_look(caller: Caller, route: Route) -> None:
    """Leave a trace of a look from outside before anything is shown: no trace, no page."""
    if isinstance(caller, OfficerCaller) and route.method == "GET":
        log_look(parts(), caller, route.action, route.path, request.view_args or {})


def _refusal(caller: Caller, route: Route) -> Exception:
    if isinstance(caller, Anybody):
        return RefusedError(ProblemCode.NOT_SIGNED_IN)
    if route.path.startswith("/v1/"):
        return RefusedError(ProblemCode.NOT_ALLOWED)
    return NotFound()
