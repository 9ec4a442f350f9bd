"""The phones' routes for activation and tokens."""

from datetime import datetime

from checkin_api.access.callers import Anybody
from checkin_api.access.permissions import Action
from checkin_api.access.tokens import issue_access, issue_refresh, presented_token
from checkin_api.devices.service import Registration, activate, require_registration
from checkin_api.extensions import parts, web_settings
from checkin_api.refusals import RefusedError
from checkin_api.routes import Answer, Routes, Takes
from mobile_contract.activation import Activated, ActivationBody, TokenPair
from mobile_contract.codes import ProblemCode

routes = Routes()


@routes.add(
    "POST",
    "/v1/activations",
    Action.ACTIVATE_PHONE,
    takes=Takes(body=ActivationBody),
    answers={201: Activated},
    problems=(ProblemCode.ACTIVATION_REFUSED,),
)
def exchange(_caller: Anybody, body: ActivationBody) -> Answer:
    """Turn a phone into a person's phone with the code that an officer handed out."""
    registration = activate(parts(), body)
    pair = _tokens(registration)
    return Answer(Activated(device_id=registration.device_id, **pair.model_dump()), 201)


@routes.add(
    "POST",
    "/v1/tokens",
    Action.REFRESH_TOKENS,
    answers={200: TokenPair},
    problems=(ProblemCode.NOT_SIGNED_IN, ProblemCode.DEVICE_REVOKED),
)
def refresh(_caller: Anybody) -> Answer:
    """Get new tokens with the refresh token, which lives as long as the registration."""
    bearer = presented_token()
    if bearer is None or not bearer.refresh or bearer.kind != "device":
        raise RefusedError(ProblemCode.NOT_SIGNED_IN)
    return Answer(_tokens(require_registration(parts(), bearer.subject)))


def _tokens(registration: Registration) -> TokenPair:
    expires_at: datetime = parts().now() + web_settings().access_token_life
    return TokenPair(
        access_token=issue_access("device", registration.device_id),
        access_expires_at=expires_at,
        refresh_token=issue_refresh("device", registration.device_id),
    )
