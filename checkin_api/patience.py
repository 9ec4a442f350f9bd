"""How long a thread of the server waits for whoever sends or reads slowly, or not at all.

gunicorn's threads wait for ever. A stranger with a script would hold them all; a phone on a weak
line has to be waited for. So only who is known is waited for at length, and all strangers together
have a quarter of the threads to wait in; where these are taken, whose request is the oldest is cut
off, so that old connections keep no newcomer out. A proxy that buffers keeps slow senders out
altogether (docs/deploy.md); this is what holds without one.
"""

import errno
import socket
import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from math import inf
from selectors import EVENT_READ
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import request
from gunicorn.workers.gthread import TConn, ThreadWorker

if TYPE_CHECKING:
    from typing_extensions import Buffer

HEAD_WITHIN_S = 10.0  # the headers of a request, from its first byte on
STRANGER_WITHIN_S = 120.0  # a body of somebody unknown: long enough to be told why it is refused
KNOWN_WITHIN_S = 1800.0  # 3.6 MB at 2 KB/s
ANSWER_WITHIN_S = 600.0
SILENCE_S = 60.0
LINGER_S = 2.0  # for who still sends when the answer is out; gunicorn.util.close_graceful
STRANGERS_SHARE = 4  # one thread in so many may wait for strangers


class Places:
    """Where strangers may be waited for: so many at once, the youngest requests."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._waiting: dict[PatientSocket, int] = {}
        self._lock = Lock()

    def take(self, line: "PatientSocket", how: int) -> bool:
        """Give a place, if need be that of an older request; False where it is itself the oldest.

        `how` is what is shut down of the line should it lose the place: what it waits for.
        """
        with self._lock:
            self._waiting[line] = how
            if len(self._waiting) <= self._count:
                return True
            oldest = min(self._waiting, key=lambda one: one.begun)
            shut = self._waiting.pop(oldest)
        if oldest is not line:
            with suppress(OSError):  # it has hung up meanwhile
                oldest.shutdown(shut)
        return oldest is not line

    def leave(self, line: "PatientSocket") -> None:
        """Give a place back, if it was not lost."""
        with self._lock:
            self._waiting.pop(line, None)


class PatientSocket(socket.socket):
    """A connection on which waiting has an end; who is cut off looks like who hung up."""

    places: Places
    begun: float = 0.0
    until: float = inf
    known = False

    @classmethod
    def of(cls, plain: socket.socket, places: Places) -> "PatientSocket":
        """Take a connection over."""
        timeout = plain.gettimeout()
        taken = cls(plain.family, plain.type, plain.proto, fileno=plain.detach())
        taken.settimeout(timeout)
        taken.places = places
        return taken

    def begin(self) -> None:
        """Begin a request, of which nothing is known yet."""
        self.begun, self.known = time.monotonic(), False
        self.hear_out(HEAD_WITHIN_S)

    def hear_out(self, within_s: float) -> None:
        """Give the body so much time."""
        self.until = time.monotonic() + within_s

    def say_last(self) -> None:
        """Tell the other end that nothing more comes; what it still sends is not waited for."""
        self.until = inf
        self.settimeout(0)
        with suppress(OSError):  # it has hung up
            self.shutdown(socket.SHUT_WR)

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Read what is there, or wait; nothing where it was too long, as after a hang-up."""
        if self.until is inf:
            return super().recv(bufsize, flags)
        try:
            return super().recv(bufsize, flags | socket.MSG_DONTWAIT)
        except BlockingIOError:
            if self.gettimeout() == 0.0:
                raise
        read = partial(super().recv, bufsize, flags)
        taken: bytes | None = self._wait(read, self.until, socket.SHUT_RD)
        return b"" if taken is None else taken

    def sendall(self, data: "Buffer", flags: int = 0, /) -> None:
        """Send an answer; raises BrokenPipeError where nobody takes it for too long."""
        rest, until = memoryview(data), time.monotonic() + ANSWER_WITHIN_S
        while rest:
            rest = rest[self._send(rest, flags, until) :]

    def _send(self, rest: memoryview, flags: int, until: float) -> int:
        try:
            return super().send(rest, flags | socket.MSG_DONTWAIT)
        except BlockingIOError:
            write = partial(super().send, rest, flags)
            sent: int | None = self._wait(write, until, socket.SHUT_RDWR)
        if sent is None:
            raise BrokenPipeError(errno.EPIPE, "nobody reads")
        return sent

    def _wait(self, act: partial[Any], until: float, how: int) -> Any:
        """Do what blocks; None where time or room for strangers is lacking."""
        before = self.gettimeout()
        left = min(SILENCE_S, until - time.monotonic(), inf if before is None else before)
        if left <= 0 or not (self.known or self.places.take(self, how)):
            return None
        self.settimeout(left)
        try:
            return act()
        except TimeoutError:
            return None
        finally:
            self.settimeout(before)
            self.places.leave(self)


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threads, none of which waits for a request that has not begun."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = Places(max(1, self.cfg.threads // STRANGERS_SHARE))
        self._leaving: deque[TConn] = deque()

    def enqueue_req(self, conn: TConn) -> None:
        """Hand a connection to a thread once something has come on it."""
        if isinstance(conn.sock, PatientSocket):
            super().enqueue_req(conn)
            return
        conn.sock = PatientSocket.of(conn.sock, self._places)
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        ready = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, EVENT_READ, ready)

    def finish_request(self, conn: TConn, fs: "Future[Any]") -> None:
        """Keep a connection, or end it without waiting for the other end to do so.

        gunicorn waits for that in the thread that accepts all others.
        """
        if fs.exception() is not None or fs.result():
            super().finish_request(conn, fs)
            return
        try:
            conn.sock.say_last()
            self.poller.register(conn.sock, EVENT_READ, partial(self._drain, conn))
        except (OSError, ValueError):  # closed already, where an answer broke off
            self.nr_conns -= 1
            conn.close()
            return
        conn.timeout = time.monotonic() + LINGER_S
        self._leaving.append(conn)

    def _drain(self, conn: TConn, line: PatientSocket) -> None:
        """Read what came after the answer, so that the answer is not lost to a reset."""
        try:
            ended = not line.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            ended = True
        if ended:
            self._leaving.remove(conn)
            self._let_go(conn)

    def _let_go(self, conn: TConn) -> None:
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Close what nothing came on in time, and what does not leave."""
        super().murder_pending()
        while self._leaving and self._leaving[0].timeout <= time.monotonic():
            self._let_go(self._leaving.popleft())

    def _cap_keepalive(self, deadline: float) -> None:
        """Let connections on which nothing has come delay a stop no longer than idle ones."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    def handle(self, conn: TConn) -> Any:
        """Serve one request."""
        conn.sock.begin()
        return super().handle(conn)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Answer a request whose headers are here."""
        conn.sock.hear_out(STRANGER_WITHIN_S)
        return super().handle_request(req, conn)


def wait_for_known_sender() -> None:
    """Wait at length for the rest of this request: whoever sends it is known."""
    line = request.environ.get("gunicorn.socket")
    if isinstance(line, PatientSocket):
        line.known = True
        line.hear_out(KNOWN_WITHIN_S)
