"""A phone and the office that answers it, as it should or not."""

from pathlib import Path

import pytest

from mobile_contract.client.phone import Phone
from mobile_contract.client.queue import Submission
from mobile_contract.codes import Datum
from mobile_contract.places import Place
from tests.mobile_contract.examples import SELFIE_BYTES
from tests.mobile_contract.office import Office, Time

HERE = Place(latitude=29.56, longitude=106.55, datum=Datum.WGS84, accuracy_m=20)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def phone(office: Office, time: Time, tmp_path: Path) -> Phone:
    phone = office.phone(tmp_path, time)
    phone.activate("CQ-1", "K7Q2-9F3D")
    return phone


@pytest.fixture
def captured(phone: Phone) -> Submission:
    return phone.capture(SELFIE_BYTES, HERE)
