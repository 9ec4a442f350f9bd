"""How the worker forks its horses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from rq import Worker
from rq.executions import Execution
from rq.job import JobStatus
from rq.queue import Queue as RQQueue
from rq.serializers import JSONSerializer

from storage.local_stack import LocalStack
from storage.queues import DRAIN, worker_connection
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


def test_what_is_left_of_a_killed_worker_ends_no_other(stack: LocalStack) -> None:
    """RQ alone raises ValueError where the execution has expired and its entry has not."""
    bell = worker_connection(BellSettings(stack.environment("verifier")["REDIS_URL"]))
    queue = RQQueue(str(Queue.CHORES), connection=bell, serializer=JSONSerializer)
    job = queue.enqueue(DRAIN, job_timeout=90, result_ttl=0, failure_ttl=0)
    queue.empty()  # type: ignore[no-untyped-call]
    job.save()
    job.set_status(JobStatus.STARTED)
    with bell.pipeline() as pipeline:
        execution = Execution.create(job, ttl=100, pipeline=pipeline, worker_name="killed")
        pipeline.execute()
    bell.delete(execution.key)
    bell.zadd(queue.started_job_registry.key, {execution.composite_key: 1})
    nothing: Any = None
    worker = DrainWorker(Queue.CHORES, bell, nothing, nothing)
    with pytest.raises(ValueError, match="not found in Redis"):
        Worker.clean_registries(worker)  # type: ignore[no-untyped-call]
    bell.delete(queue.registry_cleaning_key)
    worker.clean_registries()
    assert bell.zcard(queue.started_job_registry.key) == 0
    assert not bell.exists(job.key)
