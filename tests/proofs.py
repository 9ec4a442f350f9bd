"""Whoever has a key and writes requests by hand: what an app does, and what none would."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from flask import Flask

from checkin_api.access.tokens import Holder, HolderKind, issue_access, issue_refresh
from mobile_contract.proofs import PROOF_HEADER, SCHEME, Proven, SenderKey, thumbprint
from storage.keys import Keys, make_nonce
from storage.parts import Parts

Headers = dict[str, str]


@dataclass(frozen=True)
class Sender:
    """A key, the address it is proven for, and a token if there is one."""

    server: Keys  # whose nonces it uses
    url: str
    now: datetime
    key: SenderKey = field(default_factory=SenderKey.generate)
    token: str | None = None

    def headers(self, method: str, path: str) -> Headers:
        """What one request shows; never twice the same."""
        proven = Proven(method, self.url + path, make_nonce(self.server, self.now), self.token)
        shown = {PROOF_HEADER: self.key.proof(proven, self.now, str(uuid4()))}
        return shown | ({} if self.token is None else {"Authorization": f"{SCHEME} {self.token}"})


def sender(app: Flask, key: SenderKey | None = None) -> Sender:
    """Somebody with a key and no token."""
    parts: Parts = app.extensions["parts"]
    url: str = app.config["PUBLIC_URL"]
    return Sender(parts.keys, url, parts.now(), key or SenderKey.generate())


def holder(kind: HolderKind, row_id: UUID, key: SenderKey) -> Holder:
    """What a token for a key says of whom it is for."""
    return Holder(kind, row_id, thumbprint(key.public_jwk))


def access_token(app: Flask, kind: HolderKind, row_id: UUID, key: SenderKey) -> str:
    """A token as the server gives it out."""
    with app.app_context():
        return issue_access(holder(kind, row_id, key))


def refresh_token(app: Flask, device_id: UUID, key: SenderKey, generation: int) -> str:
    """A refresh token as the server gives it out."""
    with app.app_context():
        return issue_refresh(holder(HolderKind.DEVICE, device_id, key), generation)


def signed_in(app: Flask, kind: HolderKind, row_id: UUID, key: SenderKey | None = None) -> Sender:
    """Somebody with a key and a token of it."""
    known = key or SenderKey.generate()
    token = access_token(app, kind, row_id, known)
    plain = sender(app, known)
    return Sender(plain.server, plain.url, plain.now, known, token)
