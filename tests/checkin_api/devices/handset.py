"""A phone whose every header can be forged."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import jwt
from flask import Flask
from werkzeug.test import TestResponse

from checkin_api.access.tokens import HolderKind
from mobile_contract.proofs import SenderKey, thumbprint, token_hash
from storage.keys import make_nonce
from storage.parts import Parts
from storage.records import Device
from tests.factories import Factory
from tests.proofs import access_token, refresh_token

PATH = "/v1/me"


@dataclass(frozen=True)
class Handset:
    """One registration with its key and a token of it."""

    app: Flask
    factory: Factory
    device: UUID
    key: SenderKey
    token: str

    @classmethod
    def registered(cls, app: Flask, factory: Factory) -> "Handset":
        """A phone with an active registration."""
        key = SenderKey.generate()
        device = factory.device(factory.offender().id, key).id
        return cls(app, factory, device, key, access_token(app, HolderKind.DEVICE, device, key))

    @property
    def parts(self) -> Parts:
        """The parts of the application."""
        found: Parts = self.app.extensions["parts"]
        return found

    def claims(self, **changed: Any) -> dict[str, Any]:
        """The claims of a right proof, some of them changed; None leaves one out."""
        right = {
            "jti": str(uuid4()),
            "htm": "GET",
            "htu": self.app.config["PUBLIC_URL"] + PATH,
            "iat": int(self.parts.now().timestamp()),
            "nonce": make_nonce(self.parts.keys, self.parts.now()),
            "ath": token_hash(self.token),
        }
        return {name: said for name, said in (right | changed).items() if said is not None}

    def proof(self, header: dict[str, Any] | None = None, **changed: Any) -> str:
        """A right proof, some of it changed, signed with the phone's key."""
        named = {"typ": "dpop+jwt", "jwk": self.key.public_jwk} | (header or {})
        return jwt.encode(self.claims(**changed), self.key.pem, "ES256", headers=named)

    def show(self, *proofs: str, authorization: str | None = None) -> TestResponse:
        """Ask for the person's own data with these proofs."""
        token = f"DPoP {self.token}" if authorization is None else authorization
        headers = [("DPoP", proof) for proof in proofs]
        if token:
            headers.append(("Authorization", token))
        return self.app.test_client().get(PATH, headers=headers)

    def renew(self, token: str | None = None, key: SenderKey | None = None) -> TestResponse:
        """Ask for new tokens with a refresh token, or by the key alone."""
        changed = {
            "htm": "POST",
            "htu": self.app.config["PUBLIC_URL"] + "/v1/tokens",
            "ath": token_hash(token) if token else None,
        }
        proof = replace(self, key=key or self.key).proof(**changed)
        headers = {"DPoP": proof} | ({"Authorization": f"DPoP {token}"} if token else {})
        return self.app.test_client().post("/v1/tokens", headers=headers)

    def refresh_token(self, generation: int) -> str:
        """A refresh token of the registration, as the server gave it out."""
        return refresh_token(self.app, self.device, self.key, generation)

    def row(self) -> Device:
        """The registration as it is recorded."""
        with self.factory.session() as session:
            return session.get_one(Device, self.device)

    @property
    def thumbprint(self) -> str:
        """The name of the phone's key."""
        return thumbprint(self.key.public_jwk)


def code_of(answer: TestResponse) -> str:
    """Give an answer's problem code; empty for one without a problem."""
    told = answer.get_json()
    return str(told.get("code", "")) if isinstance(told, dict) else ""


def flaw_of(answer: TestResponse) -> str:
    """Give what an answer says is wrong with a proof."""
    told = answer.get_json()
    return str(told["errors"][0]["reason"]) if told.get("errors") else ""
