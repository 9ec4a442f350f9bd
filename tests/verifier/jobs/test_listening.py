"""A horse that is done listens for a while: the next check-in of a rush costs no fork."""

import threading
import time
from collections.abc import Callable

import pytest

from storage.records import Queue
from tests.factories import Factory
from tests.verifier.jobs.draining import ordinary, work_of
from tests.waiting_work import Waiting, WaitingWork
from verifier.jobs import drain, stopping
from verifier.jobs.workplace import Workplace

SHORTLY_S, LONG_S = 0.3, 30.0


@pytest.fixture
def listening(furnished: Workplace, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """A workplace that listens as long as it may; nobody has rung yet."""
    monkeypatch.setattr(drain, "LISTENS_S", LONG_S)
    furnished.parts.bell.heard(Queue.FACES)
    return furnished


def soon(act: Callable[[], object]) -> None:
    """Do something while the test drains."""
    threading.Timer(SHORTLY_S, act).start()


def test_a_ring_is_heard_once_and_only_on_its_queue(listening: Workplace) -> None:
    bell = listening.parts.bell
    assert not bell.heard(Queue.FACES)
    bell.ring(Queue.FACES)
    bell.ring(Queue.FACES)
    assert not bell.heard(Queue.CHORES)
    assert bell.heard(Queue.FACES)
    assert not bell.heard(Queue.FACES)


@pytest.mark.media
def test_one_that_comes_while_a_horse_listens_is_done_by_it(
    factory: Factory,
    waiting: WaitingWork,
    listening: Workplace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drain, "LISTENS_S", 2.0)
    first, later = ordinary(factory, waiting, 1), list[Waiting]()

    def come() -> None:
        later.append(ordinary(factory, waiting, 2))
        listening.parts.bell.ring(Queue.FACES)

    soon(come)
    drain.drain()
    (second,) = later
    for one in (first, second):
        assert work_of(factory, one.id).done_at is not None
    assert not listening.parts.bell.heard(Queue.FACES)  # no other horse is forked for it


@pytest.mark.usefixtures("listening")
def test_a_stop_ends_the_listening_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    monkeypatch.setattr(stopping, "_asked", asked)
    soon(asked.set)
    began = time.monotonic()
    drain.drain()
    assert time.monotonic() - began < LONG_S / 2


def test_who_is_stopped_rings_for_the_others(
    listening: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()
    monkeypatch.setattr(stopping, "_asked", asked)
    soon(asked.set)
    drain.drain()
    assert listening.parts.bell.heard(Queue.FACES)


@pytest.mark.usefixtures("listening")
def test_nobody_listens_longer_than_a_drain_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "LONGEST_DRAIN_S", SHORTLY_S)
    began = time.monotonic()
    drain.drain()
    assert SHORTLY_S <= time.monotonic() - began < LONG_S / 2
