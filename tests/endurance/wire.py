"""A wire between two of our processes that can be slow, cut, or answer for a full disk."""

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

CHUNK = 16 * 1024
SLOW_BY_S = 2.0
MOST_BEFORE_CUT = 60_000
LISTENS_FOR = 256
FAULT = b"HTTP/1.1 5"
FULL = b"<Error><Code>XMinioStorageFull</Code><Message>disk full</Message></Error>"


class Condition(StrEnum):
    """How the wire behaves to connections that speak now."""

    SOUND = "sound"
    SLOW = "slow"  # every request waits
    CUT_UPLOAD = "cut upload"  # breaks somewhere in a long request
    LOSE_ANSWER = "lose answer"  # the request arrives, the answer does not
    DISK_FULL = "disk full"  # PUTs are answered as by a store without space


@dataclass
class Wire:
    """Forwards one local port to another; `condition` may be changed while connections live."""

    port: int
    to_port: int
    chance: Random
    condition: Condition = Condition.SOUND
    broken: int = 0  # how many requests met a condition that is not sound
    failed: int = 0  # how many uploads the far side answered with a fault of its own
    unconnected: int = 0  # how many connections found nobody at the far side
    _listener: socket.socket | None = field(default=None, repr=False)

    def start(self) -> None:
        """Listen; threads die with the process."""
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=LISTENS_FOR)
        threading.Thread(target=self._accept, daemon=True, name=f"wire-{self.port}").start()

    def stop(self) -> None:
        """Listen no more."""
        if self._listener is not None:
            self._listener.close()

    def _accept(self) -> None:
        assert self._listener is not None
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self.to_port), timeout=10)
        except OSError:
            self.unconnected += 1
            near.close()
            return
        far.settimeout(None)
        talk = _Talk(self, near, far)
        threading.Thread(target=talk.answers, daemon=True).start()
        talk.requests()


@dataclass
class _Talk:
    """One connection: two directions that know of each other."""

    wire: Wire
    near: socket.socket
    far: socket.socket
    sent: int = 0  # bytes of the request under way
    cut_after: int = 0
    is_upload: bool = False
    answering: bool = True  # the last thing on the wire was an answer

    def requests(self) -> None:
        """Carry what the near side says."""
        with suppress(OSError):
            while chunk := self.near.recv(CHUNK):
                if self.answering:
                    self._begin(chunk)
                self.sent += len(chunk)
                if self._is_cut() or self._is_refused(chunk):
                    break
                self.far.sendall(chunk)
        self._close()

    def answers(self) -> None:
        """Carry what the far side says."""
        with suppress(OSError):
            while chunk := self.far.recv(CHUNK):
                if self.wire.condition is Condition.LOSE_ANSWER and self.is_upload:
                    self.wire.broken += 1
                    break
                self.wire.failed += self.is_upload and chunk.startswith(FAULT)
                self.answering = True
                self.near.sendall(chunk)
        self._close()

    def _begin(self, first: bytes) -> None:
        self.answering, self.sent = False, 0
        self.is_upload = first.startswith((b"POST /v1/checkins ", b"PUT "))
        self.cut_after = self.wire.chance.randint(1, MOST_BEFORE_CUT)
        if self.wire.condition is Condition.SLOW:
            self.wire.broken += 1
            time.sleep(SLOW_BY_S)

    def _is_cut(self) -> bool:
        cut = (
            self.wire.condition is Condition.CUT_UPLOAD
            and self.is_upload
            and self.sent > self.cut_after
        )
        self.wire.broken += cut
        return cut

    def _is_refused(self, chunk: bytes) -> bool:
        if self.wire.condition is not Condition.DISK_FULL or not self.is_upload:
            return False
        self.wire.broken += 1
        self._read_on(chunk)
        head = f"HTTP/1.1 507 Insufficient Storage\r\nContent-Length: {len(FULL)}\r\n"
        rest = "Content-Type: application/xml\r\nConnection: close\r\n\r\n"
        self.near.sendall((head + rest).encode() + FULL)
        return True

    def _read_on(self, first: bytes) -> None:
        """Read the request to its end: who is answered earlier sees a broken pipe."""
        head, _, body = first.partition(b"\r\n\r\n")
        lengths = [
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ]
        left = (lengths[0] if lengths else 0) - len(body)
        while left > 0 and (chunk := self.near.recv(CHUNK)):
            left -= len(chunk)

    def _close(self) -> None:
        for end in (self.near, self.far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
