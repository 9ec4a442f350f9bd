"""Waiting for a line has an end, and strangers have few places to be waited for in."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from checkin_api import patience
from checkin_api.patience import PatientSocket, Places

MORE_THAN_FITS = b"x" * 64 * 1024 * 1024
SOON_S = 30.0


class Lines:
    """Connections to this end of which a server listens, and nobody at the other."""

    def __init__(self, places: Places) -> None:
        self._open, self._places = ExitStack(), places
        self.others: list[socket.socket] = []
        self.threads = self._open.enter_context(ThreadPoolExecutor(8))

    def begun(self, *, known: bool = False) -> PatientSocket:
        """One on which a request has begun."""
        here, other = socket.socketpair()
        self.others.append(self._open.enter_context(other))
        line = self._open.enter_context(PatientSocket.of(here, self._places))
        line.begin()
        line.known = known
        line.hear_out(SOON_S)
        return line

    def waiting(self, line: PatientSocket) -> "Future[bytes]":
        """A thread that reads, once it waits."""
        reading = self.threads.submit(line.recv, 10)
        time.sleep(0.1)
        return reading

    def close(self) -> None:
        """Hang up on all sides."""
        for other in self.others:
            other.close()
        self._open.close()


@pytest.fixture
def lines() -> Iterator[Lines]:
    made = Lines(Places(2))
    yield made
    made.close()


def test_what_comes_while_it_is_waited_for_is_read(lines: Lines) -> None:
    reading = lines.waiting(lines.begun())
    lines.others[0].send(b"here")
    assert reading.result(SOON_S) == b"here"


def test_for_a_newcomer_the_oldest_request_is_cut_off(lines: Lines) -> None:
    oldest, second = lines.waiting(lines.begun()), lines.waiting(lines.begun())
    newcomer = lines.waiting(lines.begun())
    assert oldest.result(SOON_S) == b""
    assert not second.done()
    assert not newcomer.done()


def test_who_goes_on_for_long_does_not_become_a_newcomer_by_it(lines: Lines) -> None:
    trickling = lines.begun()
    for line in (lines.begun(), lines.begun()):
        lines.waiting(line)
    assert trickling.recv(10) == b""


def test_the_known_are_waited_for_beside_any_number_of_strangers(lines: Lines) -> None:
    known = [lines.waiting(lines.begun(known=True)) for _ in range(3)]
    strangers = [lines.waiting(lines.begun()) for _ in range(4)]
    assert [one.done() for one in known] == [False] * 3
    assert [one.done() for one in strangers] == [True, True, False, False]


def test_an_answer_that_nobody_reads_ends_for_a_newcomer(lines: Lines) -> None:
    unread = [lines.begun() for _ in range(2)]
    sending = [lines.threads.submit(line.sendall, MORE_THAN_FITS) for line in unread]
    time.sleep(0.5)
    newcomer = lines.waiting(lines.begun())
    with pytest.raises(BrokenPipeError):
        sending[0].result(SOON_S)
    assert not sending[1].done()
    assert not newcomer.done()


@pytest.mark.parametrize("known", [False, True])
def test_nobody_may_be_silent_for_ever(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    monkeypatch.setattr(patience, "SILENCE_S", 0.2)
    line = lines.begun(known=known)
    assert line.recv(10) == b""
    with pytest.raises(BrokenPipeError):
        line.sendall(MORE_THAN_FITS)


def test_a_request_has_its_time_however_lively_the_line_is(lines: Lines) -> None:
    line = lines.begun(known=True)
    line.hear_out(0.0)
    lines.others[0].send(b"here")
    assert line.recv(10) == b"here"
    assert line.recv(10) == b""
