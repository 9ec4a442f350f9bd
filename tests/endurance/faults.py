"""What can go wrong: each fault begins, lasts, and ends."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from redis import Redis

from storage.local_stack.process_tree import descendants
from storage.work import LEASE
from tests.endurance.ground import Ground
from tests.endurance.skew import skew_file
from tests.endurance.wire import Condition, Wire

AN_HOUR_S = 3600.0
SKEWABLE = ("web", "verifier", "chores", "clock")


class Fault(StrEnum):
    """Everything that goes wrong."""

    WEB_KILLED = "web killed"
    WORKER_KILLED = "worker killed"
    HORSE_KILLED = "horse killed"
    HORSE_FROZEN = "horse frozen past its lease"
    CHORES_KILLED = "chores killed"
    CLOCK_KILLED = "clock killed"
    BELL_EMPTIED = "bell emptied"
    BELL_FORGOTTEN = "bell restarted without its file"
    DATABASE_RESTARTED = "database restarted"
    DATABASE_IMMEDIATE = "database stopped at once"
    STORE_STOPPED = "store stopped"
    STORE_SLOW = "store slow"
    STORE_FULL = "store's disk full"
    STORE_CUT = "store cut in mid-upload"
    PHONE_CUT = "phone cut in mid-upload"
    ANSWER_LOST = "answer lost"
    CLOCK_WRONG = "a process's clock one hour wrong"


# Of two faults of one of these, one would hide the other: they are never scheduled together.
SHARED = (
    {Fault.WORKER_KILLED, Fault.HORSE_KILLED, Fault.HORSE_FROZEN},
    {Fault.BELL_EMPTIED, Fault.BELL_FORGOTTEN},
    {Fault.DATABASE_RESTARTED, Fault.DATABASE_IMMEDIATE},
    {Fault.STORE_STOPPED, Fault.STORE_SLOW, Fault.STORE_FULL, Fault.STORE_CUT},
    {Fault.PHONE_CUT, Fault.ANSWER_LOST, Fault.WEB_KILLED},
)


@dataclass(frozen=True)
class Span:
    """When a fault lasted, in seconds since the beginning."""

    fault: Fault
    began_s: float
    ended_s: float


class Breaker:
    """Makes faults happen on a ground."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._database = threading.Lock()  # one process restarts PostgreSQL at a time
        self._acts: dict[Fault, Callable[[float], None]] = {
            Fault.WEB_KILLED: lambda _: self._kill("web"),
            Fault.WORKER_KILLED: lambda _: self._kill("verifier"),
            Fault.HORSE_KILLED: lambda _: self._kill_horse(),
            Fault.HORSE_FROZEN: lambda _: self._freeze(),
            Fault.CHORES_KILLED: lambda _: self._kill("chores"),
            Fault.CLOCK_KILLED: lambda _: self._kill("clock"),
            Fault.BELL_EMPTIED: lambda _: self._empty_bell(),
            Fault.BELL_FORGOTTEN: self._forget_bell,
            Fault.DATABASE_RESTARTED: lambda _: self._end_database(signal.SIGINT),
            Fault.DATABASE_IMMEDIATE: lambda _: self._end_database(signal.SIGQUIT),
            Fault.STORE_STOPPED: self._stop_store,
            Fault.STORE_SLOW: lambda s: self._wire(ground.store_wire, Condition.SLOW, s),
            Fault.STORE_FULL: lambda s: self._wire(ground.store_wire, Condition.DISK_FULL, s),
            Fault.STORE_CUT: lambda s: self._wire(ground.store_wire, Condition.CUT_UPLOAD, s),
            Fault.PHONE_CUT: lambda s: self._wire(ground.phone_wire, Condition.CUT_UPLOAD, s),
            Fault.ANSWER_LOST: lambda s: self._wire(ground.phone_wire, Condition.LOSE_ANSWER, s),
            Fault.CLOCK_WRONG: self._wrong_clock,
        }

    def cause(self, fault: Fault, for_s: float) -> None:
        """Let a fault happen and pass; returns when it has passed."""
        self._acts[fault](for_s)

    def _kill(self, name: str) -> None:
        self._ground.processes.kill(name, with_children=True)

    def _kill_horse(self) -> None:
        self._horse(signal.SIGKILL, within_s=4)

    def _horse(self, number: signal.Signals, within_s: float) -> list[int]:
        """Signal the verifier's forks, waiting for one; none may come while the bell is away."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            pid = self._ground.processes.pid("verifier")
            pids = [one.pid for one in descendants(pid)] if pid else []
            for one in pids:
                with suppress(ProcessLookupError):
                    os.kill(one, number)
            if pids:
                return pids
            time.sleep(0.01)
        return []

    def _freeze(self) -> None:
        frozen = self._horse(signal.SIGSTOP, within_s=4)
        time.sleep(LEASE.total_seconds() + 6)
        for one in frozen:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGCONT)

    def _empty_bell(self) -> None:
        with Redis.from_url(self._ground.stack.environment("web")["REDIS_URL"]) as redis:
            redis.flushall()

    def _forget_bell(self, for_s: float) -> None:
        self._ground.stack.halt("valkey")
        shutil.rmtree(self._ground.stack.data / "valkey" / "appendonlydir", ignore_errors=True)
        time.sleep(for_s)
        self._ground.stack.restart("valkey")

    def _end_database(self, number: signal.Signals) -> None:
        with self._database:
            self._ground.stack.kill("postgres", number)
            time.sleep(0.5)
            self._ground.stack.wait_healthy("postgres", within_s=60)

    def _stop_store(self, for_s: float) -> None:
        self._ground.stack.halt("s3")
        time.sleep(for_s)
        self._ground.stack.restart("s3")

    def _wire(self, wire: Wire, condition: Condition, for_s: float) -> None:
        wire.condition = condition
        time.sleep(for_s)
        wire.condition = Condition.SOUND

    def _wrong_clock(self, for_s: float) -> None:
        role = self._ground.chance.choice(SKEWABLE)
        file = skew_file(self._ground.folder, role)
        file.write_text(str(self._ground.chance.choice((-AN_HOUR_S, AN_HOUR_S))))
        time.sleep(for_s)
        file.unlink()
