"""Editors sign in with a password and get one token for one upload, bound to their key."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import Anybody
from checkin_api.access.officers import posting_in_force
from checkin_api.access.passwords import password_matches
from checkin_api.access.proofs import Proof
from checkin_api.access.second_factor import require_second_factor
from checkin_api.access.tokens import Holder, HolderKind, issue_access
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from mobile_contract.content import EditorSignIn, EditorToken
from storage import audit
from storage.database import Scope, ScopeKind, transaction
from storage.parts import Parts
from storage.records import Officer, Posting, Role

TOKEN_LIFE = timedelta(hours=2)  # a large module over a slow line


def sign_in(parts: Parts, caller: Anybody, body: EditorSignIn, proof: Proof) -> EditorToken:
    """Give an editor a token for the key of the request's proof.

    Raises RefusedError: sign_in_refused without saying why, second_factor_needed once the
    password is right.
    """
    now = parts.now()
    with transaction(parts.sessions, caller.scope) as session:
        editor = _editor(session, body.login, now)
    fits = password_matches(editor.password_hash if editor else None, body.password)
    if editor is None or not fits:
        with transaction(parts.sessions, caller.scope) as session:
            subject = editor.id if editor else None
            audit.record(session, "content_sign_in_refused", now, subject=subject)
        raise RefusedError(ProblemCode.SIGN_IN_REFUSED)
    require_second_factor(parts, editor.id, body.code)
    with transaction(parts.sessions, Scope(ScopeKind.OFFICER, editor.id)) as session:
        audit.record(session, "content_signed_in", now, subject=editor.id)
    holder = Holder(HolderKind.OFFICER, editor.id, proof.thumbprint)
    return EditorToken(
        access_token=issue_access(holder, TOKEN_LIFE),
        access_expires_at=now + TOKEN_LIFE,
    )


def _editor(session: Session, login: str, now: datetime) -> Officer | None:
    if "\x00" in login:  # PostgreSQL takes no NUL
        return None
    editor = select(Posting.id).where(
        Posting.officer_id == Officer.id, Posting.role == Role.EDITOR, posting_in_force(now)
    )
    return session.scalars(
        select(Officer).where(
            Officer.login == login, Officer.disabled_at.is_(None), editor.exists()
        )
    ).first()
