"""What every answer carries, and the three addresses for those who run the system."""

import secrets
from datetime import datetime

from flask import Flask, Response, g, request

from checkin_api.extensions import parts
from storage.keys import make_nonce

CONTENT_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


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
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["DPoP-Nonce"] = make_nonce(parts().keys, now)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
