"""While one row is computed the next is claimed, and its photo on its way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import pytest

from mobile_contract.codes import CheckInState
from storage.media import MediaStore, ObjectMissingError, StoredObject
from storage.records import Work
from tests.factories import Factory
from tests.stage import eventually
from tests.verifier.jobs.draining import checkin, evidence, ordinary, own_selfie, work_of
from tests.waiting_work import Waiting, WaitingWork
from verifier.jobs import drain, stopping, verify_checkin
from verifier.jobs.beside import Rest
from verifier.jobs.media_ahead import MOST_BYTES, MediaAhead
from verifier.jobs.rows import Row
from verifier.jobs.workplace import Workplace


class CountingStore:
    """A store that counts what is asked of it; a fault where it holds nothing."""

    def __init__(self, **held: bytes) -> None:
        self.held, self.asked = held, list[str]()

    def fetch(self, stored: StoredObject) -> bytes:
        self.asked.append(stored.key)
        if stored.key not in self.held:
            raise ObjectMissingError(stored.key)
        return self.held[stored.key]


def named(key: str) -> StoredObject:
    return StoredObject("bucket", key, "", 1, "")


def ahead_of(store: CountingStore) -> MediaAhead:
    return MediaAhead(cast("MediaStore", store))


def test_what_was_ordered_is_fetched_once_and_handed_over_once() -> None:
    store = CountingStore(one=b"1")
    ahead = ahead_of(store)
    ahead.order([named("one")])
    assert ahead.fetch(named("one")) == b"1"
    assert store.asked == ["one"]
    assert ahead.fetch(named("one")) == b"1"
    assert store.asked == ["one", "one"]


def test_ordering_again_asks_for_nothing_that_is_on_its_way() -> None:
    store = CountingStore(one=b"1", two=b"2")
    ahead = ahead_of(store)
    ahead.order([named("one")])
    ahead.order([named("one"), named("two")])
    assert (ahead.fetch(named("one")), ahead.fetch(named("two"))) == (b"1", b"2")
    assert store.asked == ["one", "two"]


def test_what_nobody_will_ask_for_is_forgotten() -> None:
    store = CountingStore(one=b"1", two=b"2")
    ahead = ahead_of(store)
    ahead.order([named("one"), named("two")])
    ahead.fetch(named("two"))  # so that the first has come too
    assert ahead.is_here(named("one"))
    ahead.forget([named("one"), named("two")])
    assert not ahead.is_here(named("one"))


def test_large_photos_are_fetched_only_when_they_are_asked_for() -> None:
    store = CountingStore(one=b"1", two=b"2")
    ahead = ahead_of(store)
    large, larger = (replace(named(key), length=MOST_BYTES - 1) for key in ("one", "two"))
    ahead.order([large, larger])
    assert (ahead.fetch(large), store.asked) == (b"1", ["one"])
    assert (ahead.fetch(larger), store.asked) == (b"2", ["one", "two"])


def test_a_photo_that_is_missing_is_told_to_who_asks_for_it_and_is_not_here() -> None:
    ahead = ahead_of(CountingStore())
    ahead.order([named("gone")])
    with pytest.raises(ObjectMissingError):
        ahead.fetch(named("gone"))
    assert not ahead.is_here(named("gone"))


@pytest.mark.media
@pytest.mark.usefixtures("furnished")
def test_a_backlog_is_drained_each_once(
    factory: Factory, waiting: WaitingWork, person: UUID
) -> None:
    laid = [waiting.checkin(person, own_selfie(seed)) for seed in range(5)]
    drain.drain()
    assert {checkin(factory, one).state for one in laid} == {CheckInState.CONFIRMED}
    assert [len(evidence(factory, one)) for one in laid] == [1] * 5


@pytest.mark.media
@pytest.mark.usefixtures("furnished")
def test_the_row_claimed_ahead_is_given_back_by_a_stop_at_no_cost(
    factory: Factory, waiting: WaitingWork, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (waiting.checkin(person, own_selfie(seed)) for seed in range(2))
    monkeypatch.setattr(stopping, "asked", asked_after(factory, first))
    drain.drain()
    assert checkin(factory, first).state is CheckInState.CONFIRMED
    assert checkin(factory, second).state is CheckInState.RECEIVED
    row = work_of(factory, second.id)
    assert (row.lease_token, row.attempts) == (None, 0)


def asked_after(factory: Factory, done: Waiting) -> object:
    """A stop that is asked for once a check-in has been verified."""
    return lambda: checkin(factory, done).state is not CheckInState.RECEIVED


@pytest.mark.media
@pytest.mark.usefixtures("furnished")
def test_the_next_rows_are_claimed_while_these_are_computed(
    factory: Factory, waiting: WaitingWork, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = [waiting.checkin(person, own_selfie(seed)) for seed in range(drain.FIRST + 1)]
    seen = list[Work]()
    begun = verify_checkin.look_at_all

    def look_at_all(workplace: Workplace, rows: Sequence[Row]) -> Rest:
        eventually(lambda: work_of(factory, laid[-1].id).lease_until is not None)
        seen.append(work_of(factory, laid[-1].id))
        return begun(workplace, rows)

    monkeypatch.setattr(verify_checkin, "look_at_all", look_at_all)
    drain.drain()
    assert seen[0].lease_until is not None
    assert seen[0].lease_until > datetime.now(UTC)
    assert not seen[0].examining


@pytest.mark.media
def test_each_photo_of_a_backlog_is_fetched_once(
    factory: Factory, waiting: WaitingWork, furnished: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = list[str]()
    store, fetch = furnished.parts.media, furnished.parts.media.fetch

    def counted(stored: StoredObject) -> bytes:
        fetched.append(stored.key)
        return fetch(stored)

    monkeypatch.setattr(store, "fetch", counted)
    count = 17  # in three parts
    for seed in range(count):
        ordinary(factory, waiting, seed)
    drain.drain()
    assert (len(fetched), len(set(fetched))) == (count, count)
