"""Proofs of a key (RFC 9449, DPoP): what a sender signs for one request, read and judged.

The sender's clock is not asked: a proof is fresh because it carries a nonce that this server made
minutes ago, and it is used once because its `jti` is remembered for as long.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest
from typing import Any

import jwt
from jwt import PyJWK, PyJWTError
from jwt.algorithms import ECAlgorithm
from jwt.types import Options

from checkin_api.access.request_urls import normal_url
from checkin_api.refusals import RefusedError, at
from mobile_contract.codes import ProblemCode
from mobile_contract.proofs import ALGORITHM, PROOF_TYPE, thumbprint, token_hash
from storage.keys import Keys, nonce_time

NONCE_LIFE = timedelta(minutes=10)
SKEW = timedelta(minutes=1)  # between the clocks of our own machines
LONGEST_PROOF = 4096  # characters; a real one has about 700
LONGEST_JTI = 256
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
# A token's claims; of a proof the RFC knows `iat` only, and that is the sender's clock.
READING: Options = {
    "require": ["jti", "htm", "htu", "iat"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


class Flaw(StrEnum):
    """What can be wrong with a proof, as the refusal names it."""

    LENGTH = "length"
    KIND = "typ_or_alg"
    KEY = "jwk"
    SIGNATURE = "signature"
    METHOD = "htm"
    URL = "htu"
    TOKEN = "ath"  # noqa: S105 - a claim's name
    ID = "jti"
    REPEATED = "repeated"


@dataclass(frozen=True)
class Asked:
    """The request that a proof has to be made for."""

    method: str
    url: str
    token: str | None


@dataclass(frozen=True)
class Proof:
    """A proof that holds: whose key made it, and what keeps it from being used again."""

    jwk: dict[str, Any]
    thumbprint: str
    digest: bytes
    expires_at: datetime


def read_proof(text: str, asked: Asked, keys: Keys, now: datetime) -> Proof:
    """Read the value of the `DPoP` header.

    Raises RefusedError: invalid_dpop_proof saying what is wrong, use_dpop_nonce.
    """
    if not 0 < len(text) <= LONGEST_PROOF:
        raise flawed(Flaw.LENGTH)
    jwk, claims = _verified(text)
    if claims["htm"] != asked.method:
        raise flawed(Flaw.METHOD)
    if not isinstance(claims["htu"], str) or normal_url(claims["htu"]) != normal_url(asked.url):
        raise flawed(Flaw.URL)
    _require_hash(claims.get("ath"), asked.token)
    jti = claims["jti"]
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI or not jti.isascii():
        raise flawed(Flaw.ID)
    made = _nonce_made(claims.get("nonce"), keys, now)
    name = thumbprint(jwk)
    digest = hashlib.sha256(f"{name} {jti}".encode()).digest()
    return Proof(jwk, name, digest, made + NONCE_LIFE + SKEW)


def _verified(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give key and claims of a proof whose signature holds."""
    try:
        header = jwt.get_unverified_header(text)
        jwk = header.get("jwk")
        if header.get("typ") != PROOF_TYPE or header.get("alg") != ALGORITHM:
            raise flawed(Flaw.KIND)
        if not isinstance(jwk, dict) or not jwk.keys().isdisjoint(PRIVATE_MEMBERS):
            raise flawed(Flaw.KEY)
        key = PyJWK.from_dict(jwk, ALGORITHM).key
        claims: dict[str, Any] = jwt.decode(text, key, algorithms=[ALGORITHM], options=READING)
    except (PyJWTError, ValueError, TypeError, RecursionError):
        raise flawed(Flaw.SIGNATURE) from None
    # Written anew: base64url has spare bits, and one key must not have two names.
    return ECAlgorithm.to_jwk(key, as_dict=True), claims


def _require_hash(claimed: object, token: str | None) -> None:
    if token is None:
        return
    fits = isinstance(claimed, str) and claimed.isascii()
    if not fits or not compare_digest(str(claimed), token_hash(token)):
        raise flawed(Flaw.TOKEN)


def _nonce_made(nonce: object, keys: Keys, now: datetime) -> datetime:
    """Give when this server made a proof's nonce, on whichever of its machines."""
    made = nonce_time(keys, nonce) if isinstance(nonce, str) else None
    if made is None or not -SKEW <= now - made <= NONCE_LIFE:
        raise RefusedError(ProblemCode.USE_DPOP_NONCE)
    return made


def flawed(flaw: Flaw) -> RefusedError:
    """Give the refusal of a proof, which names the flaw and no value."""
    return RefusedError(ProblemCode.INVALID_DPOP_PROOF, at("DPoP", flaw))
