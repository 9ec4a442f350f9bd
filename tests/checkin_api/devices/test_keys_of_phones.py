"""A phone becomes a person's with the key that proves the very request."""

import base64
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from mobile_contract.activation import LARGEST_ATTESTATION
from mobile_contract.codes import DeviceState
from mobile_contract.proofs import SenderKey, thumbprint
from storage.records import Attestation, Device, Offender
from tests.checkin_api.devices.handset import code_of
from tests.factories import Factory
from tests.proofs import sender

PATH = "/v1/activations"


def activate(
    app: Flask, person: Offender, code: str, key: SenderKey | None, **changes: Any
) -> TestResponse:
    body = {
        "person_number": person.number,
        "code": code,
        "install_id": "install-1",
        "device": {"model": "phone", "os": "HarmonyOS 5", "app": "1.0.0"},
        "notice_version": "1",
    } | changes
    shown = {} if key is None else sender(app, key).headers("POST", PATH)
    return app.test_client().post(PATH, json=body, headers=shown)


def devices(factory: Factory, person: Offender) -> list[Device]:
    with factory.session() as session:
        wanted = select(Device).where(Device.offender_id == person.id).order_by(Device.created_at)
        return list(session.scalars(wanted))


@pytest.fixture
def person(factory: Factory) -> Offender:
    return factory.offender()


def test_the_key_of_the_proof_is_registered(app: Flask, factory: Factory, person: Offender) -> None:
    key = SenderKey.generate()
    answer = activate(app, person, factory.activation_code(person.id), key)
    assert answer.status_code == 201
    (row,) = devices(factory, person)
    assert (row.public_key, row.key_thumbprint) == (key.public_jwk, thumbprint(key.public_jwk))


def test_without_a_proof_the_code_is_not_used_up(
    app: Flask, factory: Factory, person: Offender
) -> None:
    code = factory.activation_code(person.id)
    assert code_of(activate(app, person, code, None)) == "invalid_dpop_proof"
    assert activate(app, person, code, SenderKey.generate()).status_code == 201


def test_the_same_key_is_answered_again_and_another_one_is_not(
    app: Flask, factory: Factory, person: Offender
) -> None:
    code, key = factory.activation_code(person.id), SenderKey.generate()
    first, again = (activate(app, person, code, key).get_json() for _ in range(2))
    assert first["device_id"] == again["device_id"]
    assert code_of(activate(app, person, code, SenderKey.generate())) == "activation_refused"
    assert [row.state for row in devices(factory, person)] == [DeviceState.ACTIVE]


def test_a_key_speaks_for_one_person(app: Flask, factory: Factory, person: Offender) -> None:
    key, other = SenderKey.generate(), factory.offender()
    activate(app, person, factory.activation_code(person.id), key)
    answer = activate(app, other, factory.activation_code(other.id), key)
    assert code_of(answer) == "activation_refused"
    assert [row.state for row in devices(factory, person)] == [DeviceState.ACTIVE]
    assert devices(factory, other) == []


def test_a_phone_may_be_registered_anew_with_its_key(
    app: Flask, factory: Factory, person: Offender
) -> None:
    key = SenderKey.generate()
    for _ in range(2):
        answer = activate(app, person, factory.activation_code(person.id), key)
        assert answer.status_code == 201
    states = [row.state for row in devices(factory, person)]
    assert states == [DeviceState.REPLACED, DeviceState.ACTIVE]


@pytest.mark.parametrize("platform", ["android", "ios", "harmony"])
def test_what_the_phone_says_of_its_key_is_kept_and_not_judged(
    app: Flask, factory: Factory, person: Offender, platform: str
) -> None:
    blob = bytes(range(256)) * 20
    sent = {"platform": platform, "blob": base64.b64encode(blob).decode()}
    code = factory.activation_code(person.id)
    answer = activate(app, person, code, SenderKey.generate(), attestation=sent)
    assert answer.status_code == 201
    with factory.session() as session:
        kept = session.scalars(select(Attestation)).one()
    assert (kept.platform, kept.blob, kept.verdict) == (platform, blob, "unknown")


@pytest.mark.parametrize(
    "sent",
    [
        {"platform": "windows", "blob": "AAAA"},
        {"platform": "ios", "blob": "not base64!"},
        {"platform": "ios", "blob": ""},
        {"platform": "ios", "blob": base64.b64encode(bytes(LARGEST_ATTESTATION + 1)).decode()},
        {"platform": "ios"},
    ],
)
def test_an_attestation_of_another_form_is_refused(
    app: Flask, factory: Factory, person: Offender, sent: dict[str, str]
) -> None:
    code = factory.activation_code(person.id)
    answer = activate(app, person, code, SenderKey.generate(), attestation=sent)
    assert (answer.status_code, code_of(answer)) == (422, "invalid_content")
    assert devices(factory, person) == []


@pytest.mark.parametrize("whose", ["the same person's", "another person's"])
def test_a_code_settles_what_the_phone_has_asked_for(
    app: Flask, factory: Factory, person: Offender, whose: str
) -> None:
    asked = person if whose == "the same person's" else factory.offender()
    key = SenderKey.generate()
    waiting = factory.device(asked.id, key).id
    with factory.session() as session:
        session.get_one(Device, waiting).state = DeviceState.WAITING
    answer = activate(app, person, factory.activation_code(person.id), key)
    assert answer.status_code == 201
    with factory.session() as session:
        assert session.get_one(Device, waiting).state is DeviceState.REVOKED
    assert devices(factory, person)[-1].state is DeviceState.ACTIVE
