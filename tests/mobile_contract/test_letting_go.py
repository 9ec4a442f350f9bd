"""The phone lets go of what was sent only when the server says that it holds it, or never will."""

from pathlib import Path

import httpx
import pytest

from mobile_contract.client.backoff import Patience
from mobile_contract.client.delivery import DeliveryOutcome
from mobile_contract.client.phone import Phone
from mobile_contract.client.queue import Submission
from mobile_contract.codes import Datum, NoSelfieReason, ProblemCode
from mobile_contract.places import Place
from tests.mobile_contract.examples import CHECKIN_ID
from tests.mobile_contract.office import Office, Time, problem

HERE = Place(latitude=29.56, longitude=106.55, datum=Datum.WGS84, accuracy_m=20)
TWICE = Patience(attempts=2, first_wait_s=1)


def outcomes(phone: Phone, patience: Patience = TWICE) -> list[DeliveryOutcome]:
    return [delivery.outcome for delivery in phone.send_queued(patience)]


def test_never_lets_go_and_keeps_the_receipt(
    office: Office, phone: Phone, captured: Submission
) -> None:
    receipt = office.receipt(str(captured.id), {}, "photo_damaged").model_dump(mode="json")
    office.first("/v1/checkins", problem(ProblemCode.PHOTO_DAMAGED, receipt=receipt))
    assert outcomes(phone) == [DeliveryOutcome.REFUSED]
    assert phone.checkin_queue.waiting() == []
    assert [kept["code"] for kept in phone.receipts.all()] == ["photo_damaged"]


def test_a_mistake_of_the_app_waits_for_a_newer_app(
    office: Office, phone: Phone, captured: Submission, time: Time, tmp_path: Path
) -> None:
    office.first("/v1/checkins", problem(ProblemCode.INVALID_CONTENT))
    assert outcomes(phone) == [DeliveryOutcome.STOPPED]
    assert outcomes(phone) == []
    assert outcomes(office.phone(tmp_path, time, app="1.0.1")) == [DeliveryOutcome.ACCEPTED]
    assert str(captured.id) in office.checkins


@pytest.mark.parametrize(
    ("status", "outcome"), [(503, DeliveryOutcome.WAITING), (422, DeliveryOutcome.STOPPED)]
)
def test_an_unknown_way_on_never_drops_anything(
    office: Office, phone: Phone, captured: Submission, status: int, outcome: DeliveryOutcome
) -> None:
    strange = problem(
        ProblemCode.INVALID_CONTENT, code="brand_new", retry="after_lunch", status=status
    )
    office.first("/v1/checkins", strange, strange)
    assert outcomes(phone) == [outcome]
    assert phone.checkin_queue.get(captured.id) == captured


def test_a_receipt_that_is_not_signed_by_the_server_lets_go_of_nothing(
    office: Office, phone: Phone, captured: Submission
) -> None:
    def forged(request: httpx.Request) -> httpx.Response:
        return httpx.Response(202, content=Office().held(request).model_dump_json())

    office.first("/v1/checkins", forged, forged)
    assert outcomes(phone) == [DeliveryOutcome.WAITING]
    assert phone.checkin_queue.get(captured.id) == captured
    assert phone.receipts.all() == []


def test_a_receipt_for_another_check_in_lets_go_of_nothing(
    office: Office, phone: Phone, captured: Submission
) -> None:
    def mixed_up(_: httpx.Request) -> httpx.Response:
        return httpx.Response(202, content=office.receipt(CHECKIN_ID, {}).model_dump_json())

    office.first("/v1/checkins", mixed_up, mixed_up)
    assert outcomes(phone) == [DeliveryOutcome.WAITING]
    assert phone.checkin_queue.waiting() == [captured.id]


def test_a_receipt_for_other_content_lets_go_of_nothing(
    office: Office, phone: Phone, captured: Submission
) -> None:
    def other(_: httpx.Request) -> httpx.Response:
        receipt = office.receipt(str(captured.id), {"checkin": b"{}"})
        return httpx.Response(202, content=receipt.model_dump_json())

    office.first("/v1/checkins", other, other)
    assert outcomes(phone) == [DeliveryOutcome.WAITING]
    assert phone.checkin_queue.get(captured.id) == captured


def test_new_receipt_keys_are_fetched_when_they_are_needed(
    office: Office, phone: Phone, captured: Submission
) -> None:
    phone.published_keys()
    phone.send_queued(TWICE)
    second = phone.capture(NoSelfieReason.DECLINED, HERE)
    office.key = Office().key
    assert outcomes(phone) == [DeliveryOutcome.ACCEPTED]
    assert office.checkins.keys() == {str(captured.id), str(second.id)}
