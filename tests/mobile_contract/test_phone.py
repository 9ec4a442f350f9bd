"""The phone keeps what the server does not hold, whatever comes back, and sends it again."""

import json
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from mobile_contract.checkins import CheckInBody
from mobile_contract.client.backoff import Patience
from mobile_contract.client.connection import RefusedError
from mobile_contract.client.delivery import DeliveryOutcome
from mobile_contract.client.keys import NotActivatedError
from mobile_contract.client.phone import Phone
from mobile_contract.client.queue import Submission
from mobile_contract.codes import Datum, NoPlaceReason, NoSelfieReason, ProblemCode
from mobile_contract.places import Place
from tests.mobile_contract.examples import SELFIE_BYTES
from tests.mobile_contract.office import Office, Time, problem

HERE = Place(latitude=29.56, longitude=106.55, datum=Datum.WGS84, accuracy_m=20)
TWICE = Patience(attempts=2, first_wait_s=1)


def outcomes(phone: Phone, patience: Patience = TWICE) -> list[DeliveryOutcome]:
    return [delivery.outcome for delivery in phone.send_queued(patience)]


def lost(_: httpx.Request) -> httpx.Response:
    what = "the answer was lost"
    raise httpx.ReadTimeout(what)


def strange_network(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, html="<html>welcome</html>")


def test_activation_names_the_notice_that_was_shown(office: Office, phone: Phone) -> None:
    sent = json.loads(office.asked[-1].read())
    assert (sent["notice_version"], sent["person_number"]) == ("2026-1", "CQ-1")
    assert phone.capture(NoSelfieReason.CAMERA, NoPlaceReason.OFF)


def test_tokens_and_photos_are_their_owners_only(captured: Submission, tmp_path: Path) -> None:
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert str(captured.id) in {path.parent.name for path in files}


def test_a_check_in_carries_the_last_nonce_seen(office: Office, phone: Phone) -> None:
    phone.me()
    body = CheckInBody.model_validate_json(phone.capture(SELFIE_BYTES, HERE).body)
    assert body.server_nonce == f"nonce-{len(office.asked)}"


def test_what_is_sent_is_byte_for_byte_what_was_frozen(
    office: Office, phone: Phone, captured: Submission, time: Time
) -> None:
    time.sleep(3600)
    assert outcomes(phone) == [DeliveryOutcome.ACCEPTED]
    assert office.checkins[str(captured.id)] == {
        "checkin": captured.body,
        "selfie": SELFIE_BYTES,
    }


def test_each_try_tells_the_clocks_of_its_own_time(
    office: Office, phone: Phone, captured: Submission, time: Time
) -> None:
    time.sleep(3600)
    phone.submit(captured)
    upload = next(one for one in office.asked if one.url.path == "/v1/checkins")
    sent_ms = int(upload.headers["Sent-Monotonic"])
    frozen = CheckInBody.model_validate_json(captured.body)
    assert sent_ms - frozen.captured_monotonic_ms == 3_600_000


def test_a_held_check_in_leaves_and_its_receipt_stays(phone: Phone, captured: Submission) -> None:
    phone.send_queued(TWICE)
    assert phone.checkin_queue.waiting() == []
    assert [receipt["checkin_id"] for receipt in phone.receipts.all()] == [str(captured.id)]


def test_a_capture_survives_the_end_of_the_app(
    office: Office, captured: Submission, time: Time, tmp_path: Path
) -> None:
    assert outcomes(office.phone(tmp_path, time)) == [DeliveryOutcome.ACCEPTED]
    assert list(office.checkins) == [str(captured.id)]


@pytest.mark.parametrize(
    "trouble",
    [
        lost,
        strange_network,
        problem(ProblemCode.UNAVAILABLE),
        problem(ProblemCode.INTERNAL),
        problem(ProblemCode.TOO_MANY),
        problem(ProblemCode.HASH_DIFFERS),
        lambda _: httpx.Response(502, text="bad gateway"),
        lambda _: httpx.Response(302, headers={"Location": "http://portal.example"}),
    ],
)
def test_whatever_trouble_comes_back_the_same_is_sent_again(
    office: Office, phone: Phone, captured: Submission, trouble: object
) -> None:
    office.first("/v1/checkins", trouble)  # type: ignore[arg-type]
    assert outcomes(phone) == [DeliveryOutcome.ACCEPTED]
    assert office.checkins[str(captured.id)]["checkin"] == captured.body


@pytest.mark.parametrize("trouble", [lost, strange_network, problem(ProblemCode.UNAVAILABLE)])
def test_after_the_last_try_it_stays_for_another_day(
    office: Office, phone: Phone, captured: Submission, trouble: object
) -> None:
    office.first("/v1/checkins", trouble, trouble)  # type: ignore[arg-type]
    assert outcomes(phone) == [DeliveryOutcome.WAITING]
    assert phone.checkin_queue.get(captured.id) == captured


def test_an_answer_that_was_lost_gets_the_same_check_in_once(
    office: Office, phone: Phone, captured: Submission
) -> None:
    def held_and_lost(request: httpx.Request) -> httpx.Response:
        office.held(request)
        return lost(request)

    office.first("/v1/checkins", held_and_lost)
    assert outcomes(phone) == [DeliveryOutcome.ACCEPTED]
    assert list(office.checkins) == [str(captured.id)]


def test_waits_grow_are_spread_and_never_shorter_than_asked(
    office: Office, phone: Phone, captured: Submission, time: Time
) -> None:
    busy = problem(ProblemCode.UNAVAILABLE, wait="7")
    office.first("/v1/checkins", *[busy] * 4)
    assert outcomes(phone, Patience()) == [DeliveryOutcome.ACCEPTED]
    assert [7 <= wait <= 7 + 2**attempt for attempt, wait in enumerate(time.waits)] == [True] * 4
    assert len(set(time.waits)) == 4
    assert office.checkins.keys() == {str(captured.id)}


def test_a_token_that_ran_out_is_renewed_on_the_way(
    office: Office, phone: Phone, captured: Submission
) -> None:
    office.first("/v1/checkins", problem(ProblemCode.TOKEN_EXPIRED))
    assert outcomes(phone) == [DeliveryOutcome.ACCEPTED]
    uploads = [one for one in office.asked if one.url.path == "/v1/checkins"]
    used = [one.headers["Authorization"] for one in uploads]
    assert used == ["DPoP first-access", "DPoP second-access"]
    assert str(captured.id) in office.checkins


def test_the_photos_wait_for_a_fresh_token(
    office: Office, phone: Phone, captured: Submission
) -> None:
    office.first("/v1/me", problem(ProblemCode.TOKEN_EXPIRED))
    phone.send_queued(TWICE)
    uploads = [one for one in office.asked if one.url.path == "/v1/checkins"]
    assert [one.headers["Authorization"] for one in uploads] == ["DPoP second-access"]
    assert str(captured.id) in office.checkins


@pytest.mark.parametrize("code", [ProblemCode.DEVICE_REVOKED, ProblemCode.NOT_FOUND])
def test_a_refresh_that_is_refused_drops_nothing(
    office: Office, phone: Phone, captured: Submission, code: ProblemCode
) -> None:
    office.first("/v1/me", problem(ProblemCode.TOKEN_EXPIRED))
    office.first("/v1/tokens", problem(code, retry="never"))
    assert outcomes(phone) == [DeliveryOutcome.SIGN_IN]
    assert phone.checkin_queue.get(captured.id) == captured


def test_a_refusal_reaches_the_caller_with_its_words(office: Office, phone: Phone) -> None:
    office.first("/v1/me", problem(ProblemCode.DEVICE_REVOKED))
    with pytest.raises(RefusedError) as refused:
        phone.me()
    assert refused.value.problem.text_zh == "话"


def test_a_phone_that_is_not_activated_says_so(office: Office, time: Time, tmp_path: Path) -> None:
    with pytest.raises(NotActivatedError):
        office.phone(tmp_path, time).me()


def test_no_token_shows_in_what_a_registration_prints(phone: Phone, tmp_path: Path) -> None:
    assert "access" not in repr(phone._keyring.registration())  # noqa: SLF001
    assert "first-access" in (tmp_path / "registration.json").read_text(encoding="utf-8")


def test_ids_sort_by_the_time_of_capture(phone: Phone, time: Time) -> None:
    ids: list[UUID] = []
    for _ in range(3):
        time.sleep(1)
        ids.append(phone.capture(NoSelfieReason.CAMERA, HERE).id)
    assert ids == sorted(ids)
    assert {one.version for one in ids} == {7}
