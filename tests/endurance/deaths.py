"""Processes that die or freeze, and come back."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import httpx
from sqlalchemy import select, text

from storage.local_stack import Processes
from storage.local_stack.process_tree import Process, descendants, process, wait_gone
from storage.queues import DRAIN_TIMEOUT_S
from storage.records import Work, WorkKind
from storage.work import LEASE
from tests.endurance.ground import VERIFIER, Ground
from tests.endurance.holding import Holding, holding
from tests.endurance.waiting import (
    BACK_WITHIN_S,
    HAPPENS_WITHIN_S,
    Did,
    asked_patiently,
    wait_until,
)

READY = {VERIFIER: b"worker_ready", "chores": b"worker_ready", "clock": b"clock_ready"}
LOOK_AT_FORKS_EVERY_S = 0.005
# From a claim to where a fork is stopped: fetching, looking, concluding take about so long.
LONGEST_MOMENT_S = 0.25
WHILE_LOOKING_S = 0.05
STANDS_STILL_S = 1.0
# Of any state: a fork that is stopped while it waits for a lock holds what it locked before.
STANDING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'checkin_verifier'"
    " AND xact_start < clock_timestamp() - make_interval(secs => :still_s)"
)
FREEZES_WITHIN_S = LEASE.total_seconds() + HAPPENS_WITHIN_S * 2
JUDGED_WITHIN_S = LEASE.total_seconds() + 25.0
# A drain that was stopped for so long must still have time to conclude.
YOUNG_S = DRAIN_TIMEOUT_S - JUDGED_WITHIN_S - 10.0


@dataclass(frozen=True)
class Caught:
    """A fork and what it holds."""

    horse: Process
    holding: Holding


def _at_once() -> bool:
    return True


def kill(ground: Ground, name: str, when: Callable[[], bool] = _at_once) -> Did:
    """Kill a process and all below it; passed when it is back and ready."""
    processes = ground.processes
    wait_until(lambda: processes.pid(name), BACK_WITHIN_S)
    wait_until(when, HAPPENS_WITHIN_S, every_s=0.01)
    pid, ready = processes.pid(name), _times_ready(processes, name)
    doomed = _family(pid)
    began = ground.watch.seconds()
    processes.kill(name, with_children=True)
    wait_gone(doomed, BACK_WITHIN_S)
    wait_until(lambda: _is_back(ground, name, pid, ready), BACK_WITHIN_S)
    return Did(began, _gone(doomed))


def kill_horse(ground: Ground) -> Did:
    """Kill a fork that looks at faces, a moment after it took up some work."""
    caught = _catch(ground, ground.processes, signal.SIGKILL, lambda _: True)
    began = ground.watch.seconds()
    horses = [caught.horse] if caught else []
    wait_gone(horses, BACK_WITHIN_S)
    return Did(began, _gone(horses))


def freeze_horse(ground: Ground) -> Did:
    """Stop a fork of the second machine that holds work until somebody else has taken it over."""
    until = time.monotonic() + FREEZES_WITHIN_S
    while time.monotonic() < until:
        caught = _catch(ground, ground.second, signal.SIGSTOP, lambda _: True)
        began = ground.watch.seconds()
        if caught is None:
            break
        try:
            if _is_held(ground, caught.holding):
                return Did(began, int(_is_taken_over(ground, caught.holding)))
        finally:
            _send(caught.horse, signal.SIGCONT)
        time.sleep(ground.chance.uniform(0.0, 1.0))
    return Did(ground.watch.seconds(), 0)


def freeze_looking_horse(ground: Ground) -> Did:
    """Stop a fork while it looks at a selfie until somebody else has judged it, then let it go on.

    Passed when it is through with that selfie: what it could write by then, it has written.
    """
    until = time.monotonic() + FREEZES_WITHIN_S
    while time.monotonic() < until:
        caught = _catch(ground, ground.second, signal.SIGSTOP, _can_conclude, WHILE_LOOKING_S)
        began = ground.watch.seconds()
        if caught is None:
            break
        try:
            judged = _only_looks(ground, caught) and _is_judged(ground, caught.holding)
        finally:
            _send(caught.horse, signal.SIGCONT)
        if judged:
            return Did(began, int(_is_through(ground, caught)))
        time.sleep(ground.chance.uniform(0.0, 1.0))
    return Did(ground.watch.seconds(), 0)


def _can_conclude(caught: Caught) -> bool:
    """Tell whether a fork looks at a selfie and wakes again before RQ ends its drain."""
    held = caught.holding
    return held.looking and held.kind is WorkKind.VERIFY_CHECKIN and _age_s(caught.horse) < YOUNG_S


def _age_s(horse: Process) -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME) - horse.started / os.sysconf("SC_CLK_TCK")


def _only_looks(ground: Ground, caught: Caught) -> bool:
    """Tell whether a frozen fork has its work still to conclude, and no transaction open.

    Else PostgreSQL would end its session, and it could write nothing whoever guards the lease.
    """
    return _is_held(ground, caught.holding) and not _transaction_is_open(ground)


def _is_judged(ground: Ground, holding: Holding) -> bool:
    wanted = select(Work.number).where(Work.number == holding.number, Work.done_at.is_not(None))

    def look() -> bool:
        return asked_patiently(ground.parts, lambda session: session.scalar(wanted)) is not None

    return wait_until(look, JUDGED_WITHIN_S, every_s=0.2)


def _is_through(ground: Ground, caught: Caught) -> bool:
    """Tell whether a fork that woke took up something else."""
    pid = caught.horse.pid
    return wait_until(lambda: holding(ground.folder, pid) != caught.holding, HAPPENS_WITHIN_S)


def _is_taken_over(ground: Ground, holding: Holding) -> bool:
    within_s = LEASE.total_seconds() + HAPPENS_WITHIN_S
    return wait_until(lambda: not _is_held(ground, holding), within_s, every_s=0.2)


def _is_held(ground: Ground, holding: Holding) -> bool:
    """Tell whether the row is still in the hands of this very lease, as others see it."""
    wanted = select(Work.number).where(
        Work.number == holding.number,
        Work.lease_token == holding.lease_token,
        Work.done_at.is_(None),
    )
    return asked_patiently(ground.parts, lambda session: session.scalar(wanted)) is not None


def _transaction_is_open(ground: Ground) -> bool:
    """Tell whether a verifier is in a transaction that began before it was stopped."""
    time.sleep(STANDS_STILL_S)
    return asked_patiently(
        ground.parts, lambda session: bool(session.scalar(STANDING, {"still_s": STANDS_STILL_S}))
    )


def _catch(
    ground: Ground,
    machine: Processes,
    number: signal.Signals,
    fits: Callable[[Caught], bool],
    longest_s: float = LONGEST_MOMENT_S,
) -> Caught | None:
    """Signal a fork of a verifier a moment after it claimed something; waits for one that does."""
    until = time.monotonic() + HAPPENS_WITHIN_S
    while time.monotonic() < until:
        for caught in _working(ground, machine):
            if fits(caught):
                time.sleep(ground.chance.uniform(0.0, longest_s))
                _send(caught.horse, number)
                now = holding(ground.folder, caught.horse.pid)
                stopped = Caught(caught.horse, now or caught.holding)
                if fits(stopped):
                    return stopped
                _send(caught.horse, signal.SIGCONT)
        time.sleep(LOOK_AT_FORKS_EVERY_S)
    return None


def _working(ground: Ground, machine: Processes) -> Iterator[Caught]:
    pid = machine.pid(VERIFIER)
    for horse in descendants(pid) if pid else ():
        held = holding(ground.folder, horse.pid)
        if held is not None:
            yield Caught(horse, held)


def _send(horse: Process, number: signal.Signals) -> None:
    if process(horse.pid) == horse:
        with suppress(ProcessLookupError):
            os.kill(horse.pid, number)


def _family(pid: int | None) -> list[Process]:
    own = process(pid) if pid else None
    return [own, *descendants(own.pid)] if own else []


def _gone(doomed: list[Process]) -> int:
    return sum(process(one.pid) != one for one in doomed)


def _is_back(ground: Ground, name: str, before: int | None, times_ready: int) -> bool:
    if ground.processes.pid(name) in {None, before}:
        return False
    if name in READY:
        return _times_ready(ground.processes, name) > times_ready
    try:
        return httpx.get(f"{ground.stack.public_url}/healthz", timeout=2).is_success
    except httpx.TransportError:
        return False


def _times_ready(processes: Processes, name: str) -> int:
    log = processes.log_folder / f"{name}.log"
    return log.read_bytes().count(READY[name]) if name in READY and log.exists() else 0
