"""What every answer carries, and the three addresses for those who run the system."""

import secrets
from datetime import datetime

from flask import Flask, Response, g, request

from checkin_api.extensions import parts, web_settings
from storage.keys import make_nonce

CONTENT_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


# Nothing here uses a camera, a place or the like in a browser; phones have their own app.
FEATURES = ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")
HYGIENE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Content-Security-Policy": CONTENT_POLICY,
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
A_YEAR_OF_TLS = "max-age=31536000"


def server_time(now: datetime) -> str:
    """Write an instant as answers carry it: RFC 3339, UTC, milliseconds."""
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def install_observation(app: Flask) -> None:
    """Name every request, and put time, nonce and browser hygiene on every answer."""
    app.before_request(_name_request)
    app.after_request(_dress)


def _name_request() -> None:
    g.request_id = secrets.token_hex(8)


def _dress(response: Response) -> Response:
    now = parts().now()
    response.headers["Server-Time"] = server_time(now)
    response.headers["Request-Id"] = g.get("request_id", "")
    response.headers.update(HYGIENE)
    response.headers["DPoP-Nonce"] = make_nonce(parts().keys, now)
    # Behind a proxy the request itself is plain; browsers heed the header over TLS only.
    if request.is_secure or web_settings().secure_cookies:
        response.headers["Strict-Transport-Security"] = A_YEAR_OF_TLS
    response.headers.setdefault("Cache-Control", "no-store")
    return response
