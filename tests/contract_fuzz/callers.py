"""Who sends the generated requests: each proves its key for every one of them."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import httpx
import requests
from requests.auth import AuthBase

from mobile_contract.client.disk import Disk
from mobile_contract.client.keys import Keyring
from mobile_contract.client.phone import Phone
from mobile_contract.content import EditorSignIn, EditorToken
from mobile_contract.proofs import NONCE_HEADER, PROOF_HEADER, SCHEME, Proven, SenderKey
from storage.records import Offender, Role
from tests.factories import PASSWORD
from tests.world import World


@dataclass
class Prover(AuthBase):
    """Proves a key for each request as it goes out, whatever was generated."""

    key: SenderKey
    token: str | None
    nonce: str

    def __call__(self, sent: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put proof and token on a request."""
        url = str(sent.url).partition("?")[0]
        proven = Proven(str(sent.method), url, self.nonce, self.token)
        proof = self.key.proof(proven, datetime.now(UTC), secrets.token_urlsafe(16))
        sent.headers[PROOF_HEADER] = proof
        if self.token is not None:
            sent.headers["Authorization"] = f"{SCHEME} {self.token}"
        return sent


@dataclass
class Sender:
    """One kind of caller."""

    name: str
    prover: Prover | None = None
    ids: dict[str, str] = field(default_factory=dict)  # what exists, for paths to name

    def heard(self, nonce: str = "") -> None:
        """Take over the nonce of an answer."""
        if self.prover is not None and nonce:
            self.prover.nonce = nonce


def senders(world: World) -> Iterator[Sender]:
    """Give nobody, an editor, and people who are supervised, paused, ended."""
    nonce = world.client().get("/v1/app").headers[NONCE_HEADER]
    yield Sender("nobody")
    yield Sender("a key that nobody knows", Prover(SenderKey.generate(), None, nonce))
    yield Sender("editor", _editor(world, nonce))
    for name, ends_on in (("person", None), ("person, ended", date(2026, 1, 31))):
        person = world.factory.offender(supervised=False)
        world.factory.period(person.id, ends_on)
        phone = world.phone_of(person)
        yield Sender(name, _phone(phone, world, nonce), _own_rows(world, person))


def _phone(phone: Phone, world: World, nonce: str) -> Prover:
    registration = Keyring(world.folders[phone], Disk()).registration()
    return Prover(registration.key, registration.access_token, nonce)


def _own_rows(world: World, person: Offender) -> dict[str, str]:
    window = world.factory.window(person.id, opens=datetime.now(UTC) - timedelta(days=3))
    return {"window_id": str(window)}


def _editor(world: World, nonce: str) -> Prover:
    account = world.factory.officer(role=Role.EDITOR)
    prover = Prover(SenderKey.generate(), None, nonce)
    code = world.factory.code(account)
    body = EditorSignIn(login=account.login, password=PASSWORD, code=code)
    answer = _signed_in(world, prover, body)
    prover.token = EditorToken.model_validate_json(answer.content).access_token
    return prover


def _signed_in(world: World, prover: Prover, body: EditorSignIn) -> httpx.Response:
    address = f"{world.url}/v1/content/sign-in"
    proven = Proven("POST", address, prover.nonce, None)
    proof = prover.key.proof(proven, datetime.now(UTC), secrets.token_urlsafe(16))
    return world.client().post(address, json=body.model_dump(), headers={PROOF_HEADER: proof})
