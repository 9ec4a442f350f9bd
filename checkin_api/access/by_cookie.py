"""Who asks through a browser: the sign-in behind the cookie."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response, request
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checkin_api.access.callers import Anybody, OfficerCaller
from checkin_api.access.officers import officer_caller
from checkin_api.access.secret_texts import hashed
from checkin_api.extensions import parts, web_settings
from storage.database import DOOR, transaction
from storage.records import Officer, SignIn

COOKIE = "checkin_session"
# Browsers keep a cookie of this name only from TLS, for this host alone and for every path: no
# neighbouring host can lay one of its own over it.
HOST_COOKIE = f"__Host-{COOKIE}"


@dataclass(frozen=True)
class PendingSignIn:
    """A browser that gave the password; it reaches the second-factor pages and nothing else."""

    sign_in_id: UUID
    officer_id: UUID


def caller_by_cookie(secret: str) -> Anybody | OfficerCaller:
    """Give the account that is signed in with a cookie; Anybody where none is, or no more."""
    if not secret:
        return Anybody()
    now = parts().now()
    with transaction(parts().sessions, DOOR) as session:
        sign_in = _open_one(session, secret)
        if sign_in is None or sign_in.second_factor_at is None or _worn_out(sign_in, now):
            return Anybody()
        session.execute(update(SignIn).where(SignIn.id == sign_in.id).values(last_seen_at=now))
        return officer_caller(session, sign_in.officer_id, now, sign_in.id) or Anybody()


def pending_by_cookie() -> PendingSignIn | None:
    """Give the sign-in of this browser that still lacks its second factor."""
    now = parts().now()
    with transaction(parts().sessions, DOOR) as session:
        sign_in = _open_one(session, cookie_secret())
        if sign_in is None or sign_in.second_factor_at is not None:
            return None
        officer = session.get_one(Officer, sign_in.officer_id)
        late = now - sign_in.last_seen_at > web_settings().sign_in_pending
        if late or officer.disabled_at is not None:
            return None
        return PendingSignIn(sign_in.id, sign_in.officer_id)


def cookie_name() -> str:
    """Give the name of the cookie that a sign-in has."""
    return HOST_COOKIE if web_settings().secure_cookies else COOKIE


def cookie_secret() -> str:
    """Read what the browser holds; empty where it holds nothing."""
    return request.cookies.get(cookie_name(), "")


def carrying(response: Response, secret: str) -> Response:
    """Let an answer bring the browser a sign-in's secret."""
    response.set_cookie(
        cookie_name(),
        secret,
        httponly=True,
        samesite="Lax",
        secure=web_settings().secure_cookies,
        path="/",
    )
    return response


def dropping(response: Response) -> Response:
    """Let an answer take the secret away from the browser."""
    secure = web_settings().secure_cookies
    response.delete_cookie(cookie_name(), path="/", secure=secure, httponly=True, samesite="Lax")
    return response


def worn_out_before(now: datetime) -> tuple[datetime, datetime]:
    """Say since when a sign-in must have been used, and have begun, to be alive."""
    return now - web_settings().sign_in_idle, now - web_settings().sign_in_life


def _open_one(session: Session, secret: str) -> SignIn | None:
    return session.scalars(
        select(SignIn).where(SignIn.secret_sha256 == hashed(secret), SignIn.ended_at.is_(None))
    ).first()


def _worn_out(sign_in: SignIn, now: datetime) -> bool:
    used, begun = worn_out_before(now)
    return sign_in.last_seen_at < used or sign_in.started_at < begun
