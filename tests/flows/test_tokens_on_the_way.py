"""Tokens meet slow lines and wrong clocks on real servers; neither keeps a check-in out."""

import json
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from flask import Flask

from checkin_api.access.tokens import LEEWAY_S, HolderKind, issue_access
from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from mobile_contract.client.clocks import Clocks, system_clocks
from mobile_contract.proofs import SenderKey
from storage.parts import Parts
from tests.checkin_api.arranged import new_id
from tests.factories import Factory
from tests.flows.test_hostile_bodies import declared
from tests.mobile_contract.examples import BODY
from tests.photos import photos
from tests.proofs import holder, sender
from tests.world import HERE, World

pytestmark = pytest.mark.media
PATH = "/v1/checkins"


@pytest.fixture
def app(world: World, parts: Parts) -> Flask:
    """An application with the keys of the one that runs, to sign tokens with."""
    return create_app(WebSettings(public_url=world.url), parts)


def ending_soon(app: Flask, device: UUID, key: SenderKey, seconds: float) -> str:
    with app.app_context():
        who = holder(HolderKind.DEVICE, device, key)
        return issue_access(who, timedelta(seconds=seconds - LEEWAY_S))


def beside(app: Flask, key: SenderKey, token: str, method: str, path: str) -> dict[str, str]:
    return replace(sender(app, key), token=token).headers(method, path)


def sent_slowly(url: str, request: httpx.Request, pause_s: float) -> str:
    """Send headers and half of the body, wait, then the rest; gives the status line's code."""
    parts, body = urlsplit(url), request.read()
    head = f"POST {PATH} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    half = len(body) // 2
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=60) as line:
        line.sendall(head.encode() + b"\r\n" + body[:half])
        time.sleep(pause_s)
        line.sendall(body[half:])
        return line.makefile("rb").readline().decode().split()[1]


def test_a_token_that_is_good_when_the_headers_arrive_carries_the_whole_upload(
    world: World, app: Flask, factory: Factory
) -> None:
    key, selfie = SenderKey.generate(), photos().obama[0]
    device = factory.device(factory.offender().id, key)
    token = ending_soon(app, device.id, key, seconds=3)
    shown = beside(app, key, token, "POST", PATH)
    body = json.dumps(BODY | {"id": str(new_id()), "files": [declared("selfie", selfie)]}).encode()
    files = {"checkin": body, "selfie": selfie}
    request = httpx.Request("POST", world.url + PATH, files=files, headers=shown)
    del request.headers["Host"]
    assert sent_slowly(world.url, request, pause_s=5) == "202"
    late = world.client().get("/v1/me", headers=beside(app, key, token, "GET", "/v1/me"))
    assert late.json()["code"] == "token_expired"


@pytest.mark.parametrize("years", [-10, 10])
def test_a_phone_whose_clock_is_ten_years_wrong_is_let_in(
    world: World, factory: Factory, years: int
) -> None:
    right = system_clocks()
    wrong = Clocks(
        lambda: datetime.now(UTC) + timedelta(days=365 * years),
        right.monotonic_ms,
        right.boot_id,
        right.sleep,
    )
    offender = factory.offender()
    phone = world.phone_of(offender, wrong)
    assert phone.me().number == offender.number
    submission = phone.capture(photos().obama[0], HERE)
    assert phone.submit(submission).code == "accepted"


def test_a_phone_that_slept_for_a_day_renews_by_itself(
    world: World, app: Flask, factory: Factory
) -> None:
    offender = factory.offender()
    phone = world.phone_of(offender)
    stored = world.folders[phone] / "registration.json"
    said = json.loads(stored.read_bytes())
    key = SenderKey.from_pem(said["key_pem"].encode())
    said["access_token"] = ending_soon(app, UUID(said["device_id"]), key, seconds=-1)
    stored.write_text(json.dumps(said))
    (world.folders[phone] / "nonce").write_text("of yesterday")
    assert phone.me().number == offender.number
    assert json.loads(stored.read_bytes())["refresh_token"] != said["refresh_token"]
