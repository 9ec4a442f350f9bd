"""Who asks through a browser: the sign-in behind the cookie."""

from datetime import datetime

from sqlalchemy import select, update

from checkin_api.access.callers import Anybody, OfficerCaller
from checkin_api.access.officers import officer_caller
from checkin_api.access.secret_texts import hashed
from checkin_api.extensions import parts, web_settings
from storage.database import DOOR, transaction
from storage.records import SignIn

COOKIE = "checkin_session"


def caller_by_cookie(secret: str) -> Anybody | OfficerCaller:
    """Give the account that is signed in with a cookie; Anybody where none is, or no more."""
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
        return officer_caller(session, sign_in.officer_id, now, sign_in.id) or Anybody()


def _worn_out(sign_in: SignIn, now: datetime) -> bool:
    settings = web_settings()
    return (
        now - sign_in.last_seen_at > settings.sign_in_idle
        or now - sign_in.started_at > settings.sign_in_life
    )
