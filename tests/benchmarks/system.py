"""The servers and processes that are measured: real, durable, on loopback, gone afterwards."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.local_stack import LocalStack, Processes, Store
from storage.local_stack.process_tree import descendants
from storage.parts import Parts
from tests.factories import Factory
from tests.servers import lay_onlooker, web_parts

ROOT = Path(__file__).resolve().parent.parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
_OWN_TIMES = slice(11, 15)  # utime, stime and those of ended children, behind the command's name

Say = Callable[[str], None]


@dataclass(frozen=True)
class System:
    """One data folder's servers, with nobody at work until a measurement starts them."""

    stack: LocalStack
    processes: Processes
    parts: Parts
    factory: Factory
    folder: Path
    say: Say
    until: float  # on the monotonic clock: no further round is begun after it

    def rounds(self, what: str, count: int) -> Iterator[int]:
        """Announce and count rounds; the first is always played, the others while there is time."""
        for number in range(1, count + 1):
            if number > 1 and time.monotonic() > self.until:
                self.say(f"{what}: no time for more rounds")
                return
            self.say(f"{what}, round {number} of {count}")
            yield number

    @contextmanager
    def working(self, *names: str) -> Iterator[None]:
        """Let these processes of the Procfile run, and no others."""
        self.processes.start(names)
        try:
            self.processes.wait_ready()
            yield
        finally:
            self.processes.stop()

    @contextmanager
    def second(self, name: str) -> Iterator[None]:
        """Let one more process of a kind run beside the first."""
        more = Processes(ROOT / "Procfile", self.stack.environment, self.folder / name, _silence)
        more.start([name])
        try:
            more.wait_ready()
            yield
        finally:
            more.stop()

    def cpu_seconds(self, servers: Sequence[str], processes: Sequence[str]) -> dict[str, float]:
        """Read how long each has computed so far, its children included."""
        pids = {name: self.stack.pid(name) for name in servers}
        pids |= {name: self.processes.pid(name) for name in processes}
        found = {name: _cpu_seconds(pid) for name, pid in pids.items() if pid}
        return found | {"client": time.process_time()}


@contextmanager
def system(store: Store, say: Say, until: float) -> Iterator[System]:
    """Start servers on an empty data folder, with fsync as in production; erase all at the end."""
    with tempfile.TemporaryDirectory(prefix="checkin-bench-") as folder:
        stack = LocalStack(Path(folder) / "var", store, report=_silence)
        try:
            with stack:
                processes = Processes(ROOT / "Procfile", stack.environment, stack.logs, _silence)
                processes.release()
                lay_onlooker(stack)
                with web_parts(stack) as parts:
                    try:
                        factory = Factory(parts)
                        yield System(stack, processes, parts, factory, Path(folder), say, until)
                    finally:
                        processes.stop()
        finally:
            stack.erase()


def _silence(_line: str) -> None:
    """Say nothing: the table is what is asked for, and faults are raised."""


def _cpu_seconds(pid: int) -> float:
    family = [pid, *(one.pid for one in descendants(pid))]
    return sum(_ticks(one) for one in family) / TICKS


def _ticks(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return sum(int(field) for field in text.rpartition(")")[2].split()[_OWN_TIMES])
