"""Notes that open nothing: metadata unlike the phone, a radius that never changes."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from mobile_contract.codes import CheckInState
from storage.records import CheckIn, RaisedFlag
from tests.exif_texts import MODEL, TAKEN, with_exif
from tests.factories import Factory
from tests.verifier.jobs.draining import checkin, drain, own_selfie
from tests.waiting_work import Waiting, WaitingWork
from verifier.jobs.workplace import Workplace


def notes(factory: Factory, sent: Waiting) -> set[str]:
    """What a check-in raised."""
    with factory.session() as session:
        rows = select(RaisedFlag.code).where(RaisedFlag.checkin_id == sent.id)
        return set(session.scalars(rows))


def verified(
    waiting: WaitingWork, workplace: Workplace, person: UUID, photo: bytes, ago: int = 0
) -> Waiting:
    """A check-in of some days ago with a phone that says what it is."""
    sent = waiting.checkin(person, photo)
    with waiting.factory.session() as session:
        row = session.get_one(CheckIn, sent.key)
        said = {"model": "Redmi Note 12", "os": "Android 14", "install_id": "one"}
        row.body = row.body | {"device": said}
        row.received_at -= timedelta(days=ago)
    drain(workplace)
    return sent


@pytest.mark.parametrize(
    ("texts", "raised"),
    [
        ({MODEL: "EOS 5D"}, {"metadata_differs"}),
        ({TAKEN: "2020:01:01 12:00:00"}, {"metadata_differs"}),
        ({MODEL: "Redmi Note 12"}, set()),
        ({}, set()),
    ],
)
def test_metadata_unlike_the_phone_are_noted_and_open_nothing(
    texts: dict[int, str],
    raised: set[str],
    waiting: WaitingWork,
    workplace: Workplace,
    person: UUID,
) -> None:
    sent = verified(waiting, workplace, person, with_exif(own_selfie(), texts))
    assert notes(waiting.factory, sent) == raised
    assert checkin(waiting.factory, sent).state is CheckInState.CONFIRMED


def test_a_radius_that_never_changes_is_noted_from_the_fifth_fix_on(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, person: UUID
) -> None:
    sent = [
        verified(waiting, workplace, person, own_selfie(seed), ago=6 - seed) for seed in range(6)
    ]
    noted = [notes(factory, one) for one in sent]
    assert noted == [set(), set(), set(), set(), {"accuracy_identical"}, {"accuracy_identical"}]


def test_a_radius_that_changed_once_is_nothing(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, person: UUID
) -> None:
    first = verified(waiting, workplace, person, own_selfie(9), ago=3)
    with factory.session() as session:
        session.execute(update(CheckIn).where(CheckIn.id == first.id).values(accuracy_m=20.5))
    for seed in range(4):
        last = verified(waiting, workplace, person, own_selfie(seed), ago=2)
    assert notes(factory, last) == set()
