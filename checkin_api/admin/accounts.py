"""Accounts that are there: a new set-up code, or none of it any more."""

from sqlalchemy import select, update

from checkin_api.admin.acts import Act, Change, Done, Kind, hand_out_code, wait_for_turn
from checkin_api.admin.faults import Mistake, refuse
from storage import audit
from storage.records import Officer, SignIn


def renew_code(act: Act, login: str) -> Done:
    """Hand out a new set-up code to an account that never had a password.

    One that had is reset by two people in the console: with a code alone, one person at a terminal
    would sit down in another's place.
    """
    officer = _officer(act, login)
    if officer.password_hash is not None:
        raise refuse(Mistake.SET_UP, key=login)
    if officer.disabled_at is not None:
        raise refuse(Mistake.DISABLED, key=login)
    code = hand_out_code(act, officer)
    audit.record(act.session, "setup_code_issued", act.now, subject=officer.id)
    expires = officer.setup_expires_at
    return Done(Kind.OFFICER, login, Change.CHANGED, str(officer.id), code, expires)


def disable(act: Act, login: str) -> Done:
    """End an account, its sign-ins and its set-up code at once; again, and nothing changes."""
    officer = _officer(act, login)
    if officer.disabled_at is not None:
        return Done(Kind.OFFICER, login, Change.UNCHANGED, str(officer.id))
    officer.disabled_at = act.now
    officer.setup_code_sha256 = officer.setup_expires_at = None
    act.session.execute(
        update(SignIn)
        .where(SignIn.officer_id == officer.id, SignIn.ended_at.is_(None))
        .values(ended_at=act.now)
    )
    audit.record(act.session, "officer_disabled", act.now, subject=officer.id)
    return Done(Kind.OFFICER, login, Change.CHANGED, str(officer.id))


def _officer(act: Act, login: str) -> Officer:
    wait_for_turn(act)
    found = act.session.scalars(select(Officer).where(Officer.login == login)).first()
    if found is None:
        raise refuse(Mistake.UNKNOWN_OFFICER, key=login)
    return found
