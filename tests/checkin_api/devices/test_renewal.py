"""Whoever proves the key of an active registration always gets tokens, and nobody else does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from checkin_api.devices.renewal import next_generation
from mobile_contract.codes import DeviceState
from mobile_contract.proofs import SenderKey
from storage.records import AuditEntry, Device
from tests.checkin_api.devices.conftest import Later
from tests.checkin_api.devices.handset import Handset, code_of
from tests.factories import Factory

DAY = timedelta(days=1)


def pair_of(answer: TestResponse) -> tuple[str, str]:
    """Give the access and the refresh token of an answer."""
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    return told["access_token"], told["refresh_token"]


def opens(handset: Handset, access_token: str) -> bool:
    """Tell whether an access token opens the person's own data."""
    holder = replace(handset, token=access_token)
    return holder.show(holder.proof()).status_code == 200


@pytest.mark.parametrize(
    ("newest", "used", "next_one"),
    [
        (0, 0, 1),  # the first is used
        (1, 0, 1),  # its answer was lost: the same successor again
        (1, 1, 2),
        (7, 6, 7),
        (7, 3, 8),  # superseded
        (7, None, 8),  # the key alone
        (7, 9, 10),  # the database was restored from yesterday
    ],
)
def test_which_number_follows(newest: int, used: int | None, next_one: int) -> None:
    assert next_generation(newest, used) == next_one


def test_each_use_gives_a_successor(handset: Handset) -> None:
    access, refresh = pair_of(handset.renew(handset.refresh_token(0)))
    assert opens(handset, access)
    access, following = pair_of(handset.renew(refresh))
    assert opens(handset, access)
    assert following != refresh
    assert handset.row().refresh_generation == 2


def test_a_lost_answer_is_given_again_a_day_later(handset: Handset, later: Later) -> None:
    first = handset.refresh_token(0)
    handset.renew(first)  # the answer is lost
    tomorrow = replace(handset, app=later(DAY))
    access, refresh = pair_of(tomorrow.renew(first))
    assert opens(tomorrow, access)
    assert tomorrow.row().refresh_generation == 1
    pair_of(tomorrow.renew(refresh))
    assert tomorrow.row().refresh_generation == 2


def test_a_superseded_token_gets_a_new_pair_by_its_key(handset: Handset) -> None:
    refresh = first = handset.refresh_token(0)
    for _ in range(3):
        _, refresh = pair_of(handset.renew(refresh))
    access, _ = pair_of(handset.renew(first))
    assert opens(handset, access)
    pair_of(handset.renew(refresh))


def test_the_key_alone_gets_a_new_pair(handset: Handset) -> None:
    access, refresh = pair_of(handset.renew())
    assert opens(handset, access)
    pair_of(handset.renew(refresh))


@pytest.mark.parametrize(
    "token_of",
    [lambda handset: handset.refresh_token(0), lambda _: None],
    ids=["one refresh token", "the key alone"],
)
def test_fifty_at_once_all_get_tokens_that_work(
    handset: Handset, token_of: Callable[[Handset], str | None]
) -> None:
    token = token_of(handset)
    with ThreadPoolExecutor(50) as phones:
        pairs = list(phones.map(lambda _: pair_of(handset.renew(token)), range(50)))
    assert handset.row().state is DeviceState.ACTIVE
    assert all(opens(handset, access) for access, _ in pairs)
    assert all(pair_of(handset.renew(refresh)) for _, refresh in pairs)


def test_another_key_gets_nothing_and_locks_nobody_out(handset: Handset, factory: Factory) -> None:
    stolen = handset.refresh_token(0)
    answer = handset.renew(stolen, key=SenderKey.generate())
    assert (answer.status_code, code_of(answer)) == (401, "not_signed_in")
    row = handset.row()
    assert (row.state, row.foreign_key_seen_at is not None) == (DeviceState.ACTIVE, True)
    with factory.session() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.offender_id) == ("foreign_key_refused", row.offender_id)
    pair_of(handset.renew(stolen))


def test_an_access_token_gets_no_new_pair(handset: Handset) -> None:
    assert code_of(handset.renew(handset.token)) == "not_signed_in"


def test_a_refresh_token_opens_nothing(handset: Handset) -> None:
    assert not opens(handset, handset.refresh_token(0))


@pytest.mark.parametrize("state", [DeviceState.REPLACED, DeviceState.LOST, DeviceState.REVOKED])
def test_a_registration_that_has_ended_gives_no_tokens(
    handset: Handset, factory: Factory, state: DeviceState
) -> None:
    with factory.session() as session:
        session.get_one(Device, handset.device).move(state, factory.parts.now())
    assert code_of(handset.renew(handset.refresh_token(0))) == "device_revoked"
    assert code_of(handset.renew()) == "not_registered"
    assert code_of(handset.show(handset.proof())) == "device_revoked"


def test_a_key_that_waits_reads_as_one_that_nobody_knows(
    handset: Handset, factory: Factory
) -> None:
    waiting, unknown = SenderKey.generate(), SenderKey.generate()
    row = factory.device(factory.offender().id, waiting)
    with factory.session() as session:
        session.get_one(Device, row.id).state = DeviceState.WAITING
    answers = [handset.renew(key=key) for key in (waiting, unknown)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].data == answers[1].data
    assert code_of(answers[0]) == "not_registered"
    told = [set(answer.headers.keys()) for answer in answers]
    assert told[0] == told[1]
    assert answers[0].headers["Retry-After"] == answers[1].headers["Retry-After"]


def test_a_registration_from_before_there_were_keys_gives_no_tokens(
    handset: Handset, factory: Factory
) -> None:
    with factory.session() as session:
        row = session.get_one(Device, handset.device)
        row.public_key = row.key_thumbprint = None
    assert code_of(handset.renew()) == "not_registered"
    assert code_of(handset.show(handset.proof())) == "not_signed_in"
