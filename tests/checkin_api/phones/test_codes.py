"""Activation codes die of wrong tries, block nobody else, and say so to the officer only."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from checkin_api.devices.codes import issue_code
from mobile_contract.codes import DeviceState
from mobile_contract.proofs import SenderKey
from storage.records import ActivationCode, Offender, Officer
from tests.checkin_api.arranged import caller_of
from tests.checkin_api.console.conftest import Desk
from tests.checkin_api.phones.asking import Door
from tests.checkin_api.phones.test_asking import shown
from tests.factories import Factory

WRONG = "WRNG2345"


def test_fifty_guesses_at_once_use_a_code_up_at_five(
    door: Door, factory: Factory, person: Offender
) -> None:
    code = factory.activation_code(person.id)
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: door.activate(person.number, WRONG), range(50)))
    assert {answer.status_code for answer in answers} == {401}
    assert door.wrong_tries(person) == [5]
    assert door.activate(person.number, code).status_code == 401
    assert door.of(person) == []


def test_a_right_code_among_fifty_guesses_makes_one_phone_or_none(
    door: Door, factory: Factory, person: Offender
) -> None:
    code = factory.activation_code(person.id)
    tries = [WRONG] * 25 + [code] + [WRONG] * 24
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda one: door.activate(person.number, one), tries))
    good = [answer for answer in answers if answer.status_code == 201]
    assert len(good) == len(door.of(person)) <= 1
    assert door.wrong_tries(person)[0] <= 5


def test_guessing_one_number_blocks_nobody_else(
    door: Door, factory: Factory, person: Offender
) -> None:
    other = factory.offender()
    factory.activation_code(person.id)
    code = factory.activation_code(other.id)
    with factory.session() as holding:  # a guess that takes its time
        holding.scalars(
            select(ActivationCode).where(ActivationCode.offender_id == person.id).with_for_update()
        ).one()
        assert door.activate(other.number, code).status_code == 201


def test_a_number_without_a_living_code_tells_as_little_as_one_of_nobody(
    door: Door, factory: Factory, person: Offender
) -> None:
    with_code = factory.offender()
    factory.activation_code(with_code.id)
    used, key = factory.offender(), SenderKey.generate()
    door.activate(used.number, factory.activation_code(used.id), key)
    numbers = (with_code.number, person.number, used.number, "CQ999999")
    answers = [shown(door.activate(number, WRONG)) for number in numbers]
    assert all(answer == answers[0] for answer in answers)
    assert door.wrong_tries(person) == []


def test_five_wrong_tries_are_shown_to_the_officer_and_a_new_code_works(
    desk: Desk, door: Door, officer: Officer, factory: Factory, person: Offender
) -> None:
    browser, page = desk(officer), f"/people/{person.id}/phones"
    browser.submit(f"/people/{person.id}/activation", "/activation", minutes="30")
    for tries in range(1, 6):
        assert door.activate(person.number, WRONG).status_code == 401
        assert str(tries) in browser.page(page)
    assert "激活码已输错 5 次" in browser.page(page)
    issued = issue_code(factory.parts, caller_of(factory, officer), person.id)
    assert door.activate(person.number, issued.code).status_code == 201
    assert door.wrong_tries(person) == [5, 0]
    assert "激活码已输错" not in browser.page(page)


def test_the_phone_that_is_there_reads_that_a_code_for_another_was_handed_out(
    desk: Desk, door: Door, factory: Factory, officer: Officer, person: Offender
) -> None:
    key = SenderKey.generate()
    registered = factory.device(person.id, key)
    path = f"/people/{person.id}/activation"
    desk(officer).submit(path, path)
    assert door.told(registered.id, key) == ["phone_code_issued"]


@pytest.mark.parametrize(("minutes", "status"), [("30", 200), ("1440", 200), ("1441", 422)])
def test_a_code_lives_for_at_most_a_day(
    desk: Desk, officer: Officer, person: Offender, minutes: str, status: int
) -> None:
    answer = desk(officer).submit(f"/people/{person.id}/activation", "/activation", minutes=minutes)
    assert answer.status_code == status


def test_a_code_is_dead_when_its_time_is_over(
    door: Door, officer: Officer, factory: Factory, person: Offender
) -> None:
    issued = issue_code(factory.parts, caller_of(factory, officer), person.id)
    with factory.session() as session:
        row = session.scalars(select(ActivationCode)).one()
        row.expires_at = factory.parts.now() - timedelta(milliseconds=1)
    assert door.activate(person.number, issued.code).status_code == 401


def test_a_code_for_the_phone_that_asked_ends_its_request(
    door: Door, officer: Officer, factory: Factory, person: Offender
) -> None:
    key = SenderKey.generate()
    asked, another = door.waits(person, key), door.waits(person)
    issued = issue_code(factory.parts, caller_of(factory, officer), person.id)
    assert door.activate(person.number, issued.code, key).status_code == 201
    states = {row.id: row.state for row in door.of(person)}
    assert states.pop(asked.id) is DeviceState.REVOKED
    assert states.pop(another.id) is DeviceState.REVOKED
    assert list(states.values()) == [DeviceState.ACTIVE]
