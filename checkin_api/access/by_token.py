"""Who asks through /v1: the registration or the account that a token names, by its key."""

from flask import g, request
from sqlalchemy.orm import Session

from checkin_api.access.callers import Anybody, Caller, OffenderCaller
from checkin_api.access.foreign_keys import note_foreign_key
from checkin_api.access.officers import officer_caller
from checkin_api.access.permissions import Action
from checkin_api.access.proofs import Asked, Flaw, Proof, flawed, read_proof
from checkin_api.access.request_urls import url_of
from checkin_api.access.tokens import (
    Holder,
    HolderKind,
    Token,
    TokenUse,
    presented_token,
)
from checkin_api.extensions import parts, web_settings
from checkin_api.refusals import RefusedError
from checkin_api.routes import Route
from mobile_contract.codes import DeviceState, ProblemCode
from mobile_contract.proofs import PROOF_HEADER
from storage.database import DOOR, transaction
from storage.proofs_seen import remember_proof
from storage.records import Device

# A key is proven here before anybody is known by it; a refresh token may come along.
PROVEN = frozenset(
    {Action.SIGN_IN, Action.ACTIVATE_PHONE, Action.REQUEST_PHONE, Action.REFRESH_TOKENS}
)


def caller_by_token(route: Route) -> Caller:
    """Give who a request is from; raises RefusedError for a token or proof that is not good."""
    if route.action is Action.READ_PUBLIC:
        return Anybody()
    if route.action in PROVEN:
        refreshes = route.action is Action.REFRESH_TOKENS
        _take_proof(presented_token(TokenUse.REFRESH) if refreshes else None)
        return Anybody()
    token = presented_token(TokenUse.ACCESS)
    return Anybody() if token is None else _known(token)


def proven_key() -> Proof:
    """Give the proof that the gate took for this request: whose key sent it."""
    proof: Proof = g.proof
    return proof


def presented_refresh() -> Token | None:
    """Give the refresh token that came with the request; its key is not compared yet."""
    token: Token | None = g.refresh
    return token


def _take_proof(refresh: Token | None) -> None:
    g.proof, g.refresh = _proof(refresh), refresh
    with transaction(parts().sessions, DOOR) as session:
        _use_once(session, g.proof)


def _known(token: Token) -> Caller:
    proof = _proof(token)
    with transaction(parts().sessions, DOOR) as session:
        _use_once(session, proof)
        if proof.thumbprint == token.holder.thumbprint:
            return _caller(session, token.holder)
        note_foreign_key(session, token.holder, proof.thumbprint, parts().now())
    raise RefusedError(ProblemCode.NOT_SIGNED_IN)


def _proof(token: Token | None) -> Proof:
    """Read the request's proof; more than one header reads as one text that is none."""
    asked = Asked(
        request.method,
        url_of(web_settings().public_url, request.path),
        None if token is None else token.text,
    )
    text = request.headers.get(PROOF_HEADER, "")
    return read_proof(text, asked, parts().keys, parts().now())


def _use_once(session: Session, proof: Proof) -> None:
    if not remember_proof(session, proof.digest, proof.expires_at):
        raise flawed(Flaw.REPEATED)


def _caller(session: Session, holder: Holder) -> Caller:
    if holder.kind is HolderKind.OFFICER:
        return officer_caller(session, holder.id, parts().now()) or Anybody()
    device = session.get(Device, holder.id)
    if device is None or device.state is not DeviceState.ACTIVE:
        raise RefusedError(ProblemCode.DEVICE_REVOKED)
    if device.key_thumbprint != holder.thumbprint:
        raise RefusedError(ProblemCode.NOT_SIGNED_IN)
    return OffenderCaller(device.offender_id, device.id)
