"""While check-ins are looked at, those before them end; whatever happens to that costs nobody."""

import gc
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from mobile_contract.codes import CheckInState
from storage.database import DatabaseUnavailableError
from storage.records import Queue
from storage.work import Claim
from tests.factories import Factory
from tests.verifier.jobs.draining import checkin, evidence, ordinary, own_selfie, work_of
from tests.waiting_work import WaitingWork
from verifier.faces.bursts import Probe
from verifier.faces.examine import Look
from verifier.faces.examine import look as real_look
from verifier.jobs import drain, stopping, verify_checkin
from verifier.jobs.beside import Beside, Rest
from verifier.jobs.rows import Row
from verifier.jobs.workplace import Workplace

LONG_S = 20.0
CONFIRMED, WAITS = CheckInState.CONFIRMED, CheckInState.RECEIVED


@pytest.fixture(autouse=True)
def one_a_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each ends alone."""
    monkeypatch.setitem(drain.MOST_TOGETHER, Queue.FACES, 1)


Act = Callable[[Sequence[Claim]], None]
Before = Callable[[Act], threading.Event]


@pytest.fixture
def before_ending(monkeypatch: pytest.MonkeyPatch) -> Before:
    """Lets something happen before each ending; what is returned is set once one is over."""
    look_at_all, over = verify_checkin.look_at_all, threading.Event()

    def lay(act: Act) -> threading.Event:
        def acting(workplace: Workplace, rows: Sequence[Row]) -> Rest:
            rest = look_at_all(workplace, rows)

            def end() -> None:
                try:
                    act([row.claim for row in rows])
                    rest()
                finally:
                    over.set()

            return end

        monkeypatch.setattr(verify_checkin, "look_at_all", acting)
        return over

    return lay


@pytest.mark.media
@pytest.mark.usefixtures("furnished")
def test_one_ends_while_the_next_is_looked_at(
    factory: Factory,
    waiting: WaitingWork,
    before_ending: Before,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    laid = [ordinary(factory, waiting, seed) for seed in range(2)]
    looks_at_next, waited = threading.Event(), list[bool]()

    def look(selfie: bytes, *more: Any) -> Any:
        if selfie == own_selfie(1):
            looks_at_next.set()
        return real_look(selfie, *more)

    monkeypatch.setattr(verify_checkin, "look", look)
    before_ending(lambda _: waited.append(looks_at_next.wait(LONG_S)))
    drain.drain()
    assert waited == [True, True]
    assert [checkin(factory, one).state for one in laid] == [CONFIRMED] * 2


@pytest.mark.media
@pytest.mark.usefixtures("furnished")
def test_one_persons_end_in_the_order_in_which_they_came(
    waiting: WaitingWork, person: UUID, before_ending: Before
) -> None:
    laid = [waiting.checkin(person, own_selfie(seed)) for seed in range(4)]
    ended = list[UUID]()
    before_ending(lambda claims: ended.extend(claim.subject.id for claim in claims))
    drain.drain()
    assert ended == [one.id for one in laid]


@pytest.mark.media
def test_an_ending_that_breaks_is_done_again_one_by_one_at_no_cost(
    factory: Factory, waiting: WaitingWork, furnished: Workplace, before_ending: Before
) -> None:
    drain.MOST_TOGETHER[furnished.queue] = 16
    laid = [ordinary(factory, waiting, seed) for seed in range(5)]
    times = list[int]()

    def break_the_first(_claims: Sequence[Claim]) -> None:
        times.append(1)
        if len(times) == 1:
            raise TypeError

    before_ending(break_the_first)
    drain.drain()
    assert len(times) == 4  # two together, each of them alone, the other three
    assert [checkin(factory, one).state for one in laid] == [CONFIRMED] * 5
    assert [len(evidence(factory, one)) for one in laid] == [1] * 5
    assert [work_of(factory, one.id).attempts for one in laid] == [0] * 5


@pytest.mark.media
@pytest.mark.usefixtures("furnished")
def test_an_ending_without_a_database_is_handed_back_and_ends_the_drain(
    factory: Factory, waiting: WaitingWork, before_ending: Before
) -> None:
    laid = [ordinary(factory, waiting, seed) for seed in range(3)]

    def be_away(_claims: Sequence[Claim]) -> None:
        raise DatabaseUnavailableError

    before_ending(be_away)
    drain.drain()
    assert [checkin(factory, one).state for one in laid] == [WAITS] * 3
    rows = [work_of(factory, one.id) for one in laid]
    assert [(row.attempts, row.lease_token, row.done_at) for row in rows] == [(0, None, None)] * 3


@pytest.mark.media
@pytest.mark.usefixtures("furnished")
def test_a_stop_waits_for_no_ending_that_hangs_and_what_it_writes_later_does_not_count(
    factory: Factory,
    waiting: WaitingWork,
    before_ending: Before,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = ordinary(factory, waiting)
    hangs, goes_on = threading.Event(), threading.Event()

    def hang(_claims: Sequence[Claim]) -> None:
        hangs.set()
        goes_on.wait(LONG_S)

    over = before_ending(hang)
    monkeypatch.setattr(stopping, "asked", hangs.is_set)
    drain.drain()
    assert not goes_on.is_set()
    assert checkin(factory, sent).state is WAITS
    goes_on.set()
    assert over.wait(LONG_S)
    row = work_of(factory, sent.id)
    assert (row.attempts, row.lease_token, row.done_at) == (0, None, None)
    assert checkin(factory, sent).state is WAITS
    assert not evidence(factory, sent)


def test_nobody_begins_to_end_before_the_last_were_waited_for() -> None:
    beside = Beside()
    beside.end([], lambda: None)
    with pytest.raises(RuntimeError):
        beside.end([], lambda: None)
    ending = beside.take_ending()
    assert ending is not None
    ending.wait()
    assert beside.take_ending() is None


def test_an_ending_that_ran_out_of_time_itself_is_no_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out() -> None:
        raise TimeoutError

    beside = Beside()
    beside.end([], run_out)
    ending = beside.take_ending()
    assert ending is not None
    monkeypatch.setattr(stopping, "asked", lambda: True)
    with pytest.raises(TimeoutError):
        ending.wait()


@pytest.mark.media
@pytest.mark.usefixtures("furnished")
def test_who_waits_to_be_concluded_holds_no_pixels(
    factory: Factory, waiting: WaitingWork, monkeypatch: pytest.MonkeyPatch, before_ending: Before
) -> None:
    ordinary(factory, waiting)
    looked, held = list[weakref.ref[Probe]](), list[Probe | None]()

    def noted(*given: Any) -> Look:
        found = real_look(*given)
        assert found.probe is not None
        looked.append(weakref.ref(found.probe))
        return found

    def what_is_held(_claims: Sequence[Claim]) -> None:
        gc.collect()
        held.extend(probe() for probe in looked)

    monkeypatch.setattr(verify_checkin, "look", noted)
    before_ending(what_is_held)
    drain.drain()
    assert held == [None]
