"""How often a person's phone may come, and that this costs nobody a check-in."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from checkin_api.app import create_app
from checkin_api.checkins.refused import MOST_KEPT
from checkin_api.settings import WebSettings
from mobile_contract.client.backoff import Patience
from mobile_contract.client.connection import RefusedError
from mobile_contract.client.delivery import DeliveryOutcome
from mobile_contract.client.phone import Phone
from mobile_contract.codes import NoSelfieReason, ProblemCode, WindowOutcome
from storage.database import Scope, ScopeKind, transaction
from storage.local_stack import LocalStack
from storage.parts import Parts
from storage.records import CheckIn, Offender, ReceiptRow, Window
from tests.factories import Factory
from tests.world import HERE
from verifier.attendance.settle import settle

SITE = "http://phones.test"
NOBODY_LISTENS = "redis://127.0.0.1:1/0"
Carrier = Callable[..., Phone]


class Answers(httpx.BaseTransport):
    """The web process, and every answer it gave."""

    def __init__(self, within: httpx.BaseTransport) -> None:
        self.within = within
        self.given: list[httpx.Response] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.within.handle_request(request)
        self.given.append(answer)
        return answer


@pytest.fixture
def offender(factory: Factory) -> Offender:
    return factory.offender()


@pytest.fixture
def answers() -> list[Answers]:
    return []


@pytest.fixture
def redis_url(stack: LocalStack) -> str:
    return stack.environment("web")["REDIS_URL"]


@pytest.fixture
def phone_on(
    factory: Factory, redis_url: str, offender: Offender, tmp_path: Path, answers: list[Answers]
) -> Iterator[Carrier]:
    """Activates the person's phone on a web process with limits of its own."""
    opened: list[httpx.Client] = []

    def of(counted_at: str = redis_url, **limits: str) -> Phone:
        settings = replace(WebSettings(SITE, redis_url=counted_at), **limits)  # type: ignore[arg-type]
        app = create_app(settings, factory.parts)
        answers.append(Answers(httpx.WSGITransport(app=app)))
        http = httpx.Client(transport=answers[-1], base_url=SITE)
        opened.append(http)
        phone = Phone(SITE, tmp_path / f"phone{len(opened)}", http=http)
        phone.activate(offender.number, factory.activation_code(offender.id))
        return phone

    yield of
    for client in opened:
        client.close()


def refused(phone: Phone, selfie: bytes | NoSelfieReason = NoSelfieReason.DECLINED) -> ProblemCode:
    with pytest.raises(RefusedError) as refusal:
        phone.submit(phone.capture(selfie, HERE))
    return ProblemCode(refusal.value.problem.code)


def held(factory: Factory, offender: Offender) -> int:
    with factory.session() as session:
        rows = session.scalars(select(CheckIn.id).where(CheckIn.offender_id == offender.id))
        return len(rows.all())


def test_one_check_in_too_many_waits_and_known_ones_are_answered_again(
    phone_on: Carrier, factory: Factory, offender: Offender, answers: list[Answers]
) -> None:
    phone = phone_on(phone_checkins="2 per hour")
    captured = [phone.capture(NoSelfieReason.DECLINED, HERE) for _ in range(2)]
    receipts = [phone.submit(one) for one in captured]
    assert refused(phone) is ProblemCode.TOO_MANY
    assert 1 <= int(answers[-1].given[-1].headers["Retry-After"]) <= 3600
    assert [phone.submit(one) for one in captured] == receipts
    assert held(factory, offender) == 2


def test_broken_check_ins_do_not_count(phone_on: Carrier) -> None:
    phone = phone_on(phone_checkins="1 per hour")
    for _ in range(3):
        assert refused(phone, b"no photo") is ProblemCode.PHOTO_NOT_JPEG
    phone.submit(phone.capture(NoSelfieReason.DECLINED, HERE))


def test_of_broken_check_ins_without_end_the_first_of_a_minute_leave_receipts(
    phone_on: Carrier, factory: Factory, offender: Offender
) -> None:
    phone = phone_on()
    broken = [phone.capture(b"no photo", HERE) for _ in range(MOST_KEPT + 3)]
    for one in (*broken, broken[0]):
        with pytest.raises(RefusedError) as refusal:
            phone.submit(one)
        assert refusal.value.problem.code == ProblemCode.PHOTO_NOT_JPEG
    assert refusal.value.problem.receipt is not None  # the first one's, which stands
    with factory.session() as session:
        kept = select(ReceiptRow.number).where(ReceiptRow.offender_id == offender.id)
        assert len(session.scalars(kept).all()) == MOST_KEPT


def test_a_check_in_refused_as_one_too_many_is_contact(
    phone_on: Carrier, parts: Parts, factory: Factory, offender: Offender
) -> None:
    phone = phone_on(phone_checkins="1 per hour")
    phone.submit(phone.capture(NoSelfieReason.DECLINED, HERE))
    window = factory.window(offender.id)
    assert refused(phone) is ProblemCode.TOO_MANY
    later = parts.now() + timedelta(hours=2)
    with transaction(parts.sessions, Scope(ScopeKind.CLOCK)) as session:
        settle(session, [window], later)
    with factory.session() as session:
        assert session.get_one(Window, window).outcome is WindowOutcome.TECHNICAL


def test_a_phone_keeps_what_was_too_many_and_gets_it_through(
    phone_on: Carrier, factory: Factory, offender: Offender
) -> None:
    phone = phone_on(phone_checkins="1 per 2 seconds")
    phone.capture(NoSelfieReason.DECLINED, HERE)
    phone.capture(NoSelfieReason.DECLINED, HERE)
    first = phone.send_queued(patience=Patience(attempts=1))
    assert {one.outcome for one in first} == {DeliveryOutcome.ACCEPTED, DeliveryOutcome.WAITING}
    second = phone.send_queued(patience=Patience(attempts=5))
    assert [one.outcome for one in second] == [DeliveryOutcome.ACCEPTED]
    assert held(factory, offender) == 2


def test_reading_is_limited_by_person_and_sending_is_not_part_of_it(phone_on: Carrier) -> None:
    phone = phone_on(phone_requests="3 per minute")
    for _ in range(3):
        phone.me()
    with pytest.raises(RefusedError) as refusal:
        phone.me()
    assert refusal.value.problem.code == ProblemCode.TOO_MANY
    assert refusal.value.wait_s >= 1
    phone.submit(phone.capture(NoSelfieReason.DECLINED, HERE))


def test_without_redis_nothing_is_limited(
    phone_on: Carrier, factory: Factory, offender: Offender
) -> None:
    phone = phone_on(NOBODY_LISTENS, phone_checkins="1 per hour", phone_requests="1 per hour")
    for _ in range(3):
        phone.submit(phone.capture(NoSelfieReason.DECLINED, HERE))
        phone.me()
    assert held(factory, offender) == 3


def test_a_redis_that_hangs_is_asked_once_and_then_left_alone(phone_on: Carrier) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(0.1)
        port = silent.getsockname()[1]
        phone = phone_on(f"redis://127.0.0.1:{port}/0", phone_checkins="1 per hour")
        for _ in range(3):
            phone.submit(phone.capture(NoSelfieReason.DECLINED, HERE))
        silent.accept()[0].close()
        with pytest.raises(TimeoutError):  # it was asked once, by everything above together
            silent.accept()


def test_guesses_at_a_number_are_limited_on_the_line_they_come_from(
    phone_on: Carrier,
) -> None:
    phone = phone_on(entrances_per_number="3 per hour")
    number = uuid4().hex[:12]
    codes = []
    for _ in range(5):
        with pytest.raises(RefusedError) as refusal:
            phone.activate(number, "AAAAAAAA")
        codes.append(str(refusal.value.problem.code))
    assert codes == ["activation_refused"] * 3 + ["too_many"] * 2
