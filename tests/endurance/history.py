"""What the phones did and were told: every call and every answer, as they happened."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
from pydantic import ValidationError

from mobile_contract.client.queue import Submission
from mobile_contract.receipts import Receipt
from mobile_contract.shapes import PHONE_READS


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
    said: str  # the answer, or what happened instead of one


@dataclass
class Sent:
    """One frozen check-in and when the server first acknowledged it."""

    phone: int
    offender_id: UUID
    submission: Submission
    captured_s: float
    acknowledged_s: float | None = None

    @property
    def id(self) -> UUID:
        """Return its id."""
        return self.submission.id


@dataclass
class History:
    """Kept in memory, and line by line in a file for whoever looks afterwards."""

    file: Path
    calls: int = 0
    unanswered: int = 0
    unwell: int = 0  # answers of 500 and above
    sent: dict[UUID, Sent] = field(default_factory=dict)
    # Every receipt that an answer brought, by check-in: each must be the same one.
    receipts: dict[UUID, set[Receipt]] = field(default_factory=lambda: defaultdict(set))
    refused: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def captured(self, sent: Sent) -> None:
        """Remember a check-in that a phone has frozen."""
        with self._lock:
            self.sent[sent.id] = sent

    def called(self, call: Call, receipt: Receipt | None) -> None:
        """Remember a call, and the receipt that it brought."""
        with self._lock:
            self.calls += 1
            self.unanswered += call.status is None
            self.unwell += (
                call.status is not None and call.status >= httpx.codes.INTERNAL_SERVER_ERROR
            )
            if receipt is not None:
                self.receipts[receipt.checkin_id].add(receipt)
                self._acknowledge(receipt.checkin_id, call.ended_s)
            with self.file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(call), ensure_ascii=False) + "\n")

    def all_acknowledged(self) -> Iterator[Sent]:
        """Give every check-in of which an answer said that the server has it."""
        sent = list(self.sent.values())
        return (one for one in sent if one.acknowledged_s is not None)

    def _acknowledge(self, checkin_id: UUID, at_s: float) -> None:
        sent = self.sent[checkin_id]
        if sent.acknowledged_s is None:
            sent.acknowledged_s = at_s


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
        self._write(request, began, response)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _write(
        self, request: httpx.Request, began: float, answer: httpx.Response | None, trouble: str = ""
    ) -> None:
        call = Call(
            phone=self._phone,
            method=request.method,
            path=request.url.path,
            began_s=began,
            ended_s=self._clock.seconds(),
            status=None if answer is None else answer.status_code,
            said=trouble if answer is None else answer.text,
        )
        self._history.called(call, _receipt(call))


def _receipt(call: Call) -> Receipt | None:
    if call.status != httpx.codes.ACCEPTED:
        return None
    try:
        return Receipt.model_validate_json(call.said, context=PHONE_READS)
    except ValidationError:
        return None
