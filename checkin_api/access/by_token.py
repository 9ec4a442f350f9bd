"""Who asks through /v1: the registration or the account that a token names."""

from uuid import UUID

from sqlalchemy.orm import Session

from checkin_api.access.callers import Anybody, Caller, OffenderCaller
from checkin_api.access.officers import officer_caller
from checkin_api.access.permissions import Action
from checkin_api.access.tokens import Bearer, presented_token
from checkin_api.extensions import parts
from checkin_api.refusals import RefusedError
from checkin_api.routes import Route
from mobile_contract.codes import DeviceState, ProblemCode
from storage.database import DOOR, transaction
from storage.records import Device

OPEN = frozenset({Action.READ_PUBLIC, Action.SIGN_IN})


def caller_by_token(route: Route) -> Caller:
    """Give who a request's token is for; raises RefusedError for one that is not good."""
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
        return officer_caller(session, bearer.subject, parts().now()) or Anybody()


def _offender(session: Session, device_id: UUID) -> OffenderCaller:
    device = session.get(Device, device_id)
    if device is None or device.state is not DeviceState.ACTIVE:
        raise RefusedError(ProblemCode.DEVICE_REVOKED)
    return OffenderCaller(device.offender_id, device.id)
