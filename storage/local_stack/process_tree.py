"""Which processes descend from one, read from /proc."""

import os
import signal
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_STATE, _PPID, _STARTED = 0, 1, 19  # fields of /proc/<pid>/stat, counted behind the command's name
_LOOK_EVERY_S = 0.01
_ZOMBIE = "Z"  # ended; only its parent has not asked how


@dataclass(frozen=True)
class Process:
    """One process; the start time tells it from a later one with the same id."""

    pid: int
    started: int


def process(pid: int) -> Process | None:
    """Return the living process with this id, or None where there is none."""
    fields = _stat(pid)
    return Process(pid, int(fields[_STARTED])) if fields else None


def descendants(pid: int) -> tuple[Process, ...]:
    """Return every living process below `pid`, parents before children."""
    children: dict[int, list[Process]] = defaultdict(list)
    for folder in Path("/proc").iterdir():
        fields = _stat(int(folder.name)) if folder.name.isdigit() else []
        if fields:
            children[int(fields[_PPID])].append(Process(int(folder.name), int(fields[_STARTED])))
    found: list[Process] = []
    waiting = list(children[pid])
    while waiting:
        found.append(waiting.pop(0))
        waiting.extend(children[found[-1].pid])
    return tuple(found)


def kill_all(processes: Iterable[Process], number: signal.Signals) -> None:
    """Send a signal to those of the processes that still live."""
    for one in processes:
        if process(one.pid) == one:
            try:
                os.kill(one.pid, number)
            except ProcessLookupError:
                continue


def wait_gone(processes: Iterable[Process], within_s: float) -> None:
    """Wait until none of the processes lives, or the time is over."""
    until = time.monotonic() + within_s
    while time.monotonic() < until and any(process(one.pid) == one for one in processes):
        time.sleep(_LOOK_EVERY_S)


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    fields = text.rpartition(")")[2].split()
    return [] if fields[_STATE] == _ZOMBIE else fields
