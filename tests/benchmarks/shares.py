"""Where the time of one accepted check-in goes: S3, PostgreSQL, RQ, and our own code."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from statistics import median
from typing import ParamSpec, TypeVar

import httpx
from flask import Flask
from redis import Redis
from sqlalchemy import Engine
from werkzeug.test import EnvironBuilder, run_wsgi_app

from checkin_api.app import create_app
from checkin_api.settings import WebSettings
from mobile_contract.client.connection import Request
from storage.local_stack import Store
from storage.media import MediaKey, MediaStore, StoredObject
from storage.parts import Parts
from storage.queues import Rings
from storage.records import Queue
from storage.settings import StoreSettings
from tests.benchmarks.figures import Figure, Ratio
from tests.benchmarks.phones import Registered, ready_to_send, register
from tests.benchmarks.system import System

CHECKINS, WARM_UP = 100, 20
S3, POSTGRESQL, RQ = "S3", "PostgreSQL", "RQ"
# Everything of SQLAlchemy that waits for the server, connections that stand already.
ASKS_THE_DATABASE = (
    "do_execute",
    "do_execute_no_params",
    "do_executemany",
    "do_commit",
    "do_rollback",
    "do_ping",
)
Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass
class Stopwatch:
    """Seconds and calls of each part, summed until it is set back."""

    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    calls: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def running(self, part: str, call: str) -> Iterator[None]:
        """Count one call of a part and the time it takes, however it ends."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[part] += time.perf_counter() - begun
            self.calls[call] += 1

    def timed(self, act: Callable[Given, Result], part: str, call: str) -> Callable[Given, Result]:
        """Wrap a function of a part."""

        def measured(*given: Given.args, **named: Given.kwargs) -> Result:
            with self.running(part, call):
                return act(*given, **named)

        return measured


class TimedStore(MediaStore):
    """The real store, with its puts timed."""

    def __init__(self, settings: StoreSettings, watch: Stopwatch) -> None:
        super().__init__(settings)
        self._watch = watch

    def put(self, key: MediaKey, data: bytes, content_type: str) -> StoredObject:
        """Store bytes under their key."""
        with self._watch.running(S3, "put"):
            return super().put(key, data, content_type)


@dataclass(frozen=True)
class TimedBell:
    """The real bell, with its rings timed."""

    bell: Rings
    watch: Stopwatch

    def ring(self, queue: Queue) -> bool:
        """Wake one worker."""
        with self.watch.running(RQ, "ring"):
            return self.bell.ring(queue)

    def heard(self, queue: Queue) -> bool:
        """Say whether it rang; nobody of a web process asks."""
        return self.bell.heard(queue)


def shares_of_a_request(system: System, store: Store) -> list[Figure]:
    """Pass requests through the whole WSGI application in this process, one after the other."""
    with system.working("web"):
        phones = register(system)
    watch = Stopwatch()
    app = create_app(WebSettings(system.stack.public_url), _timed_parts(system, watch))
    _taken_in(system, app, phones, WARM_UP)
    system.say(f"shares of a request on {store}")
    watch.seconds.clear()
    watch.calls.clear()
    took = _taken_in(system, app, phones, CHECKINS)
    return _figures(took, watch, store)


def _timed_parts(system: System, watch: Stopwatch) -> Parts:
    engine: Engine = system.parts.sessions.kw["bind"]
    for name in ASKS_THE_DATABASE:
        setattr(engine.dialect, name, watch.timed(getattr(engine.dialect, name), POSTGRESQL, name))
    settings = StoreSettings.read(system.stack.environment("web"))
    return replace(
        system.parts,
        media=TimedStore(settings, watch),
        bell=TimedBell(system.parts.bell, watch),
    )


def _taken_in(system: System, app: Flask, phones: Sequence[Registered], count: int) -> list[float]:
    """Seconds of each request; between two the bell is taken off, as an idle worker does."""
    took = []
    with (
        Redis.from_url(system.stack.environment("web")["REDIS_URL"]) as bell,
        httpx.Client(base_url=system.stack.public_url) as client,
    ):
        for request in ready_to_send(phones, count):
            environ = _environ(client, request)
            bell.flushdb()
            begun = time.perf_counter()
            answer, status, _headers = run_wsgi_app(app, environ)
            took.append(time.perf_counter() - begun)
            assert status.startswith(str(int(HTTPStatus.ACCEPTED))), b"".join(answer)
    return took


def _environ(client: httpx.Client, request: Request) -> dict[str, object]:
    built = client.build_request(
        request.method, request.path, files=request.files, headers=request.headers
    )
    headers = [pair for pair in built.headers.multi_items() if pair[0] != "content-length"]
    return dict(
        EnvironBuilder(
            path=request.path, method=request.method, headers=headers, data=built.read()
        ).get_environ()
    )


def _figures(took: Sequence[float], watch: Stopwatch, store: Store) -> list[Figure]:
    whole = sum(took)
    own = whole - sum(watch.seconds.values())
    parts = {part: watch.seconds[part] for part in (S3, POSTGRESQL, RQ)} | {"our own code": own}
    figures = [
        Figure(
            f"one check-in through the application, on {store}",
            median(took) * 1000,
            "ms",
            f"median of {CHECKINS}, one after the other, in one process: WSGI request to answer,"
            " without gunicorn and the socket; no worker, and each ring finds an empty queue, the"
            " dearer case",
        )
    ]
    return figures + [
        Figure(
            f"of it in {part}, on {store}",
            seconds * 1000 / len(took),
            "ms",
            _how(part, watch, len(took)),
            (Ratio(seconds / whole, "the request"),),
        )
        for part, seconds in parts.items()
    ]


def _how(part: str, watch: Stopwatch, requests: int) -> str:
    if part == S3:
        return "a timer around MediaStore.put, its hashing included"
    if part == RQ:
        return "a timer around Bell.ring"
    if part == POSTGRESQL:
        counted = ", ".join(
            f"{watch.calls[name] / requests:.1f} {name.removeprefix('do_')}"
            for name in ASKS_THE_DATABASE
            if watch.calls[name]
        )
        return f"timers around the driver: {counted} a request"
    return "what is left: multipart, validation, JPEG structure, signing, ORM, Flask"
