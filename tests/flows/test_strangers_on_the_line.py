"""Strangers who send or read slowly, or not at all, hold up nobody who is served."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from flask import Flask

from checkin_api.access.tokens import HolderKind
from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from mobile_contract.proofs import SenderKey
from storage.local_stack import LocalStack, Processes
from storage.local_stack.ports import LOOPBACK, choose_ports
from storage.parts import Parts
from tests.checkin_api.arranged import new_id, picture
from tests.factories import Factory
from tests.flows.slow_line import trickle
from tests.flows.test_hostile_bodies import declared
from tests.mobile_contract.examples import BODY
from tests.proofs import signed_in
from tests.servers import ROOT

THREADS = 8
STRANGERS = 5 * THREADS
READERS = 10
LOOKS_WITHIN_S = 30.0  # far less than a stranger is waited for
STALLED = {
    "who says nothing": b"",
    "no request at all, and no end": b"no HTTP\r\n\r\n",
    "half a head": b"GET /v1/app HTTP/1.1\r\nHost: here\r\nAccept",
    "a body without a token": (
        b"POST /v1/checkins HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n--x"
    ),
    "a form half filled in": (
        b"POST /sign-in HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin=somebody"
    ),
}


@pytest.fixture(scope="module")
def url(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web process of few threads, that a handful of strangers would fill."""
    folder = tmp_path_factory.mktemp("few-threads")
    port = choose_ports(("web",), {}, folder / "ports.json")["web"]
    address = f"{LOOPBACK}:{port}"
    settings = {
        "WEB_BIND": address,
        "PUBLIC_URL": f"http://{address}",
        "WEB_WORKERS": "1",
        "WEB_THREADS": str(THREADS),
    }
    few = Processes(
        ROOT / "Procfile", lambda role: {**stack.environment(role), **settings}, Path(folder)
    )
    try:
        few.start(["web"])
        few.wait_ready()
        yield settings["PUBLIC_URL"]
    finally:
        few.stop()


@contextmanager
def strangers(url: str, begun: bytes) -> Iterator[None]:
    """So many connections that were begun in one way and never go on."""
    place = urlsplit(url)
    with ExitStack() as lines:
        for _ in range(STRANGERS):
            line = lines.enter_context(socket.socket())
            line.connect((place.hostname or "", place.port or 80))
            line.settimeout(0)
            if begun:
                line.send(begun)
        yield


@pytest.mark.parametrize("begun", STALLED.values(), ids=STALLED.keys())
def test_strangers_who_stall_leave_threads_for_who_reads(url: str, begun: bytes) -> None:
    with strangers(url, begun):
        for _ in range(READERS):
            answer = httpx.get(f"{url}/v1/app", timeout=LOOKS_WITHIN_S, trust_env=False)
            assert answer.status_code == httpx.codes.OK


def test_a_known_phone_on_a_slow_line_is_waited_for_beside_them(
    url: str, parts: Parts, factory: Factory
) -> None:
    app: Flask = create_app(WebSettings(public_url=url), parts)
    key = SenderKey.generate()
    device = factory.device(factory.offender().id, key)
    shown = signed_in(app, HolderKind.DEVICE, device.id, key).headers("POST", "/v1/checkins")
    selfie = picture(7)
    body = json.dumps(BODY | {"id": str(new_id()), "files": [declared("selfie", selfie)]}).encode()
    request = httpx.Request(
        "POST",
        f"{url}/v1/checkins",
        files={"checkin": body, "selfie": selfie},
        headers=shown,
    )
    with strangers(url, STALLED["a body without a token"]):
        assert trickle(request, 2_000).status == httpx.codes.ACCEPTED
