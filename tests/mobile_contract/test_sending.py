"""A check-in goes over a weak line in pieces, and nothing that arrived is sent twice."""

import json
from pathlib import Path

import httpx
import pytest

from mobile_contract.client.backoff import Patience
from mobile_contract.client.delivery import Delivery, DeliveryOutcome
from mobile_contract.client.phone import Phone
from mobile_contract.client.queue import Submission
from mobile_contract.codes import ProblemCode
from tests.mobile_contract.conftest import HERE
from tests.mobile_contract.examples import SELFIE_BYTES
from tests.mobile_contract.office import Answer, Office, Time, lost, problem

FRAME = b"\xff\xd8 a frame \xff\xd9"
TWICE = Patience(attempts=2, first_wait_s=1)
CHECKINS = "/v1/checkins"


@pytest.fixture
def captured(phone: Phone) -> Submission:
    return phone.capture(SELFIE_BYTES, HERE, frames=[FRAME])


def sent(phone: Phone, patience: Patience = TWICE) -> Delivery:
    """What became of the one entry."""
    return phone.send_queued(patience)[0]


def answer_lost(office: Office) -> Answer:
    """Everything arrives, and the answer is lost."""

    def held_but_unheard(request: httpx.Request) -> httpx.Response:
        office.right_answer(request)
        return lost(request)

    return held_but_unheard


def steps(office: Office) -> list[tuple[str, str]]:
    """The requests about check-ins, by method and what they were for."""
    asked = [one for one in office.asked if one.url.path.startswith(CHECKINS)]
    return [(one.method, one.url.path.rsplit("/", 1)[-1]) for one in asked]


def path_of(captured: Submission, name: str) -> str:
    """Where one file goes."""
    return f"{CHECKINS}/{captured.id}/files/{name}"


def test_a_good_line_takes_one_request(office: Office, phone: Phone, captured: Submission) -> None:
    assert sent(phone).outcome is DeliveryOutcome.ACCEPTED
    assert steps(office) == [("POST", "checkins")]
    assert office.checkins[str(captured.id)]["frame-1"] == FRAME
    assert phone.checkin_queue.waiting() == []


def test_without_an_answer_the_json_goes_alone_and_then_each_file(
    office: Office, phone: Phone, captured: Submission, time: Time
) -> None:
    office.first(CHECKINS, lost)
    assert sent(phone).outcome is DeliveryOutcome.ACCEPTED
    assert steps(office) == [
        ("POST", "checkins"),
        ("POST", "checkins"),
        ("PUT", "selfie"),
        ("PUT", "frame-1"),
    ]
    assert len(time.waits) == 1
    posted = [one for one in office.asked if one.url.path == CHECKINS]
    assert SELFIE_BYTES in posted[0].content
    assert SELFIE_BYTES not in posted[1].content
    assert office.checkins[str(captured.id)] == {
        "checkin": captured.body,
        "selfie": SELFIE_BYTES,
        "frame-1": FRAME,
    }


def test_each_file_has_patience_of_its_own(
    office: Office, phone: Phone, captured: Submission, time: Time
) -> None:
    office.first(CHECKINS, lost)
    office.first(path_of(captured, "selfie"), lost)
    office.first(path_of(captured, "frame-1"), lost)
    assert sent(phone).outcome is DeliveryOutcome.ACCEPTED
    assert len(time.waits) == 3


def test_patience_ends_on_a_line_that_carries_questions_and_no_photo(
    office: Office, phone: Phone, captured: Submission
) -> None:
    office.first(CHECKINS, lost)
    office.first(path_of(captured, "selfie"), *[lost] * 4)
    delivery = sent(phone)
    assert delivery.outcome is DeliveryOutcome.PARTLY_HELD
    assert delivery.files_waiting == ("frame-1", "selfie")
    assert delivery.trouble == "ReadTimeout"
    assert phone.checkin_queue.get(captured.id) == captured


def test_a_photo_whose_answer_was_lost_is_asked_about_and_not_sent_again(
    office: Office, phone: Phone, captured: Submission
) -> None:
    office.first(CHECKINS, lost)
    office.first(path_of(captured, "selfie"), answer_lost(office))
    assert sent(phone).outcome is DeliveryOutcome.ACCEPTED
    assert steps(office)[2:] == [("PUT", "selfie"), ("GET", str(captured.id)), ("PUT", "frame-1")]


def test_a_check_in_whose_answer_was_lost_is_not_sent_again_with_its_photos(
    office: Office, phone: Phone, captured: Submission
) -> None:
    office.first(CHECKINS, answer_lost(office))
    assert sent(phone) == Delivery(captured.id, DeliveryOutcome.ACCEPTED)
    assert steps(office) == [("POST", "checkins")] * 2
    assert phone.checkin_queue.waiting() == []


def test_a_proxy_that_takes_the_header_away_costs_one_question(
    office: Office, phone: Phone, captured: Submission
) -> None:
    office.says_what_is_held = False
    assert sent(phone).outcome is DeliveryOutcome.ACCEPTED
    assert steps(office) == [("POST", "checkins"), ("GET", str(captured.id))]


def test_what_is_left_after_a_restart_is_sent_and_nothing_else(
    office: Office, phone: Phone, captured: Submission, time: Time, tmp_path: Path
) -> None:
    office.first(CHECKINS, lost)
    office.first(path_of(captured, "frame-1"), *[lost] * TWICE.attempts)
    assert sent(phone).files_waiting == ("frame-1",)
    before = len(steps(office))
    restarted = office.phone(tmp_path, time)
    assert sent(restarted).outcome is DeliveryOutcome.ACCEPTED
    assert steps(office)[before:] == [("GET", str(captured.id)), ("PUT", "frame-1")]


def test_an_answer_that_does_not_hold_the_photo_lets_go_of_nothing(
    office: Office, phone: Phone, captured: Submission
) -> None:
    told = {
        "id": str(captured.id),
        "state": "received",
        "since": "2026-03-01T00:00:00Z",
        "next": {"step": "send_files"},
        "files": [{"name": "selfie", "held": False}, {"name": "frame-1", "held": False}],
    }
    office.first(CHECKINS, lost)
    forgetful = lambda _: httpx.Response(200, json=told)  # noqa: E731 - an answer, in one line
    office.first(path_of(captured, "selfie"), *[forgetful] * 4)
    assert sent(phone).outcome is DeliveryOutcome.PARTLY_HELD
    assert phone.checkin_queue.get(captured.id) == captured


def test_a_photo_that_can_never_be_taken_is_let_go_of_and_the_others_are_not(
    office: Office, phone: Phone, captured: Submission
) -> None:
    office.first(CHECKINS, lost)
    office.first(path_of(captured, "selfie"), problem(ProblemCode.PHOTO_DAMAGED))
    delivery = sent(phone)
    assert delivery.outcome is DeliveryOutcome.REFUSED
    assert delivery.files_waiting == ("frame-1",)
    assert sent(phone).outcome is DeliveryOutcome.ACCEPTED
    assert "frame-1" in office.checkins[str(captured.id)]
    assert phone.checkin_queue.waiting() == []


def test_bytes_that_changed_on_the_way_are_sent_again(
    office: Office, phone: Phone, captured: Submission
) -> None:
    office.first(CHECKINS, lost)
    office.first(path_of(captured, "selfie"), problem(ProblemCode.HASH_DIFFERS))
    assert sent(phone).outcome is DeliveryOutcome.ACCEPTED
    assert steps(office).count(("PUT", "selfie")) == 2


def test_a_file_that_the_server_does_not_know_waits_for_a_newer_app(
    office: Office, phone: Phone, captured: Submission
) -> None:
    office.first(CHECKINS, lost)
    office.first(path_of(captured, "selfie"), problem(ProblemCode.NOT_FOUND))
    assert sent(phone).outcome is DeliveryOutcome.STOPPED
    assert phone.checkin_queue.get(captured.id) == captured


def test_nobody_waits_for_a_verdict_while_files_are_still_here(
    office: Office, phone: Phone, captured: Submission, time: Time
) -> None:
    office.first(CHECKINS, lost)
    office.first(path_of(captured, "selfie"), *[lost] * 4)
    sent(phone)
    waited = len(time.waits)
    assert phone.follow(captured.id, 60).next.step == "send_files"
    assert len(time.waits) == waited


def test_the_receipt_is_the_same_with_the_photos_and_without(
    office: Office, phone: Phone, captured: Submission
) -> None:
    alone = phone.submit(Submission(captured.id, captured.body, {}))
    assert phone.submit(captured) == alone
    assert {part.name for part in alone.parts} == {"checkin", "selfie", "frame-1"}
    assert json.loads(office.checkins[str(captured.id)]["checkin"])["id"] == str(captured.id)
