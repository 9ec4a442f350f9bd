"""What came back: answers by kind of breaking, and everything that must not be."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Lock
from typing import Any
from uuid import UUID

import httpx

from tests.fuzz.attempts import Attempt
from tests.fuzz.wire_lies import HUNG_UP

# 429 is not among them: a limit in the way would test nothing but itself.
ALLOWED = frozenset({HUNG_UP, 202, 400, 409, 411, 413, 415, 422, 431})
NO_ANSWER = 0
SHOWN = 300  # characters of what is told of a fault


@dataclass
class Tally:
    """Counts of all threads; of each kind of fault the first is told, with what makes it again."""

    answers: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    accepted: dict[UUID, UUID] = field(default_factory=dict)  # check-in -> person
    photos: dict[UUID, str] = field(default_factory=dict)  # check-in -> sha256 that was sent
    faults: dict[str, str] = field(default_factory=dict)
    slowest_s: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    @property
    def answered(self) -> int:
        """How many requests are over."""
        return self.answers.total()

    def sent(self, group: str) -> int:
        """How many requests of a group are over."""
        return sum(count for (one, _, _), count in self.answers.items() if one == group)

    def count(self, group: str, kind: str, status: int) -> None:
        """Count one answer; one that must not be is a fault."""
        with self._lock:
            self.answers[group, kind, status] += 1
        if status not in ALLOWED:
            self.fault(f"{group}, {kind}: answered {status or 'nothing'}", "")

    def hear(self, group: str, attempt: Attempt, person: UUID, answer: httpx.Response) -> None:
        """Count an answer and hold it against what was sent."""
        self.slowest_s = max(self.slowest_s, answer.elapsed.total_seconds())
        self.count(group, attempt.kind, answer.status_code)
        if answer.status_code == HTTPStatus.ACCEPTED:
            self._take_in(group, attempt, person, answer)
        elif attempt.parts:
            self._refusal(group, attempt, answer)

    def fault(self, what: str, told: str) -> None:
        """Note something that must not be; of its kind the first is told."""
        with self._lock:
            self.faults.setdefault(what, told[:SHOWN])

    def _take_in(self, group: str, attempt: Attempt, person: UUID, answer: httpx.Response) -> None:
        receipt = answer.json()
        with self._lock:
            self.accepted[UUID(receipt["checkin_id"])] = person
            if "selfie" in attempt.parts:
                self.photos[UUID(receipt["checkin_id"])] = _sha256(attempt.parts["selfie"])
        stated = {part["name"]: part["sha256"] for part in receipt["parts"]}
        for name, data in attempt.parts.items():
            if stated.get(name) != _sha256(data):
                what = f"{group}, {attempt.kind}: the receipt states another {name} than was sent"
                self.fault(what, repr(data[:SHOWN]))

    def _refusal(self, group: str, attempt: Attempt, answer: httpx.Response) -> None:
        problem = _document(answer)
        if "code" not in problem or "retry" not in problem:
            self.fault(f"{group}, {attempt.kind}: a refusal without its problem", answer.text)
        elif "receipt" not in problem and answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            self.fault(f"{group}, {attempt.kind}: a refusal without its receipt", answer.text)


def _document(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
