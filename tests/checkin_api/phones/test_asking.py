"""A lost, wiped or re-installed phone asks: one answer for every number, little for attackers."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from checkin_api.device_requests.pace import LEAST_S
from checkin_api.device_requests.service import MOST_A_DAY, MOST_WAITING
from mobile_contract.codes import DeviceState
from mobile_contract.proofs import SenderKey
from storage.records import Attestation, AuditEntry, Device, ItemEntry, Offender
from tests.checkin_api.phones.asking import Door
from tests.factories import Factory
from tests.proofs import sender
from verifier.registrations import keep_items

WAITING, REVOKED = DeviceState.WAITING, DeviceState.REVOKED
VARIES = {"Server-Time", "DPoP-Nonce", "Request-Id"}


def entries(factory: Factory) -> int:
    """What waits for officers once the clock has looked."""
    with factory.session() as session:
        keep_items(session, factory.parts.now())
        session.flush()
        wanted = select(func.count()).select_from(ItemEntry).where(ItemEntry.settled_at.is_(None))
        return session.scalar(wanted) or 0


def shown(answer: TestResponse) -> tuple[int, object, set[str], dict[str, str]]:
    """Everything of an answer that could tell one from another."""
    headers = {name: value for name, value in answer.headers.items() if name not in VARIES}
    return answer.status_code, answer.get_json(), set(answer.headers.keys()), headers


def test_a_request_waits_for_an_officer_with_its_key_and_words(
    door: Door, factory: Factory, person: Offender
) -> None:
    blob = {"platform": "harmony", "blob": "YXR0ZXN0"}
    answer = door.request(person.number, words="手机掉水里了", attestation=blob)
    assert answer.status_code == 202
    [device] = door.of(person)
    assert (device.state, device.words, device.model) == (WAITING, "手机掉水里了", "P70")
    assert device.key_thumbprint
    assert device.activated_at is None
    assert entries(factory) == 1
    with factory.session() as session:
        assert session.get_one(Attestation, device.id).blob == b"attest"
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject == str(device.id))
        ).all()
    assert "phone_requested" in actions


def test_an_unknown_number_gets_the_same_answer_and_leaves_nothing(
    door: Door, factory: Factory, person: Offender
) -> None:
    known, unknown = door.request(person.number), door.request("CQ999999")
    assert shown(known) == shown(unknown)
    with factory.session() as session:
        assert session.scalar(select(func.count()).select_from(Device)) == 1


def test_an_unknown_number_takes_as_long(door: Door, factory: Factory) -> None:
    people = [factory.offender() for _ in range(9)]

    def taken(number: str) -> float:
        began = time.monotonic()
        assert door.request(number).status_code == 202
        return time.monotonic() - began

    known = statistics.median(taken(one.number) for one in people)
    unknown = statistics.median(taken(f"CQ9999{turn:02}") for turn in range(9))
    assert min(known, unknown) >= LEAST_S
    assert abs(known - unknown) < LEAST_S / 2


def test_the_same_key_again_is_the_same_request(door: Door, person: Offender) -> None:
    key = SenderKey.generate()
    first, again = door.request(person.number, key), door.request(person.number, key)
    assert shown(first) == shown(again)
    assert len(door.of(person)) == 1


def test_a_key_waits_for_one_person_at_a_time(
    door: Door, factory: Factory, person: Offender
) -> None:
    key, other = SenderKey.generate(), factory.offender()
    first, second = door.request(person.number, key), door.request(other.number, key)
    assert shown(first) == shown(second)
    assert len(door.of(person)) == 1
    assert door.of(other) == []


def test_fifty_requests_at_once_leave_three_and_one_item_with_three_entries(
    door: Door, factory: Factory, person: Offender
) -> None:
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: door.request(person.number), range(50)))
    statuses = {answer.status_code for answer in answers}
    assert statuses <= {202, 429}
    assert 202 in statuses
    assert all("Retry-After" in one.headers for one in answers if one.status_code == 429)
    assert len(door.of(person)) == MOST_WAITING
    assert entries(factory) == MOST_WAITING


def test_whoever_was_there_first_is_not_pushed_out_by_a_flood(door: Door, person: Offender) -> None:
    own = door.waits(person)
    for _ in range(MOST_WAITING + 3):
        door.request(person.number)
    assert own.id in {device.id for device in door.of(person, WAITING)}


def test_refused_requests_do_not_come_back_without_end(
    door: Door, factory: Factory, person: Offender
) -> None:
    for _ in range(MOST_A_DAY + 4):
        door.request(person.number)
        with factory.session() as session:
            for row in session.scalars(select(Device).where(Device.state == WAITING)):
                row.move(REVOKED, factory.parts.now())
    assert len(door.of(person)) == MOST_A_DAY
    with factory.session() as session:
        for row in session.scalars(select(Device)):
            row.created_at -= timedelta(hours=24)
    door.request(person.number)
    assert len(door.of(person, WAITING)) == 1


@pytest.mark.parametrize(
    "changes",
    [{"person_number": "500101 19900101 1234"}, {"device": {}}, {"words": "x" * 201}, {"more": 1}],
)
def test_what_is_no_request_is_refused(
    door: Door, person: Offender, changes: dict[str, Any]
) -> None:
    assert door.request(person.number, **changes).status_code == 422
    assert door.of(person) == []


def test_a_request_without_a_proof_or_with_a_used_one_is_refused(
    door: Door, person: Offender
) -> None:
    path, client = "/v1/device-requests", door.app.test_client()
    body = {"person_number": person.number, "install_id": "i", "notice_version": "1",
            "device": {"model": "m", "os": "o", "app": "1.0"}}  # fmt: skip
    assert client.post(path, json=body).status_code == 401
    proof = sender(door.app).headers("POST", path)
    assert client.post(path, json=body, headers=proof).status_code == 202
    assert client.post(path, json=body, headers=proof).status_code == 401
    assert len(door.of(person)) == 1


def test_a_key_that_waits_is_told_no_more_than_one_that_nobody_knows(
    door: Door, person: Offender
) -> None:
    key = SenderKey.generate()
    door.waits(person, key)
    assert shown(door.tokens(key)) == shown(door.tokens(SenderKey.generate()))
