"""Tokens of phones and tools: issued and checked by flask-jwt-extended, signed by key id.

Each is bound to the key of who got it (`cnf`, RFC 7800) and good for nothing without it.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import jwt
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
from mobile_contract.proofs import SCHEME
from storage.keys import Keys

ISSUER = "checkin"
AUDIENCE = "checkin-api"
LEEWAY_S = 5  # between the clocks of our own machines


class HolderKind(StrEnum):
    """Whose token it is."""

    DEVICE = "device"
    OFFICER = "officer"


class TokenUse(StrEnum):
    """What a token is for; none is taken in the place of the other."""

    ACCESS = "access"
    REFRESH = "refresh"

    @property
    def header(self) -> str:
        """The `typ` of its header (RFC 9068 for access)."""
        return {"access": "at+jwt", "refresh": "rt+jwt"}[self.value]


@dataclass(frozen=True)
class Holder:
    """Who a token is for: a registration or an account, and the key it has to be used with."""

    kind: HolderKind
    id: UUID
    thumbprint: str

    @property
    def claims(self) -> dict[str, Any]:
        """The binding as a token carries it."""
        return {"cnf": {"jkt": self.thumbprint}}


@dataclass(frozen=True)
class Token:
    """What a valid token says; `generation` counts the refresh tokens of a registration."""

    holder: Holder
    generation: int
    text: str = field(repr=False)


def install_tokens(app: Flask, keys: Keys, settings: WebSettings) -> None:
    """Set flask-jwt-extended up with the server's keys."""
    app.config.update(
        JWT_ALGORITHM="HS256",
        JWT_DECODE_ALGORITHMS=["HS256"],
        JWT_ENCODE_ISSUER=ISSUER,
        JWT_DECODE_ISSUER=ISSUER,
        JWT_ENCODE_AUDIENCE=AUDIENCE,
        JWT_DECODE_AUDIENCE=AUDIENCE,
        JWT_DECODE_LEEWAY=LEEWAY_S,
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


def issue_access(holder: Holder, life: timedelta | None = None) -> str:
    """Make an access token for a device or an officer's tool."""
    return str(
        create_access_token(
            f"{holder.kind}:{holder.id}",
            expires_delta=life,
            additional_claims=holder.claims,
            additional_headers={"typ": TokenUse.ACCESS.header},
        )
    )


def issue_refresh(holder: Holder, generation: int, life: timedelta | None = None) -> str:
    """Make a refresh token that lives as long as its registration, a tool's for a while only."""
    return str(
        create_refresh_token(
            f"{holder.kind}:{holder.id}",
            expires_delta=life,
            additional_claims=holder.claims | {"gen": generation},
            additional_headers={"typ": TokenUse.REFRESH.header},
        )
    )


def presented_token(use: TokenUse) -> Token | None:
    """Read the request's token; None where there is none.

    Raises RefusedError (not_signed_in or token_expired). Bearer is not taken: every token is
    bound to a key, and who shows one without proving the key may have stolen it.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return None
    if scheme.lower() != SCHEME.lower():
        raise RefusedError(ProblemCode.NOT_SIGNED_IN)
    return read_token(text.strip(), use)


def read_token(text: str, use: TokenUse) -> Token:
    """Read a token; raises RefusedError (not_signed_in or token_expired)."""
    try:
        claims = decode_token(text)
        typed = jwt.get_unverified_header(text)["typ"] == use.header  # verified just now
        lasts = "exp" in claims or use is TokenUse.REFRESH
        if not typed or claims["type"] != use or not lasts:
            raise RefusedError(ProblemCode.NOT_SIGNED_IN)
        kind, _, subject = str(claims["sub"]).partition(":")
        holder = Holder(HolderKind(kind), UUID(subject), str(claims["cnf"]["jkt"]))
        return Token(holder, int(claims.get("gen", 0)), text)
    except ExpiredSignatureError:
        raise RefusedError(ProblemCode.TOKEN_EXPIRED) from None
    # RecursionError: a text of 4,000 brackets is read before its signature is known.
    except (PyJWTError, JWTExtendedException, ValueError, KeyError, TypeError, RecursionError):
        raise RefusedError(ProblemCode.NOT_SIGNED_IN) from None
