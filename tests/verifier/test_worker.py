"""How the worker forks its horses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from rq import Worker

from storage.local_stack import LocalStack
from storage.queues import worker_connection
from storage.records import Queue
from storage.settings import BellSettings
from verifier.worker import DrainWorker


class StillHeart:
    """A heart that knows whether it is held still."""

    still = False

    @contextmanager
    def between_beats(self) -> Iterator[None]:
        self.still = True
        yield
        self.still = False


def test_a_horse_is_forked_between_two_beats(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that a beat holds would stay locked in the horse for ever, and the horse with it."""
    heart: Any = StillHeart()
    seen: list[bool] = []
    monkeypatch.setattr(Worker, "fork_work_horse", lambda *_: seen.append(heart.still))
    nothing: Any = None
    bell = worker_connection(BellSettings(stack.environment("verifier")["REDIS_URL"]))
    worker = DrainWorker(Queue.FACES, bell, nothing, heart)
    worker.fork_work_horse(nothing, nothing)
    assert (seen, heart.still) == ([True], False)
