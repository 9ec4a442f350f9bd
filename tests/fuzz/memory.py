"""How much memory the processes hold while they are fuzzed, and whether it grows."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, mean

from storage.local_stack import Processes
from storage.local_stack.process_tree import descendants

EVERY_S = 0.5
MIB = 1024 * 1024
PAGE = os.sysconf("SC_PAGESIZE")
# Until then each of the web's threads finds its own heap: measured, 135 MiB become 260 and stay.
WARM_FROM = 0.5
WORKERS = {"web": "web worker", "verifier": "horse"}


@dataclass(frozen=True)
class Sample:
    """What one process held when so many requests were answered."""

    answered: int
    mib: float


@dataclass(frozen=True)
class Course:
    """How the memory of one process went, in MiB; `slope` is a thousand requests' once warm."""

    name: str
    before: float
    middle: float
    end: float
    highest: float
    slope: float


@dataclass
class Watch:
    """Samples every process until it is stopped."""

    processes: Processes
    answered: Callable[[], int]
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self) -> None:
        """Sample in a thread of its own."""
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Sample no more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def courses(self) -> list[Course]:
        """Give the course of each process that lived through the run, and of all horses as one."""
        return [_course(name, samples) for name, samples in sorted(self.samples.items())]

    def _look_on(self) -> None:
        while not self._over.is_set():
            answered = self.answered()
            for name, mib in _held(self.processes).items():
                self.samples.setdefault(name, []).append(Sample(answered, mib))
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
        held |= {"horses": max(horses)} if horses else {}
    return {name: mib for name, mib in held.items() if mib}


def _mib(pid: int) -> float:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):  # it has just ended
        return 0.0
    return int(pages) * PAGE / MIB


def _course(name: str, samples: Sequence[Sample]) -> Course:
    total = samples[-1].answered
    warm = [one for one in samples if one.answered >= total * WARM_FROM]
    return Course(
        name,
        before=samples[0].mib,
        middle=_around(samples, total * 0.5, total),
        end=mean(one.mib for one in samples[-3:]),
        highest=max(one.mib for one in samples),
        slope=_slope(warm),
    )


def _around(samples: Sequence[Sample], point: float, total: int) -> float:
    near = sorted(samples, key=lambda one: abs(one.answered - point))[:3]
    return mean(one.mib for one in near) if total else samples[0].mib


def _slope(samples: Sequence[Sample]) -> float:
    if len({one.answered for one in samples}) < 2:
        return 0.0
    line = linear_regression([one.answered for one in samples], [one.mib for one in samples])
    return line.slope * 1000
