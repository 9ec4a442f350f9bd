"""Tokens of phones and tools: issued and checked by flask-jwt-extended, signed by key id."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    decode_token,
)
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import ExpiredSignatureError, InvalidTokenError, PyJWTError

from checkin_api.refusals import RefusedError
from checkin_api.settings import WebSettings
from mobile_contract.codes import ProblemCode
from storage.keys import Keys

ISSUER = "checkin"
AUDIENCE = "checkin-api"


@dataclass(frozen=True)
class Bearer:
    """What a valid token says: who it is for (`device` or `officer`) and the row's id."""

    kind: str
    subject: UUID
    refresh: bool


def install_tokens(app: Flask, keys: Keys, settings: WebSettings) -> None:
    """Set flask-jwt-extended up with the server's keys."""
    app.config.update(
        JWT_ALGORITHM="HS256",
        JWT_DECODE_ALGORITHMS=["HS256"],
        JWT_ENCODE_ISSUER=ISSUER,
        JWT_DECODE_ISSUER=ISSUER,
        JWT_ENCODE_AUDIENCE=AUDIENCE,
        JWT_DECODE_AUDIENCE=AUDIENCE,
        JWT_ACCESS_TOKEN_EXPIRES=settings.access_token_life,
        JWT_REFRESH_TOKEN_EXPIRES=False,
        JWT_ERROR_MESSAGE_KEY="detail",
    )
    manager = JWTManager(app)
    manager.encode_key_loader(lambda _identity: keys.tokens[keys.token_kid])
    manager.decode_key_loader(lambda header, _claims: _key(keys, header))
    manager.additional_headers_loader(lambda _identity: {"kid": keys.token_kid})


def _key(keys: Keys, header: dict[str, Any]) -> bytes:
    kid = header.get("kid")
    if not isinstance(kid, str) or kid not in keys.tokens:
        message = "unknown key id"
        raise InvalidTokenError(message)
    return keys.tokens[kid]


def issue_access(kind: str, subject: UUID, life: timedelta | None = None) -> str:
    """Make an access token for a device or an officer's tool."""
    return str(create_access_token(f"{kind}:{subject}", expires_delta=life))


def issue_refresh(kind: str, subject: UUID) -> str:
    """Make a refresh token that lives as long as its registration."""
    return str(create_refresh_token(f"{kind}:{subject}"))


def presented_token() -> Bearer | None:
    """Read the request's bearer token; None where there is none.

    Raises RefusedError (not_signed_in or token_expired).
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return None
    if scheme.lower() != "bearer":
        raise RefusedError(ProblemCode.NOT_SIGNED_IN)
    return _read(text.strip())


def _read(text: str) -> Bearer:
    try:
        claims = decode_token(text)
        kind, _, subject = str(claims["sub"]).partition(":")
        return Bearer(kind, UUID(subject), refresh=claims["type"] == "refresh")
    except ExpiredSignatureError:
        raise RefusedError(ProblemCode.TOKEN_EXPIRED) from None
    except (PyJWTError, JWTExtendedException, ValueError, KeyError):
        raise RefusedError(ProblemCode.NOT_SIGNED_IN) from None
