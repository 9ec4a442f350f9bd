"""Editors sign in with password and code, for one upload; its tokens are bound to their key."""

from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from checkin_api.access.callers import Anybody
from checkin_api.access.foreign_keys import note_foreign_key
from checkin_api.access.officers import posting_in_force
from checkin_api.access.passwords import password_matches
from checkin_api.access.proofs import Proof
from checkin_api.access.second_factor import require_second_factor
from checkin_api.access.tokens import Holder, HolderKind, Token, issue_access, issue_refresh
from checkin_api.extensions import web_settings
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from mobile_contract.content import EditorSignIn, EditorToken
from storage import audit
from storage.database import Scope, ScopeKind, transaction
from storage.parts import Parts
from storage.records import Officer, Posting, Role

UPLOAD_LIFE = timedelta(hours=2)  # a large module over a slow line


def sign_in(parts: Parts, caller: Anybody, body: EditorSignIn, proof: Proof) -> EditorToken:
    """Give an editor tokens for the key of the request's proof.

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
    return _tokens(holder, issue_refresh(holder, generation=0, life=UPLOAD_LIFE), now)


def renew(parts: Parts, caller: Anybody, proof: Proof, token: Token | None) -> EditorToken:
    """Give an access token for the rest of an upload; the refresh token stays what it is.

    Raises RefusedError(not_signed_in), also for the token of another key, which is written down.
    """
    now = parts.now()
    if token is None or token.holder.kind is not HolderKind.OFFICER:
        raise RefusedError(ProblemCode.NOT_SIGNED_IN)
    with transaction(parts.sessions, caller.scope) as session:
        own = token.holder.thumbprint == proof.thumbprint
        if not own:
            note_foreign_key(session, token.holder, proof.thumbprint, now)
        found = session.scalars(_editors(now).where(Officer.id == token.holder.id)).first()
    if not own or found is None:
        raise RefusedError(ProblemCode.NOT_SIGNED_IN)
    return _tokens(token.holder, token.text, now)


def _tokens(holder: Holder, refresh: str, now: datetime) -> EditorToken:
    expires_at = now + web_settings().access_token_life
    return EditorToken(
        access_token=issue_access(holder), access_expires_at=expires_at, refresh_token=refresh
    )


def _editor(session: Session, login: str, now: datetime) -> Officer | None:
    if "\x00" in login:  # PostgreSQL takes no NUL
        return None
    return session.scalars(_editors(now).where(Officer.login == login)).first()


def _editors(now: datetime) -> Select[Officer]:
    editor = select(Posting.id).where(
        Posting.officer_id == Officer.id, Posting.role == Role.EDITOR, posting_in_force(now)
    )
    return select(Officer).where(Officer.disabled_at.is_(None), editor.exists())
