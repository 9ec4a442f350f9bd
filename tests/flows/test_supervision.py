"""What a phone gets when its owner's supervision pauses, ends, or goes to another office."""

import json
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from mobile_contract.client.backoff import Patience
from mobile_contract.client.connection import RefusedError
from mobile_contract.client.delivery import DeliveryOutcome
from mobile_contract.client.phone import Phone
from mobile_contract.client.queue import Submission
from mobile_contract.codes import (
    CheckInState,
    NoPlaceReason,
    NoSelfieReason,
    ProblemCode,
    Retry,
    SupervisionState,
    WindowOutcome,
)
from mobile_contract.shapes import instant_text
from storage.records import (
    CheckIn,
    EndReason,
    Offender,
    PauseReason,
    ReceiptRow,
    SupervisionPause,
    SupervisionPeriod,
)
from tests.factories import Factory
from tests.stage import eventually
from tests.world import World
from verifier.local_time import local_date, local_instant

AT_ONCE = Patience(attempts=1)


@pytest.fixture
def person(factory: Factory) -> Offender:
    """A person under supervision."""
    return factory.offender()


@pytest.fixture
def phone(world: World, person: Offender) -> Phone:
    """Their phone."""
    return world.phone_of(person)


def today(factory: Factory) -> date:
    """The day in Asia/Shanghai."""
    return local_date(factory.parts.now())


def end_on(factory: Factory, person: Offender, day: date, decided: datetime | None = None) -> None:
    """Give the person's period its last day."""
    with factory.session() as session:
        row = session.scalars(
            select(SupervisionPeriod).where(SupervisionPeriod.offender_id == person.id)
        ).one()
        row.ends_on = day
        if decided is not None:
            row.end_reason, row.ended_by, row.end_decided_at = EndReason.COMPLETED, "x", decided


def pause_on(factory: Factory, person: Offender, first: date, last: date | None) -> None:
    """Lay a pause of the person's period."""
    with factory.session() as session:
        period = session.scalars(
            select(SupervisionPeriod.id).where(SupervisionPeriod.offender_id == person.id)
        ).one()
        session.add(
            SupervisionPause(
                period_id=period,
                offender_id=person.id,
                starts_on=first,
                ends_on=last,
                reason=PauseReason.TREATMENT,
                created_by="x",
                created_at=factory.parts.now(),
            )
        )


def captured(phone: Phone) -> UUID:
    """A check-in in the phone's queue."""
    return phone.capture(NoSelfieReason.CAMERA, NoPlaceReason.OFF).id


def test_on_the_last_day_a_check_in_is_taken(
    factory: Factory, person: Offender, phone: Phone
) -> None:
    end_on(factory, person, today(factory), decided=factory.parts.now())
    captured(phone)
    assert [one.outcome for one in phone.send_queued(AT_ONCE)] == [DeliveryOutcome.ACCEPTED]


def test_after_the_last_day_it_is_answered_for_good_with_a_receipt(
    factory: Factory, person: Offender, phone: Phone
) -> None:
    end_on(factory, person, today(factory) - timedelta(days=1))
    checkin = captured(phone)
    delivery = phone.send_queued(AT_ONCE)[0]
    assert delivery.outcome is DeliveryOutcome.REFUSED
    assert delivery.problem is not None
    assert delivery.problem.code is ProblemCode.SUPERVISION_ENDED
    assert delivery.problem.retry is Retry.NEVER
    receipt = delivery.problem.receipt
    assert receipt is not None
    assert (receipt.checkin_id, receipt.code) == (checkin, ProblemCode.SUPERVISION_ENDED)
    assert phone.checkin_queue.waiting() == []
    assert str(checkin) in {one["checkin_id"] for one in phone.receipts.all()}
    with factory.session() as session:
        assert session.scalars(select(CheckIn)).all() == []
        assert session.scalars(select(ReceiptRow.code)).one() == "supervision_ended"


def test_the_same_refused_again_has_the_same_receipt(
    factory: Factory, person: Offender, phone: Phone
) -> None:
    end_on(factory, person, today(factory) - timedelta(days=1))
    submission = phone.capture(NoSelfieReason.CAMERA, NoPlaceReason.OFF)
    codes = []
    for _ in range(2):
        with pytest.raises(RefusedError) as refused:
            phone.submit(submission)
        assert refused.value.problem.receipt is not None
        codes.append(refused.value.problem.receipt.short_code)
    assert codes[0] == codes[1]


@pytest.mark.parametrize(("days_since", "taken"), [(3, True), (4, False)])
def test_captured_on_the_last_day_it_is_taken_for_72_hours(
    factory: Factory, person: Offender, phone: Phone, days_since: int, *, taken: bool
) -> None:
    last = today(factory) - timedelta(days=days_since)
    end_on(factory, person, last)
    frozen = phone.capture(NoSelfieReason.CAMERA, NoPlaceReason.OFF)
    body = json.loads(frozen.body)
    body["captured_at"] = instant_text(local_instant(last, time(23, 59)))
    body["server_nonce"] = None  # it would say that the capture was not before today
    sent = Submission(frozen.id, json.dumps(body).encode(), frozen.files)
    if taken:
        assert phone.submit(sent).code == "accepted"
        return
    with pytest.raises(RefusedError) as refused:
        phone.submit(sent)
    assert refused.value.problem.code == ProblemCode.SUPERVISION_ENDED


def test_what_was_accepted_before_the_end_is_answered_as_ever_after_it(
    factory: Factory, person: Offender, phone: Phone
) -> None:
    submission = phone.capture(NoSelfieReason.CAMERA, NoPlaceReason.OFF)
    receipt = phone.submit(submission)
    end_on(factory, person, today(factory) - timedelta(days=9))
    assert phone.submit(submission) == receipt


def test_after_the_end_reading_stays_open_and_says_so(
    factory: Factory, person: Offender, phone: Phone
) -> None:
    submission = phone.capture(NoSelfieReason.CAMERA, NoPlaceReason.OFF)
    phone.submit(submission)
    end_on(factory, person, today(factory) - timedelta(days=1))
    told = phone.me().supervision
    assert told is not None
    assert told.state is SupervisionState.ENDED
    assert told.ends_on == today(factory) - timedelta(days=1)
    assert "已结束" in told.text_zh
    assert phone.status(submission.id).id == submission.id
    assert [one.id for one in phone.checkins().checkins] == [submission.id]
    assert phone.windows().windows == ()
    phone.notices()


def test_in_a_pause_a_check_in_is_taken_and_judged_and_settles_no_window(
    world: World, factory: Factory, person: Offender, phone: Phone
) -> None:
    window = factory.window(person.id)
    pause_on(factory, person, today(factory), None)
    checkin = captured(phone)
    assert [one.outcome for one in phone.send_queued(AT_ONCE)] == [DeliveryOutcome.ACCEPTED]
    status = world.verdict(phone, checkin)
    assert status.state is CheckInState.IN_REVIEW  # without a photo an officer looks
    assert status.window is None
    told = next(one for one in phone.windows().windows if one.id == window)
    assert told.checkin_id is None
    supervision = phone.me().supervision
    assert supervision is not None
    assert supervision.state is SupervisionState.PAUSED
    assert supervision.pause is not None
    assert supervision.pause.starts_on == today(factory)


def test_a_pause_to_come_is_announced(factory: Factory, person: Offender, phone: Phone) -> None:
    tomorrow = today(factory) + timedelta(days=1)
    pause_on(factory, person, tomorrow, tomorrow)
    told = phone.me().supervision
    assert told is not None
    assert told.pause is not None
    assert (told.state, told.pause.ends_on) == (SupervisionState.RUNNING, tomorrow)


def test_the_clock_takes_back_a_window_that_a_changed_period_no_longer_asks_for(
    factory: Factory, person: Offender, phone: Phone
) -> None:
    window = factory.window(person.id, opens=factory.parts.now() + timedelta(days=2))
    end_on(factory, person, today(factory))

    def withdrawn() -> bool:
        told = phone.windows().windows
        return any(one.id == window and one.outcome is WindowOutcome.WITHDRAWN for one in told)

    assert eventually(withdrawn, within_s=90, every_s=1)
