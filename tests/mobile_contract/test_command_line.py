"""The commands of the reference phone, as somebody types them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mobile_contract.client.arguments import parser
from mobile_contract.client.commands import DONE, REFUSED, WAITING, UsageError, run
from mobile_contract.client.phone import Phone
from mobile_contract.codes import ProblemCode
from tests.mobile_contract.examples import SELFIE_BYTES
from tests.mobile_contract.office import Office, Time, lost, problem

FIX = "--lat 29.56 --lon 106.55 --datum GCJ-02 --accuracy 12"


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def phone(office: Office, tmp_path: Path) -> Phone:
    phone = office.phone(tmp_path / "phone", Time())
    (tmp_path / "me.jpg").write_bytes(SELFIE_BYTES)
    run(phone, parser().parse_args(["activate", "CQ-1", "K7Q2-9F3D"]))
    return phone


def typed(phone: Phone, line: str) -> tuple[int, object]:
    return run(phone, parser().parse_args(line.split()))


def test_a_check_in_is_captured_and_sent(office: Office, phone: Phone, tmp_path: Path) -> None:
    status, answer = typed(phone, f"checkin --selfie {tmp_path / 'me.jpg'} {FIX}")
    assert isinstance(answer, dict)
    assert (status, answer["sent"][0]["outcome"]) == (DONE, "accepted")
    place = json.loads(office.checkins[answer["id"]]["checkin"])["place"]
    assert (place["latitude"], place["datum"]) == (29.56, "GCJ-02")


def test_a_selfie_too_large_for_a_weak_line_is_sent_with_a_warning(
    office: Office, phone: Phone, tmp_path: Path
) -> None:
    (tmp_path / "large.jpg").write_bytes(SELFIE_BYTES + b"\0" * 300 * 1024)
    status, answer = typed(phone, f"checkin --selfie {tmp_path / 'large.jpg'} {FIX}")
    assert isinstance(answer, dict)
    assert status == DONE
    assert "300 KB" in answer["warning"]
    assert answer["id"] in office.checkins


def test_sending_says_which_files_still_wait(office: Office, phone: Phone, tmp_path: Path) -> None:
    _, answer = typed(phone, f"checkin --selfie {tmp_path / 'me.jpg'} {FIX} --offline")
    assert isinstance(answer, dict)
    assert "warning" not in answer
    office.first("/v1/checkins", problem(ProblemCode.UNAVAILABLE), lost)
    office.first(
        f"/v1/checkins/{answer['id']}/files/selfie", *[problem(ProblemCode.UNAVAILABLE)] * 5
    )
    status, sent = typed(phone, "send")
    assert isinstance(sent, list)
    assert (status, sent[0]["outcome"]) == (WAITING, "partly_held")
    assert sent[0]["files_waiting"] == ("selfie",)


def test_a_check_in_without_connection_is_sent_later(office: Office, phone: Phone) -> None:
    typed(phone, "checkin --no-selfie camera --no-place off --offline")
    assert office.checkins == {}
    assert typed(phone, "send")[0] == DONE
    assert len(office.checkins) == 1


@pytest.mark.parametrize(
    ("code", "status"),
    [(ProblemCode.SUPERVISION_ENDED, REFUSED), (ProblemCode.UNAVAILABLE, WAITING)],
)
def test_the_exit_status_tells_refused_from_waiting(
    office: Office, phone: Phone, code: ProblemCode, status: int
) -> None:
    office.first("/v1/checkins", *[problem(code)] * 5)
    assert typed(phone, "checkin --no-selfie camera --no-place off")[0] == status


@pytest.mark.parametrize(
    "place",
    [
        "",
        "--lat 29.56 --lon 106.55 --accuracy 12",
        f"{FIX} --no-place off",
        "--no-place off --lat 1",
    ],
)
def test_half_a_place_is_wrong_use(phone: Phone, place: str) -> None:
    with pytest.raises(UsageError):
        typed(phone, f"checkin --no-selfie camera {place}")


def test_a_place_that_is_none_on_earth_is_wrong_use(phone: Phone) -> None:
    with pytest.raises(UsageError, match="latitude"):
        typed(phone, "checkin --no-selfie camera --lat 200 --lon 1 --datum WGS-84 --accuracy 5")


def test_a_kept_receipt_can_be_checked(phone: Phone, tmp_path: Path) -> None:
    typed(phone, "checkin --no-selfie camera --no-place off")
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(phone.receipts.all()[0]), encoding="utf-8")
    status, answer = typed(phone, f"verify-receipt {receipt}")
    assert isinstance(answer, dict)
    assert (status, answer["proven"]) == (DONE, True)


def test_the_module_runs_and_answers_in_json(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "mobile_contract.client", "me", "--folder", str(tmp_path)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2
    assert json.loads(ended.stdout) == {"error": "this phone is not activated"}
