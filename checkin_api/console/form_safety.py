"""No other site's page may send a form in an officer's name (CSRF): three independent checks."""

import hashlib
import hmac

from flask import current_app, request

from checkin_api.access.by_cookie import cookie_secret
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode

TOKEN_FIELD = "form_token"  # noqa: S105 - the field's name
OWN_SITES = frozenset({"same-origin", "none"})


def form_token() -> str:
    """Give the token that this sign-in's forms carry; nobody can make it without the cookie."""
    return hmac.new(cookie_secret().encode(), b"checkin-console-form", hashlib.sha256).hexdigest()


def require_own_form(*, signed_in: bool) -> None:
    """Raise RefusedError(not_allowed) for a form that does not come from a page of ours.

    Before signing in there is no secret to make a token of; the browser's word must do.
    """
    same_site = request.headers.get("Sec-Fetch-Site", "same-origin") in OWN_SITES
    origin = request.headers.get("Origin")
    own_origin = origin is None or origin in _own_origins()
    token = request.form.get(TOKEN_FIELD, "")
    own_token = not signed_in or hmac.compare_digest(token.encode(), form_token().encode())
    if not (same_site and own_origin and own_token):
        raise RefusedError(ProblemCode.NOT_ALLOWED)


def _own_origins() -> tuple[str, str]:
    public: str = current_app.config["PUBLIC_URL"]
    return request.host_url.rstrip("/"), "/".join(public.split("/")[:3])
