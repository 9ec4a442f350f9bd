"""What the phones did and were told: every call and every answer, as they happened."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import UUID

import httpx

from mobile_contract.client.queue import Submission


@dataclass(frozen=True)
class Stopwatch:
    """Seconds since the beginning, by a clock that no fault touches."""

    begun: float = field(default_factory=time.monotonic)

    def seconds(self) -> float:
        """Return the seconds since the beginning."""
        return time.monotonic() - self.begun


@dataclass(frozen=True)
class Call:
    """One request of a phone and what came of it; times are seconds since the beginning."""

    phone: int
    method: str
    path: str
    began_s: float
    ended_s: float
    status: int | None  # None: no answer
    trouble: str = ""


@dataclass
class Sent:
    """One frozen check-in and when the server first acknowledged it."""

    phone: int
    offender_id: UUID
    submission: Submission
    captured_s: float
    acknowledged_s: float | None = None


@dataclass
class History:
    """Kept in memory, and line by line in a file for whoever looks afterwards."""

    file: Path
    calls: list[Call] = field(default_factory=list)
    sent: dict[UUID, Sent] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def captured(self, sent: Sent) -> None:
        """Remember a check-in that a phone has frozen."""
        with self._lock:
            self.sent[sent.submission.id] = sent

    def called(self, call: Call) -> None:
        """Remember a call."""
        with self._lock:
            self.calls.append(call)
            with self.file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(call)) + "\n")

    def acknowledged(self, checkin_id: UUID, at_s: float) -> None:
        """Remember the first receipt of a check-in."""
        with self._lock:
            sent = self.sent[checkin_id]
            if sent.acknowledged_s is None:
                sent.acknowledged_s = at_s

    def all_acknowledged(self) -> Iterator[Sent]:
        """Give every check-in that a phone holds a receipt of."""
        return (one for one in self.sent.values() if one.acknowledged_s is not None)


class Recorder(httpx.BaseTransport):
    """A transport that writes down what passes."""

    def __init__(self, history: History, phone: int, clock: Stopwatch) -> None:
        self._inner = httpx.HTTPTransport(retries=0)
        self._history = history
        self._phone = phone
        self._clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on and write down what came of it."""
        began = self._clock.seconds()
        try:
            response = self._inner.handle_request(request)
            response.read()
        except httpx.TransportError as error:
            self._write(request, began, None, type(error).__name__)
            raise
        self._write(request, began, response.status_code, "")
        return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _write(
        self, request: httpx.Request, began: float, status: int | None, trouble: str
    ) -> None:
        path, ended = request.url.path, self._clock.seconds()
        self._history.called(Call(self._phone, request.method, path, began, ended, status, trouble))
