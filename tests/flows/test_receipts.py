"""A receipt proves each attempt, to the person, to the officer and to whoever has the file."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from mobile_contract.client.connection import RefusedError
from mobile_contract.client.phone import Phone
from mobile_contract.client.receipts import verified_receipt
from mobile_contract.codes import NoPlaceReason, ProblemCode
from mobile_contract.keys import PublishedKeys
from mobile_contract.receipts import ACCEPTED, Receipt
from storage.key_files import KeyUse, add_key
from storage.keys import read_keys
from storage.local_stack import LocalStack
from storage.parts import Parts, utc_now
from storage.records import Offender, Officer, ReceiptRow
from tests.factories import Factory
from tests.photos import photos
from tests.world import World


@pytest.fixture
def offender(factory: Factory) -> Offender:
    return factory.offender()


@pytest.fixture
def officer(factory: Factory, offender: Offender) -> Officer:
    return factory.officer(offender.office_id)


@pytest.fixture
def phone(world: World, offender: Offender) -> Phone:
    return world.phone_of(offender)


def refused(phone: Phone, selfie: bytes) -> Receipt:
    """The receipt of an attempt that is refused."""
    captured = phone.capture(selfie, NoPlaceReason.OFF)
    with pytest.raises(RefusedError) as refusal:
        phone.submit(captured)
    receipt = refusal.value.problem.receipt
    assert receipt is not None
    return receipt


def test_a_refused_attempt_has_a_code_that_the_officer_finds(
    world: World, phone: Phone, offender: Offender, officer: Officer
) -> None:
    receipt = refused(phone, b"no photo at all")
    page = world.officer(officer).page(f"/receipts?code={receipt.short_code}")
    assert offender.number in page
    assert "收到但未能受理" in page


def test_a_late_one_has_its_own_and_the_officer_finds_it(
    world: World, phone: Phone, offender: Offender, officer: Officer
) -> None:
    long_ago = world.factory.parts.now() - timedelta(hours=60)
    world.factory.window(offender.id, opens=long_ago)
    receipt = phone.submit(phone.capture(photos().obama[0], NoPlaceReason.OFF))
    assert receipt.code == ACCEPTED
    assert offender.number in world.officer(officer).page(f"/receipts?code={receipt.short_code}")


def test_there_is_one_for_each_check_in_and_code(phone: Phone, factory: Factory) -> None:
    captured = phone.capture(photos().obama[0], NoPlaceReason.OFF)
    cut = replace(captured, files={"selfie": captured.files["selfie"][:-9]})
    other = replace(captured, files={**captured.files, "frame-9": captured.files["selfie"]})
    codes = [_code_of(phone, one) for one in (cut, cut, other, other, captured, captured)]
    assert codes == ["hash_differs"] * 2 + ["unknown_part"] * 2 + [ACCEPTED] * 2
    with factory.session() as session:
        kept = session.execute(
            select(ReceiptRow.code, func.count()).group_by(ReceiptRow.code)
        ).all()
    assert sorted((code, count) for code, count in kept) == [
        (ACCEPTED, 1),
        ("hash_differs", 1),
        ("unknown_part", 1),
    ]


def _code_of(phone: Phone, submission: object) -> str:
    try:
        return str(phone.submit(submission).code)  # type: ignore[arg-type]
    except RefusedError as refusal:
        return str(refusal.problem.code)


@pytest.mark.parametrize("changed", [False, True])
def test_whoever_has_the_file_can_have_it_checked(
    world: World, phone: Phone, tmp_path: Path, *, changed: bool
) -> None:
    members = refused(phone, b"no photo at all").model_dump(mode="json")
    told = members | ({"code": str(ProblemCode.TOO_LARGE)} if changed else {})
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    command = ["verify-receipt", str(file), "--server", world.url, "--folder", str(tmp_path / "f")]
    ended = subprocess.run(
        [sys.executable, "-m", "mobile_contract.client", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode == 0, json.loads(ended.stdout)["proven"]) == (not changed, not changed)


def test_a_receipt_of_an_old_key_is_proven_after_the_key_was_changed(
    phone: Phone, parts: Parts, stack: LocalStack, tmp_path: Path
) -> None:
    old = refused(phone, b"no photo at all")
    folder = tmp_path / "keys"
    shutil.copytree(stack.environment("web")["KEYS_FOLDER"], folder)
    add_key(folder, KeyUse.RECEIPTS, utc_now())
    renewed = replace(parts, keys=read_keys(folder))
    app = create_app(WebSettings(public_url=stack.public_url), renewed)
    published = PublishedKeys.model_validate_json(app.test_client().get("/v1/keys").data)
    assert renewed.keys.receipt_kid != old.key_id
    assert {renewed.keys.receipt_kid, old.key_id} <= {one.key_id for one in published.keys}
    assert verified_receipt(old.model_dump_json().encode(), published) == old
