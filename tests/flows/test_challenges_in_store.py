"""Challenges for places without a signal: kept by the phone, topped up, and opened once each."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from mobile_contract.challenges import MOST_AHEAD
from mobile_contract.client.delivery import DeliveryOutcome
from mobile_contract.client.phone import Phone
from mobile_contract.codes import NoPlaceReason, NoSelfieReason
from storage.records import Challenge, Offender
from tests.factories import Factory
from tests.world import World
from verifier.challenges import MOST_AN_HOUR

HERE = NoPlaceReason.OFF


@pytest.fixture
def offender(factory: Factory) -> Offender:
    """A person whose plan asks for movement."""
    offender = factory.offender()
    factory.plan(offender.id, movement=True)
    return offender


@pytest.fixture
def phone(world: World, offender: Offender) -> Phone:
    return world.phone_of(offender)


@contextmanager
def no_signal(phone: Phone) -> Iterator[None]:
    """Let no request of a phone get an answer."""
    connection = phone.challenges._connection  # noqa: SLF001 - the line is what is cut
    whole = connection._http  # noqa: SLF001
    connection._http = type(whole)(base_url="http://127.0.0.1:9", timeout=1)  # noqa: SLF001
    try:
        yield
    finally:
        connection._http = whole  # noqa: SLF001


def ids_of_store(phone: Phone) -> set[object]:
    """Open all that can be opened without a signal."""
    with no_signal(phone):
        found = list(iter(phone.challenges.open, None))
    ids = [one.challenge.id for one in found]
    assert len(ids) == len(set(ids))
    return set(ids)


def check_in(phone: Phone) -> None:
    phone.capture(NoSelfieReason.CAMERA, HERE)
    phone.send_queued()


def test_five_are_kept_for_places_without_a_signal_and_topped_up(
    phone: Phone, factory: Factory, offender: Offender
) -> None:
    assert phone.challenges.stock() == MOST_AHEAD
    assert phone.challenges.stock() == MOST_AHEAD
    with factory.session() as session:
        rows = session.scalars(select(Challenge).where(Challenge.offender_id == offender.id)).all()
    assert len(rows) == MOST_AHEAD
    assert {row.ahead for row in rows} == {True}
    assert {(row.open_until - row.issued_at).days for row in rows} == {7}


def test_without_a_signal_those_in_store_are_opened_once_each(phone: Phone) -> None:
    phone.challenges.stock()
    with no_signal(phone):
        found = [phone.challenges.open() for _ in range(MOST_AHEAD + 1)]
    ids = [one.challenge.id for one in found if one is not None]
    assert len(set(ids)) == MOST_AHEAD
    assert found[-1] is None


def test_a_phone_that_could_send_fills_its_store_by_itself(phone: Phone) -> None:
    assert ids_of_store(phone) == set()
    check_in(phone)
    assert len(ids_of_store(phone)) == MOST_AHEAD


def test_one_that_was_opened_is_not_opened_again_while_its_check_in_waits(phone: Phone) -> None:
    phone.challenges.stock()
    with no_signal(phone):
        opened = phone.challenges.open()
    assert opened is not None
    check_in(phone)  # of another kind; the one that answers is not sent yet
    assert opened.challenge.id not in ids_of_store(phone)


def test_who_is_not_asked_to_move_keeps_none(world: World, factory: Factory) -> None:
    phone = world.phone_of(factory.offender())
    check_in(phone)
    assert ids_of_store(phone) == set()


def test_a_store_that_cannot_be_filled_holds_up_nothing(phone: Phone) -> None:
    for _ in range(MOST_AN_HOUR):
        phone.challenges.open()
    submission = phone.capture(NoSelfieReason.CAMERA, HERE)
    assert [one.outcome for one in phone.send_queued()] == [DeliveryOutcome.ACCEPTED]
    assert phone.status(submission.id).id == submission.id
    assert ids_of_store(phone) == set()
