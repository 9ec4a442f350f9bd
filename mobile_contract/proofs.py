"""How a sender proves a key (RFC 9449, DPoP): made alike by phones and by the content tool.

A proof is bound to one request, to the server's nonce and, where there is one, to the token. It
carries the sender's clock because the RFC wants it; the server never judges by that.
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm

PROOF_HEADER = "DPoP"
NONCE_HEADER = "DPoP-Nonce"
SCHEME = "DPoP"
PROOF_TYPE = "dpop+jwt"
ALGORITHM = "ES256"


class NoKeyError(Exception):
    """Raised for a file that holds no P-256 key."""


@dataclass(frozen=True)
class Proven:
    """What one proof is bound to; `token` is the one sent beside it, if any."""

    method: str
    url: str  # without query and fragment
    nonce: str | None
    token: str | None = None


class SenderKey:
    """A P-256 key pair; a real phone keeps the private half in its hardware store."""

    def __init__(self, private: EllipticCurvePrivateKey) -> None:
        self._private = private
        self._public = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)

    @classmethod
    def generate(cls) -> "SenderKey":
        """Make a new key pair."""
        return cls(generate_private_key(SECP256R1()))

    @classmethod
    def from_pem(cls, pem: bytes) -> "SenderKey":
        """Read a key pair; raises NoKeyError."""
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as fault:
            raise NoKeyError from fault
        if not isinstance(private, EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
            raise NoKeyError
        return cls(private)

    @property
    def pem(self) -> bytes:
        """The key pair as a file holds it; a secret."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public_jwk(self) -> dict[str, Any]:
        """The public half as a JWK."""
        return dict(self._public)

    def proof(self, proven: Proven, now: datetime, jti: str) -> str:
        """Sign one proof; `jti` must never be used twice."""
        claims: dict[str, Any] = {
            "jti": jti,
            "htm": proven.method,
            "htu": proven.url.partition("?")[0].partition("#")[0],
            "iat": int(now.timestamp()),
        }
        if proven.nonce is not None:
            claims["nonce"] = proven.nonce
        if proven.token is not None:
            claims["ath"] = token_hash(proven.token)
        headers = {"typ": PROOF_TYPE, "jwk": self._public}
        return jwt.encode(claims, self._private, algorithm=ALGORITHM, headers=headers)


def token_hash(token: str) -> str:
    """Give the `ath` of a token: its SHA-256 in base64url."""
    return _text_of(hashlib.sha256(token.encode()).digest())


def thumbprint(jwk: dict[str, Any]) -> str:
    """Give the name of a P-256 key (RFC 7638); `jwk` in its one canonical form."""
    members = ",".join(f'"{name}":"{jwk[name]}"' for name in ("crv", "kty", "x", "y"))
    return _text_of(hashlib.sha256(f"{{{members}}}".encode()).digest())


def _text_of(digest: bytes) -> str:
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
