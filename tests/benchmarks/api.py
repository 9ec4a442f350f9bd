"""How many check-ins the API takes in a second, and which processes that keeps busy."""

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from statistics import median, quantiles

import httpx

from storage.local_stack import Store
from tests.benchmarks.figures import Figure, Ratio, of_rounds
from tests.benchmarks.phones import PHONES, Registered, ready_to_send, register
from tests.benchmarks.system import System

SENDERS = 8  # as the object stores were measured
CHECKINS, ROUNDS = 240, 3
SERVERS, PROCESSES, CLIENT = ("postgres", "s3", "valkey"), ("web",), "client"
BURSTS = (
    f"bursts of {CHECKINS} with selfies of 200 KB; {SENDERS} threads (httpx) send for {PHONES}"
    " registered phones and share the cores with the servers; gunicorn's own settings, fsync on,"
    " no worker running"
)


@dataclass(frozen=True)
class Round:
    """One burst: check-ins a second, what a phone waited, and processor time by process."""

    accepted: float
    latencies: tuple[float, ...]
    cpu: dict[str, float]  # seconds, by process


def accepted_per_second(system: System, store: Store, rclone: float | None) -> list[Figure]:
    """Send bursts from many phones at once; `rclone` is what rclone reached in this run."""
    with system.working("web"):
        phones = register(system)
        _burst(system, phones, len(phones))  # warm: connections, caches, lazy imports
        rounds = [
            _burst(system, phones, CHECKINS) for _ in system.rounds(f"API on {store}", ROUNDS)
        ]
    return _figures(rounds, store, rclone)


def _burst(system: System, phones: Sequence[Registered], count: int) -> Round:
    with httpx.Client(base_url=system.stack.public_url, timeout=60, trust_env=False) as client:
        requests = [
            client.build_request(one.method, one.path, files=one.files, headers=one.headers)
            for one in ready_to_send(phones, count)
        ]
        for request in requests:
            request.read()  # the multipart body is made here, not while it is timed
        return _sent(system, client, requests)


def _sent(system: System, client: httpx.Client, requests: Sequence[httpx.Request]) -> Round:
    begin = threading.Barrier(SENDERS + 1)

    def send(share: Sequence[httpx.Request]) -> list[float]:
        begin.wait()
        return [_latency(client, request) for request in share]

    with ThreadPoolExecutor(SENDERS) as pool:
        shares = [pool.submit(send, requests[number::SENDERS]) for number in range(SENDERS)]
        before = system.cpu_seconds(SERVERS, PROCESSES)
        begin.wait()
        begun = time.perf_counter()
        latencies = [one for share in shares for one in share.result()]
        took = time.perf_counter() - begun
    after = system.cpu_seconds(SERVERS, PROCESSES)
    cpu = {name: after[name] - before[name] for name in after}
    return Round(len(requests) / took, tuple(latencies), cpu)


def _latency(client: httpx.Client, request: httpx.Request) -> float:
    begun = time.perf_counter()
    answer = client.send(request)
    took = time.perf_counter() - begun
    assert answer.status_code == HTTPStatus.ACCEPTED, answer.text
    return took


def _figures(rounds: Sequence[Round], store: Store, rclone: float | None) -> list[Figure]:
    accepted, every = of_rounds([one.accepted for one in rounds])
    latencies = [seconds for one in rounds for seconds in one.latencies]
    cpu = {
        name: median(one.cpu[name] for one in rounds) * 1000 / CHECKINS for name in rounds[0].cpu
    }
    servers = sum(ms for name, ms in cpu.items() if name != CLIENT)
    alone = len(os.sched_getaffinity(0)) * 1000 / servers
    ratios = [Ratio(accepted / alone, f"{alone:.0f}/s, which the cores could take alone")]
    if rclone is not None:
        ratios.append(Ratio(accepted / rclone, "rclone"))
    within = quantiles(latencies, n=20)[-1] * 1000
    parts = ", ".join(f"{name} {ms:.1f}" for name, ms in cpu.items())
    return [
        Figure(f"accepted check-ins on {store}", accepted, "/s", BURSTS, tuple(ratios), every),
        Figure(
            f"a phone waits, on {store}",
            median(latencies) * 1000,
            "ms",
            f"median of all answers in these bursts; 95 of 100 within {within:.0f} ms",
        ),
        Figure(
            f"processor time an accepted check-in, on {store}",
            servers,
            "ms",
            f"of all servers, user and system, from /proc over the bursts ({parts} ms)",
            (Ratio(cpu[CLIENT] / servers, "comes on top for the client"),),
        ),
    ]
