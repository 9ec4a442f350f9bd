"""The bell: two RQ queues that carry one job without arguments and promise nothing."""

import logging
import time
from collections.abc import Callable
from typing import Protocol

from redis import Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry
from rq import Queue as RQQueue
from rq.serializers import JSONSerializer

from storage.records import Queue
from storage.settings import BellSettings

log = logging.getLogger(__name__)

DRAIN = "verifier.jobs.drain.drain"
DRAIN_TIMEOUT_S = 90
QUIET_AFTER_FAILURE_S = 5.0


class Rings(Protocol):
    """What can wake workers."""

    def ring(self, queue: Queue) -> bool:
        """Wake one worker, best effort; says whether somebody will hear it."""
        ...

    def heard(self, queue: Queue) -> bool:
        """Say, to who is awake, whether it rang; nobody else is woken by that ring then."""
        ...


class Bell:
    """Rings for web, clock and workers; a Redis that is away costs 0.2 s once in 5 s."""

    def __init__(
        self, settings: BellSettings, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._redis = Redis.from_url(
            settings.url,
            socket_timeout=0.2,
            socket_connect_timeout=0.2,
            retry=Retry(NoBackoff(), 0),
        )
        self._seconds = seconds  # of a clock that nobody sets: a wrong one would keep it quiet
        self._quiet_until = seconds()

    def ring(self, queue: Queue) -> bool:
        """Enqueue one drain where none waits yet; never raises, says whether a bell hangs there."""
        return self._with_bell(queue, _enqueue)

    def heard(self, queue: Queue) -> bool:
        """Take the drain that waits, if one does; never raises.

        To be asked before looking for work, not after: who rings later is heard the next time.
        """
        return self._with_bell(queue, _take)

    def _with_bell(self, queue: Queue, act: Callable[[RQQueue], bool]) -> bool:
        if self._seconds() < self._quiet_until:
            return False
        try:
            return act(RQQueue(str(queue), connection=self._redis, serializer=JSONSerializer))
        except RedisError as fault:
            self._quiet_until = self._seconds() + QUIET_AFTER_FAILURE_S
            log.warning("bell_unreachable", extra={"fault": type(fault).__name__})
            return False

    def reachable(self) -> bool:
        """Say whether Redis answers now."""
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False


def _enqueue(bell: RQQueue) -> bool:
    if bell.count == 0:
        bell.enqueue(DRAIN, job_timeout=DRAIN_TIMEOUT_S, result_ttl=0, failure_ttl=0)
    return True


def _take(bell: RQQueue) -> bool:
    if bell.count == 0:
        return False
    bell.empty()  # type: ignore[no-untyped-call]
    return True


def worker_connection(settings: BellSettings) -> "Redis":
    """Make a connection that waits through an outage; for workers only.

    In web and clock the same patience would block an enqueue for 55 s (measured).
    """
    return Redis.from_url(
        settings.url,
        retry=Retry(ExponentialBackoff(cap=2, base=0.1), 30),
        retry_on_error=[RedisConnectionError, RedisTimeoutError],
        health_check_interval=15,
    )
