"""The phones' routes for activation and tokens."""

from checkin_api.access.by_token import presented_refresh, proven_key
from checkin_api.access.callers import Anybody
from checkin_api.access.permissions import Action
from checkin_api.access.phone_limits import count_entrance
from checkin_api.access.tokens import issue_access, issue_refresh
from checkin_api.devices.renewal import renew
from checkin_api.devices.service import Registration, activate
from checkin_api.extensions import parts, web_settings
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
    problems=(ProblemCode.ACTIVATION_REFUSED, ProblemCode.TOO_MANY),
)
def exchange(_caller: Anybody, body: ActivationBody) -> Answer:
    """Turn a phone into a person's phone with the code that an officer handed out."""
    count_entrance(body.person_number)
    pair = _tokens(activate(parts(), body, proven_key()))
    return Answer(Activated(**pair.model_dump()), 201)


@routes.add(
    "POST",
    "/v1/tokens",
    Action.REFRESH_TOKENS,
    answers={200: TokenPair},
    problems=(
        ProblemCode.NOT_SIGNED_IN,
        ProblemCode.DEVICE_REVOKED,
        ProblemCode.NOT_REGISTERED,
    ),
)
def refresh(_caller: Anybody) -> Answer:
    """Get new tokens with the refresh token, or by the proof of a registered key alone."""
    return Answer(_tokens(renew(parts(), proven_key(), presented_refresh())))


def _tokens(registration: Registration) -> TokenPair:
    return TokenPair(
        device_id=registration.holder.id,
        access_token=issue_access(registration.holder),
        access_expires_at=parts().now() + web_settings().access_token_life,
        refresh_token=issue_refresh(registration.holder, registration.generation),
    )
