"""Many phones on slow lines hold nobody else up, and each reads its answer."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from flask import Flask
from sqlalchemy import select

from checkin_api.access.tokens import HolderKind
from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from mobile_contract.codes import ProblemCode, Retry
from mobile_contract.proofs import SenderKey
from storage.parts import Parts
from storage.records import CheckIn, Media
from tests.checkin_api.arranged import new_id, picture
from tests.factories import Factory
from tests.flows.slow_line import trickle
from tests.flows.test_hostile_bodies import declared
from tests.mobile_contract.examples import BODY
from tests.proofs import Headers, Sender, signed_in
from tests.world import World

pytestmark = pytest.mark.media
PATH = "/v1/checkins"
SLOW = 2_000  # bytes a second
UPLOADS = 30
LOOKS = 10


@pytest.fixture
def app(world: World, parts: Parts) -> Flask:
    """An application with the keys of the one that runs, to sign tokens with."""
    return create_app(WebSettings(public_url=world.url), parts)


def somebody(app: Flask, factory: Factory) -> Sender:
    key = SenderKey.generate()
    device = factory.device(factory.offender().id, key)
    return signed_in(app, HolderKind.DEVICE, device.id, key)


def upload(world: World, shown: Headers, selfie: bytes) -> httpx.Request:
    body = json.dumps(BODY | {"id": str(new_id()), "files": [declared("selfie", selfie)]}).encode()
    files = {"checkin": body, "selfie": selfie}
    return httpx.Request("POST", world.url + PATH, files=files, headers=shown)


def test_thirty_slow_uploads_hold_up_nobody_who_reads(
    world: World, app: Flask, factory: Factory
) -> None:
    selfie, reader = picture(7) * 4, somebody(app, factory)
    requests = [
        upload(world, somebody(app, factory).headers("POST", PATH), selfie) for _ in range(UPLOADS)
    ]
    with ThreadPoolExecutor(UPLOADS) as lines:
        sending = [lines.submit(trickle, request, SLOW) for request in requests]
        for _ in range(LOOKS):
            answer = world.client().get("/v1/windows", headers=reader.headers("GET", "/v1/windows"))
            assert answer.status_code == 200
        assert not any(one.done() for one in sending)
    assert {one.result().status for one in sending} == {202}


def test_a_refusal_is_read_by_who_is_still_sending(
    world: World, app: Flask, factory: Factory
) -> None:
    known = somebody(app, factory)
    shown = known.headers("POST", PATH) | {"Authorization": "DPoP not-a-token"}
    answer = trickle(upload(world, shown, picture(7) * 4), 10 * SLOW)
    assert (answer.status, json.loads(answer.body)["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("until", [0.01, 0.9])
def test_a_body_that_breaks_off_is_asked_for_again_and_leaves_nothing_but_its_receipt(
    world: World, app: Flask, factory: Factory, until: float
) -> None:
    known, checkin_id = somebody(app, factory), str(new_id())
    shown = known.headers("POST", PATH) | {"Idempotency-Key": checkin_id}
    told = json.loads(trickle(upload(world, shown, picture(7)), 100 * SLOW, until).body)
    assert (told["code"], told["retry"]) == (ProblemCode.PART_MISSING, Retry.SAME)
    assert told["receipt"]["checkin_id"] == checkin_id
    with factory.session() as session:
        assert session.scalars(select(CheckIn)).all() == []
        assert session.scalars(select(Media)).all() == []
