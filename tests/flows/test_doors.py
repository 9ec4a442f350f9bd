"""Nobody comes in without being known, and nobody learns why from more than a code."""

import shutil
import time
from base64 import urlsafe_b64encode
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from flask import Flask

from checkin_api.access.permissions import PERMISSIONS, Who
from checkin_api.access.tokens import HolderKind, TokenUse
from checkin_api.app import create_app, routes
from checkin_api.routes import Route
from checkin_api.settings import WebSettings
from mobile_contract.client.connection import RefusedError
from mobile_contract.codes import DeviceState, ProblemCode
from mobile_contract.proofs import SenderKey
from storage.key_files import KeyUse, add_key
from storage.keys import read_keys
from storage.local_stack import LocalStack
from storage.parts import Parts
from storage.records import Device
from tests.factories import Factory
from tests.photos import photos
from tests.proofs import access_token, sender
from tests.world import HERE, World

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


def forged_tokens(parts: Parts, device: Device) -> dict[str, tuple[str, ProblemCode]]:
    """Tokens for a real device that no door may take."""
    now = int(time.time())
    claims = {
        "sub": f"device:{device.id}", "type": "access", "fresh": False, "jti": "x", "iat": now,
        "nbf": now, "exp": now + 600, "iss": "checkin", "aud": "checkin-api",
        "cnf": {"jkt": device.key_thumbprint},
    }  # fmt: skip
    kid, key = parts.keys.token_kid, parts.keys.tokens[parts.keys.token_kid]
    access, refresh = TokenUse.ACCESS.header, TokenUse.REFRESH.header

    def signed(
        with_key: bytes = key, header: object = kid, typ: str = access, **changed: object
    ) -> str:
        said = {name: value for name, value in (claims | changed).items() if value is not None}
        named = {"typ": typ} | ({"kid": header} if header else {})
        return jwt.encode(said, with_key, algorithm="HS256", headers=named)

    def by_another_way(algorithm: str, with_key: object) -> str:
        headers = {"kid": kid, "typ": access}
        return jwt.encode(claims, with_key, algorithm, headers=headers)  # type: ignore[arg-type]

    refused, expired = ProblemCode.NOT_SIGNED_IN, ProblemCode.TOKEN_EXPIRED
    brackets = urlsafe_b64encode(b"[" * 900).decode().rstrip("=")
    return {
        "right (so that the others are wrong for one reason)": (signed(), ProblemCode.NOT_FOUND),
        "alg none": (by_another_way("none", ""), refused),
        "an elliptic curve in the place of the HMAC": (
            by_another_way("ES256", generate_private_key(SECP256R1())), refused,
        ),
        "a longer HMAC": (by_another_way("HS512", key), refused),
        "another key": (signed(b"0" * 64), refused),
        "unknown kid": (signed(header="nobody"), refused),
        "a kid that is a path": (signed(header="../tokens"), refused),
        "no kid": (signed(header=None), refused),
        "expired": (signed(exp=now - 10), expired),
        "without an end": (signed(exp=None), refused),
        "of tomorrow": (signed(nbf=now + 86_400), refused),
        "another audience": (signed(aud="elsewhere"), refused),
        "no audience": (signed(aud=None), refused),
        "another issuer": (signed(iss="elsewhere"), refused),
        "no issuer": (signed(iss=None), refused),
        "refresh in the place of access": (signed(type="refresh", typ=refresh), refused),
        "refresh by its claim alone": (signed(type="refresh"), refused),
        "refresh by its header alone": (signed(typ=refresh), refused),
        "typ of a plain token": (signed(typ="JWT"), refused),
        "bound to no key": (signed(cnf=None), refused),
        "bound to another key": (signed(cnf={"jkt": "0" * 43}), refused),
        "bound to a number": (signed(cnf=1), refused),
        "no such kind": (signed(sub=f"person:{device.id}"), refused),
        "no subject": (signed(sub="device"), refused),
        "brackets": (f"{signed().split('.')[0]}.{brackets}.x", refused),
        "nothing": ("", refused),
    }  # fmt: skip


@pytest.mark.parametrize("number", range(26))
def test_forged_tokens(number: int, app: Flask, parts: Parts, factory: Factory) -> None:
    key, path = SenderKey.generate(), f"/v1/checkins/{uuid4()}"
    tokens = forged_tokens(parts, factory.device(factory.offender().id, key))
    assert len(tokens) == 26
    name, (token, code) = list(tokens.items())[number]
    shown = replace(sender(app, key), token=token).headers("GET", path)
    answer = app.test_client().get(path, headers=shown)
    assert answer.get_json()["code"] == code, name


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
