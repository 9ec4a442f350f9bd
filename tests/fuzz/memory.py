"""How much memory the processes hold while they are fuzzed, and whether it grows.

A run goes in rounds of the same mixture. Between two of them nobody sends, and each process is
measured at rest: what is in flight would hide a leak, or look like one.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression

from storage.local_stack import Processes
from storage.local_stack.process_tree import descendants

EVERY_S = 0.5
REST_S = 1.5
MIB = 1024 * 1024
PAGE = os.sysconf("SC_PAGESIZE")
# Until then the web's heaps find their size, in steps of 13 MiB as late as in the fifth round; from
# there on a line is laid through the rests.
WARM_ROUNDS = 6
HORSES = "horses"


@dataclass(frozen=True)
class Sample:
    """What one process held when so many requests were answered."""

    answered: int
    mib: float


@dataclass(frozen=True)
class Course:
    """How the memory of one process went, in MiB: at each rest, and at its highest."""

    name: str
    rests: tuple[Sample, ...]
    highest: float

    @property
    def grown(self) -> float:
        """By how much it grew after the warm rounds, by the line through its rests."""
        warm = self.rests[WARM_ROUNDS:]
        if len({one.answered for one in warm}) < 2:
            return 0.0
        answered = [one.answered for one in warm]
        line = linear_regression(answered, [one.mib for one in warm])
        return line.slope * (answered[-1] - answered[0])


@dataclass
class Watch:
    """Samples every process until it is stopped, and each at rest when it is told to."""

    processes: Processes
    answered: Callable[[], int]
    rests: dict[str, list[Sample]] = field(default_factory=dict)
    highest: dict[str, float] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self) -> None:
        """Look on in a thread of its own."""
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._thread.start()

    def rest(self) -> None:
        """Measure while nobody sends."""
        time.sleep(REST_S)
        for name, mib in _held(self.processes).items():
            self.rests.setdefault(name, []).append(Sample(self.answered(), mib))

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def courses(self) -> list[Course]:
        """Give the course of each process that lived through the run, and of all horses as one."""
        return [
            Course(name, tuple(self.rests.get(name, ())), highest)
            for name, highest in sorted(self.highest.items())
        ]

    def _look_on(self) -> None:
        while not self._over.is_set():
            for name, mib in _held(self.processes).items():
                self.highest[name] = max(mib, self.highest.get(name, 0.0))
            self._over.wait(EVERY_S)


def web_workers(processes: Processes) -> tuple[int, ...]:
    """Give the ids of gunicorn's workers."""
    parent = processes.pid("web")
    return tuple(one.pid for one in descendants(parent)) if parent else ()


def _held(processes: Processes) -> Mapping[str, float]:
    held = {f"web worker {pid}": _mib(pid) for pid in web_workers(processes)}
    parent = processes.pid("verifier")
    if parent:
        held[f"verifier {parent}"] = _mib(parent)
        horses = [_mib(one.pid) for one in descendants(parent)]
        held |= {HORSES: max(horses)} if horses else {}
    return {name: mib for name, mib in held.items() if mib}


def _mib(pid: int) -> float:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):  # it has just ended
        return 0.0
    return int(pages) * PAGE / MIB
