"""`python -m verifier.worker faces|chores`: waits for the bell, forks a horse for each drain."""

import argparse
import gc
import importlib
import logging
import os
import secrets
import signal
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Worker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.queue import Queue as RQQueue
from rq.serializers import JSONSerializer

from storage.keys import WeakKeyError
from storage.parts import Parts, open_parts
from storage.queues import DRAIN, worker_connection
from storage.reach import Heart, process_name
from storage.records import Queue
from storage.settings import SettingMissingError
from storage.telemetry import log_to_stdout
from verifier.faces.model_files import ModelsMissing
from verifier.jobs import limits, stopping
from verifier.jobs.handlers import load_handlers
from verifier.jobs.media_ahead import MediaAhead
from verifier.jobs.workplace import SCOPES, Workplace, prepare
from verifier.settings import WorkerSettings

if TYPE_CHECKING:
    from verifier.faces.gallery import Gallery
    from verifier.faces.models import Models

log = logging.getLogger(__name__)

PAUSE_AFTER_TROUBLE_S = 1.0
# Measured: with these a worker killed with its horse is noticed by RQ after 74 s instead of 811 s.
# Nobody waits for that: the lease in PostgreSQL brings the work back after 20 s.
MONITORING_S, MAINTENANCE_S, WORKER_TTL_S = 5, 10, 30
KINDS = {Queue.FACES: "verifier", Queue.CHORES: "chores"}


class DrainWorker(Worker):
    """RQ's worker, that forwards a stop to its horse and whose horse does not outlive it."""

    max_connection_wait_time = 2.0
    log_job_description = False

    def __init__(self, queue: Queue, connection: Redis, parts: Parts, heart: Heart) -> None:
        name = f"{process_name(KINDS[queue])}-{secrets.token_hex(3)}"
        super().__init__(
            [str(queue)],
            name=name,
            connection=connection,
            # RQ pickles by default: whoever can write to Redis would run code here.
            serializer=JSONSerializer,
            job_monitoring_interval=MONITORING_S,
            maintenance_interval=MAINTENANCE_S,
            worker_ttl=WORKER_TTL_S,
        )
        self.stop_asked = False
        self._own_queue, self._parts, self._own_pid = queue, parts, os.getpid()
        self._heart = heart

    def fork_work_horse(self, job: Job, queue: RQQueue) -> None:
        """Forks, never while the heart beats; a stop that came meanwhile is forwarded."""
        with self._heart.between_beats():
            super().fork_work_horse(job, queue)
        if self.stop_asked:
            self._forward_stop()

    def setup_work_horse_signals(self) -> None:
        """In the horse: ties its life to the worker's, and lets a stop wait for the row in hand."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        limits.die_with(self._own_pid)
        stopping.listen()
        if self._own_queue is Queue.FACES:
            limits.limit_memory()

    def handle_warm_shutdown_request(self) -> None:
        """Forwards a stop to the horse."""
        self.stop_asked = True
        self._forward_stop()

    def set_shutdown_requested_date(self) -> None:
        """Tells Redis nothing: nobody reads it, and one that is away would delay the stop."""

    def handle_work_horse_killed(self, job: Job, pid: int, status: int, usage: Any) -> None:
        """Lets the neighbours of what killed the horse go on at once."""
        super().handle_work_horse_killed(job, pid, status, usage)  # type: ignore[no-untyped-call]
        log.error("horse_killed", extra={"status": status})
        self._parts.bell.ring(self._own_queue)

    def clean_registries(self) -> None:
        """Forgets drains whose worker was killed, before RQ looks for what is left of them.

        Where that has expired, RQ 3.0 raises ValueError ("Execution ... not found in Redis"), ends
        this worker and, as the entry stays, the next. Nobody misses them: work is in PostgreSQL.
        """
        for queue in self.queues:
            abandoned = queue.started_job_registry
            entries: Any = self.connection.zrangebyscore(abandoned.key, 0, time.time())
            for entry in entries:
                job_id, _, _ = entry.decode().partition(":")
                self.connection.delete(Job.key_for(job_id))
                self.connection.zrem(abandoned.key, entry)
        super().clean_registries()  # type: ignore[no-untyped-call]

    def teardown(self) -> None:
        """Leaves RQ's registry, without waiting for a Redis that is away."""
        self.connection.set_retry(Retry(NoBackoff(), 0))
        try:
            super().teardown()  # type: ignore[no-untyped-call]
        except RedisError as fault:
            log.warning("bell_unreachable", extra={"fault": type(fault).__name__})

    def _forward_stop(self) -> None:
        if self.horse_pid:
            try:
                os.kill(self.horse_pid, signal.SIGTERM)
            except ProcessLookupError:
                return


def run(settings: WorkerSettings, parts: Parts, heart: Heart) -> None:
    """Works until it is asked to stop; an outage of Redis only makes it wait."""
    while True:
        try:
            bell = worker_connection(settings.storage.bell)
            worker = DrainWorker(settings.queue, bell, parts, heart)
            worker.work(logging_level="WARNING")
            if worker.stop_asked:
                return
            time.sleep(PAUSE_AFTER_TROUBLE_S)
        except StopRequested:
            return
        except RedisError as fault:
            log.warning("bell_unreachable", extra={"fault": type(fault).__name__})


def furnish(settings: WorkerSettings) -> None:
    """Loads, before any fork, what every horse then has; raises ModelsMissing."""
    models = _load_models(settings)
    importlib.import_module(DRAIN.rpartition(".")[0])
    load_handlers(settings.queue)
    room, following = _room_for_gallery(settings), _load_next(settings, models)
    prepare(partial(_open, settings, models, room, following))


def _load_models(settings: WorkerSettings) -> "Models | None":
    if settings.models_folder is None:
        return None
    from verifier.faces.models import load  # noqa: PLC0415 - the chores worker never loads OpenCV

    return load(settings.models_folder)


def _load_next(settings: WorkerSettings, models: "Models | None") -> "Models | None":
    if models is None or settings.next_recognizer is None:
        return None
    from verifier.faces.models import with_recognizer  # noqa: PLC0415 - as above

    return with_recognizer(models, settings.next_recognizer)


def _room_for_gallery(settings: WorkerSettings) -> "Gallery | None":
    """Makes, before any fork, the memory that the horses share; it fills as they search."""
    if settings.models_folder is None:
        return None
    from verifier.faces.gallery import Gallery  # noqa: PLC0415 - as above

    return Gallery(settings.gallery_people)


def _open(
    settings: WorkerSettings,
    models: "Models | None",
    gallery: "Gallery | None",
    following: "Models | None",
) -> Workplace:
    parts = open_parts(settings.storage)
    ahead = MediaAhead(parts.media)
    return Workplace(settings.queue, parts, models, gallery, following, ahead)


def _share_with_horses() -> None:
    """Takes all that is loaded out of the collector's sight: it stays as long as this process.

    Whoever looks through it writes on its pages, and so copies them into each horse.
    """
    gc.collect()
    gc.freeze()


def main(arguments: list[str]) -> int:
    """Run one worker; refuses to start without what it needs, in one sentence."""
    parser = argparse.ArgumentParser(prog="python -m verifier.worker")
    parser.add_argument("queue", type=Queue, choices=list(Queue))
    queue: Queue = parser.parse_args(arguments).queue
    log_to_stdout()
    try:
        settings = WorkerSettings.read(os.environ, queue)
        furnish(settings)
        parts = open_parts(settings.storage)
    except (SettingMissingError, WeakKeyError, ModelsMissing) as missing:
        sys.stderr.write(f"worker: {missing}\n")
        return 1
    heart = Heart(parts, SCOPES[queue], process_name(KINDS[queue]))
    heart.start()
    _share_with_horses()
    log.info("worker_ready", extra={"queue": queue})
    run(settings, parts, heart)
    heart.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
