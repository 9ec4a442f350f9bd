"""The gate before every view: finds out who asks, and lets through what the table allows."""

from datetime import datetime
from uuid import UUID

from flask import Flask, current_app, g, request
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from checkin_api.access.callers import Anybody, Caller, OffenderCaller, OfficerCaller
from checkin_api.access.permissions import WHO_OF_ROLE, Action, Who, allowed
from checkin_api.access.secret_texts import hashed
from checkin_api.access.tokens import Bearer, presented_token
from checkin_api.extensions import parts, web_settings
from checkin_api.refusals import RefusedError
from checkin_api.routes import Route, route_table
from mobile_contract.codes import DeviceState, ProblemCode
from storage.database import DOOR, transaction
from storage.records import Device, Officer, SignIn

COOKIE = "checkin_session"
OPEN = frozenset({Action.READ_PUBLIC, Action.SIGN_IN})


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
    if allowed(who(g.caller), route.action) is None:
        raise _refusal(g.caller, route)


def who(caller: Caller) -> Who:
    """Say which column of the permission table a caller is."""
    match caller:
        case OffenderCaller():
            return Who.OFFENDER
        case OfficerCaller(role=role):
            return WHO_OF_ROLE[role]
        case Anybody():
            return Who.ANYBODY


def _caller(route: Route) -> Caller:
    if route.path.startswith("/v1/"):
        return _caller_by_token(route)
    return _caller_by_cookie(request.cookies.get(COOKIE, ""))


def _caller_by_token(route: Route) -> Caller:
    if route.action in OPEN:
        return Anybody()
    bearer = presented_token()
    refreshes = route.action is Action.REFRESH_TOKENS
    if bearer is None or refreshes:
        return Anybody()
    if bearer.refresh:
        raise RefusedError(ProblemCode.NOT_SIGNED_IN)
    return _known(bearer)


def _known(bearer: Bearer) -> Caller:
    with transaction(parts().sessions, DOOR) as session:
        if bearer.kind == "device":
            return _offender(session, bearer.subject)
        return _officer(session, bearer.subject, None)


def _offender(session: Session, device_id: UUID) -> OffenderCaller:
    device = session.get(Device, device_id)
    if device is None or device.state is not DeviceState.ACTIVE:
        raise RefusedError(ProblemCode.DEVICE_REVOKED)
    return OffenderCaller(device.offender_id, device.id)


def _officer(session: Session, officer_id: UUID, sign_in_id: UUID | None) -> Caller:
    officer = session.get(Officer, officer_id)
    if officer is None or officer.disabled_at is not None:
        return Anybody()
    return OfficerCaller(
        officer.id, officer.role, officer.office_id, officer.district_id, sign_in_id
    )


def _caller_by_cookie(secret: str) -> Caller:
    if not secret:
        return Anybody()
    now = parts().now()
    with transaction(parts().sessions, DOOR) as session:
        sign_in = session.scalars(
            select(SignIn).where(SignIn.secret_sha256 == hashed(secret), SignIn.ended_at.is_(None))
        ).first()
        if sign_in is None or _worn_out(sign_in, now):
            return Anybody()
        session.execute(update(SignIn).where(SignIn.id == sign_in.id).values(last_seen_at=now))
        return _officer(session, sign_in.officer_id, sign_in.id)


def _worn_out(sign_in: SignIn, now: datetime) -> bool:
    settings = web_settings()
    return (
        now - sign_in.last_seen_at > settings.sign_in_idle
        or now - sign_in.started_at > settings.sign_in_life
    )


def _refusal(caller: Caller, route: Route) -> Exception:
    if isinstance(caller, Anybody):
        return RefusedError(ProblemCode.NOT_SIGNED_IN)
    if route.path.startswith("/v1/"):
        return RefusedError(ProblemCode.NOT_ALLOWED)
    return NotFound()
