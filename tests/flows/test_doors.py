"""Nobody comes in without being known, and nobody learns why from more than a code."""

import time
from uuid import uuid4

import httpx
import jwt
import pytest
from flask import Flask

from checkin_api.access.permissions import PERMISSIONS, Who
from checkin_api.app import create_app, routes
from checkin_api.routes import Route
from checkin_api.settings import WebSettings
from mobile_contract.client.connection import RefusedError
from mobile_contract.codes import DeviceState, ProblemCode
from storage.local_stack import LocalStack
from storage.parts import Parts
from storage.records import Device
from tests.factories import Factory
from tests.photos import photos
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
    }  # fmt: skip
    kid, key = parts.keys.token_kid, parts.keys.tokens[parts.keys.token_kid]

    def signed(with_key: bytes = key, header: str | None = kid, **changed: object) -> str:
        named = {"kid": header} if header else {}
        return jwt.encode(claims | changed, with_key, algorithm="HS256", headers=named)

    refused, expired = ProblemCode.NOT_SIGNED_IN, ProblemCode.TOKEN_EXPIRED
    return {
        "right (so that the others are wrong for one reason)": (signed(), ProblemCode.NOT_FOUND),
        "alg none": (jwt.encode(claims, "", algorithm="none", headers={"kid": kid}), refused),
        "another key": (signed(b"0" * 64), refused),
        "unknown kid": (signed(header="nobody"), refused),
        "no kid": (signed(header=None), refused),
        "expired": (signed(exp=now - 1), expired),
        "another audience": (signed(aud="elsewhere"), refused),
        "another issuer": (signed(iss="elsewhere"), refused),
        "refresh in the place of access": (signed(type="refresh"), refused),
        "no such kind": (signed(sub=f"person:{device.id}"), refused),
        "no subject": (signed(sub="device"), refused),
    }


@pytest.mark.parametrize("number", range(11))
def test_forged_tokens(number: int, app: Flask, parts: Parts, factory: Factory) -> None:
    device = factory.device(factory.offender().id)
    name, (token, code) = list(forged_tokens(parts, device).items())[number]
    answer = app.test_client().get(
        f"/v1/checkins/{uuid4()}", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.get_json()["code"] == code, name


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
