"""Nobody comes in without being known, and nobody learns why from more than a code."""

import shutil
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from flask import Flask

from checkin_api.access.permissions import PERMISSIONS, Who
from checkin_api.access.tokens import LEEWAY_S, HolderKind, TokenUse
from checkin_api.app import create_app, routes
from checkin_api.routes import Route
from checkin_api.settings import WebSettings
from mobile_contract.client.connection import RefusedError
from mobile_contract.codes import DeviceState, ProblemCode
from mobile_contract.proofs import SenderKey
from storage.key_files import KeyUse, add_key
from storage.keys import Keys, read_keys
from storage.local_stack import LocalStack
from storage.parts import Parts
from storage.records import Device
from tests.factories import Factory
from tests.photos import photos
from tests.proofs import access_token, sender
from tests.world import HERE, World

ACCESS, REFRESH = TokenUse.ACCESS.header, TokenUse.REFRESH.header
SOME_PATH = {"<sha256>": "0" * 64}


def address(route: Route) -> str:
    """A path that fits a route, with ids that nobody has."""
    path = route.path
    for step in route.path.split("/"):
        if step.startswith("<uuid:"):
            path = path.replace(step, str(uuid4()), 1)
        elif step.startswith("<"):
            path = path.replace(step, SOME_PATH.get(step, "x"), 1)
    return path


@pytest.fixture
def app(stack: LocalStack, parts: Parts, empty: None) -> Flask:  # noqa: ARG001 - order
    return create_app(WebSettings(public_url=stack.public_url), parts)


CLOSED = [route for route in routes() if Who.ANYBODY not in PERMISSIONS[route.action]]


@pytest.mark.parametrize("route", CLOSED, ids=[f"{r.method} {r.path}" for r in CLOSED])
def test_a_closed_route_lets_nobody_in_who_is_not_signed_in(route: Route, app: Flask) -> None:
    answer = app.test_client().open(address(route), method=route.method)
    if route.path.startswith("/v1/"):
        assert answer.status_code == httpx.codes.UNAUTHORIZED
        assert answer.get_json()["code"] == ProblemCode.NOT_SIGNED_IN
    else:
        assert answer.status_code == httpx.codes.SEE_OTHER
        assert answer.headers["Location"].startswith("/sign-in")


@dataclass
class Forger:
    """Signs tokens for a real device, with the server's own key or another."""

    keys: Keys
    device: Device

    def claims(self) -> dict[str, Any]:
        """What a right token says."""
        now = int(time.time())
        return {
            "sub": f"device:{self.device.id}", "type": "access", "fresh": False, "jti": "x",
            "iat": now, "nbf": now, "exp": now + 600, "iss": "checkin", "aud": "checkin-api",
            "cnf": {"jkt": self.device.key_thumbprint},
        }  # fmt: skip

    def said(self, **changed: object) -> str:
        """A token that says something else; None leaves it out."""
        return self.headed({}, **changed)

    def headed(self, header: dict[str, Any], **changed: object) -> str:
        """A token with another header."""
        claims = {name: value for name, value in (self.claims() | changed).items() if value}
        named = {"typ": ACCESS, "kid": self.keys.token_kid} | header
        return jwt.encode(claims, self.keys.tokens[self.keys.token_kid], "HS256", headers=named)

    def signed(self, algorithm: str, key: Any) -> str:
        """A token signed in another way."""
        headers = {"kid": self.keys.token_kid, "typ": ACCESS}
        return jwt.encode(self.claims(), key, algorithm, headers=headers)


def forged_headers(forger: Forger) -> dict[str, str]:
    """Tokens that no key of the server's signed as they say, by what is wrong with them."""
    key, curve = forger.keys.tokens[forger.keys.token_kid], generate_private_key(SECP256R1())
    brackets = urlsafe_b64encode(b"[" * 900).decode().rstrip("=")
    return {
        "alg none": forger.signed("none", ""),
        "an elliptic curve in the place of the HMAC": forger.signed("ES256", curve),
        "a longer HMAC": forger.signed("HS512", key),
        "another key": forger.signed("HS256", b"0" * 64),
        "unknown kid": forger.headed({"kid": "nobody"}),
        "a kid that is a path": forger.headed({"kid": "../tokens"}),
        "no kid": jwt.encode(forger.claims(), key, "HS256", headers={"typ": ACCESS}),
        "refresh by its header alone": forger.headed({"typ": REFRESH}),
        "refresh in the place of access": forger.headed({"typ": REFRESH}, type="refresh"),
        "typ of a plain token": forger.headed({"typ": "JWT"}),
        "brackets": f"{forger.said().partition('.')[0]}.{brackets}.x",
        "nothing": "",
    }


def forged_claims(forger: Forger) -> dict[str, str]:
    """Tokens that are signed rightly and say something that no token says."""
    device = forger.device.id
    return {
        "without an end": forger.said(exp=None),
        "of tomorrow": forger.said(nbf=int(time.time()) + 86_400),
        "another audience": forger.said(aud="elsewhere"),
        "no audience": forger.said(aud=None),
        "another issuer": forger.said(iss="elsewhere"),
        "no issuer": forger.said(iss=None),
        "refresh by its claim alone": forger.said(type="refresh"),
        "bound to no key": forger.said(cnf=None),
        "bound to another key": forger.said(cnf={"jkt": "0" * 43}),
        "bound to a number": forger.said(cnf=1),
        "no such kind": forger.said(sub=f"person:{device}"),
        "no subject": forger.said(sub="device"),
    }


@pytest.mark.parametrize("forge", [forged_headers, forged_claims])
@pytest.mark.parametrize("number", range(12))
def test_forged_tokens(
    number: int, forge: Callable[[Forger], dict[str, str]], app: Flask, factory: Factory
) -> None:
    key = SenderKey.generate()
    device = factory.device(factory.offender().id, key)
    name, token = list(forge(Forger(app.extensions["parts"].keys, device)).items())[number]
    assert shown(app, key, token) == ProblemCode.NOT_SIGNED_IN, name


def test_a_token_opens_until_it_ends(app: Flask, factory: Factory) -> None:
    key = SenderKey.generate()
    forger = Forger(app.extensions["parts"].keys, factory.device(factory.offender().id, key))
    ended = int(time.time()) - LEEWAY_S - 1
    assert shown(app, key, forger.said()) == ProblemCode.NOT_FOUND  # in, to no check-in
    assert shown(app, key, forger.said(exp=ended)) == ProblemCode.TOKEN_EXPIRED


def shown(app: Flask, key: SenderKey, token: str) -> str:
    """Show a token beside a right proof; gives the problem's code."""
    path = f"/v1/checkins/{uuid4()}"
    headers = replace(sender(app, key), token=token).headers("GET", path)
    return str(app.test_client().get(path, headers=headers).get_json()["code"])


def test_two_signing_keys_are_believed_at_once_until_one_is_retired(
    stack: LocalStack, parts: Parts, factory: Factory, tmp_path: Path
) -> None:
    key = SenderKey.generate()
    device = factory.device(factory.offender().id, key).id
    old = shutil.copytree(stack.environment("web")["KEYS_FOLDER"], tmp_path / "keys")
    apps = {"before": _app_of(stack, parts, old)}
    retired = next(old.glob(KeyUse.TOKENS.pattern))
    add_key(old, KeyUse.TOKENS, parts.now())
    apps["with both"] = _app_of(stack, parts, old)
    retired.unlink()
    apps["without the old"] = _app_of(stack, parts, old)

    def opens(signed_by: str, asked_at: str) -> bool:
        token = access_token(apps[signed_by], HolderKind.DEVICE, device, key)
        shown = replace(sender(apps[asked_at], key), token=token).headers("GET", "/v1/me")
        answer = apps[asked_at].test_client().get("/v1/me", headers=shown)
        return answer.status_code == httpx.codes.OK

    assert [opens(by, "with both") for by in apps] == [True, True, True]
    assert [opens(by, "without the old") for by in apps] == [False, True, True]
    assert not opens("with both", "before")


def _app_of(stack: LocalStack, parts: Parts, keys: Path) -> Flask:
    return create_app(
        WebSettings(public_url=stack.public_url), replace(parts, keys=read_keys(keys))
    )


def test_a_revoked_phone_is_told_so_at_its_next_request(world: World, factory: Factory) -> None:
    phone = world.phone_of(factory.offender())
    device = phone.me().device.id
    with factory.session() as session:
        session.get_one(Device, device).move(DeviceState.REVOKED, factory.parts.now())
    with pytest.raises(RefusedError) as refused:
        phone.me()
    assert refused.value.problem.code == ProblemCode.DEVICE_REVOKED


def test_a_code_dies_after_five_wrong_tries(world: World, factory: Factory) -> None:
    offender = factory.offender()
    code = factory.activation_code(offender.id)
    for _ in range(5):
        assert _refused_activation(world, offender.number, "WRONG234") == "activation_refused"
    assert _refused_activation(world, offender.number, code) == "activation_refused"


def test_an_unknown_number_gets_the_same_answer_as_a_wrong_code(world: World) -> None:
    assert _refused_activation(world, "CQ999999", "WRONG234") == "activation_refused"


def _refused_activation(world: World, number: str, code: str) -> str:
    try:
        world.phone(number, code)
    except RefusedError as refused:
        return str(refused.problem.code)
    return "activated"


def test_a_second_phone_replaces_the_first(world: World, factory: Factory) -> None:
    offender = factory.offender()
    first, second = world.phone_of(offender), world.phone_of(offender)
    assert second.me().device.state is DeviceState.ACTIVE
    with pytest.raises(RefusedError) as refused:
        first.me()
    assert refused.value.problem.code == ProblemCode.DEVICE_REVOKED


def test_a_person_reads_nothing_of_another(world: World, factory: Factory) -> None:
    mine, other = world.phone_of(factory.offender()), world.phone_of(factory.offender())
    submission = mine.capture(photos().obama[0], HERE)
    mine.submit(submission)
    with pytest.raises(RefusedError) as refused:
        other.status(submission.id)
    assert refused.value.problem.code == ProblemCode.NOT_FOUND
