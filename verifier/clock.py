"""`python -m verifier.clock`: knows when things are to be done, never what.

Not `rq cron`: that one dies in an outage of Redis, and two of them do everything twice (measured).
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import FrameType

from sqlalchemy import text
from sqlalchemy.orm import Session

from storage import proofs_seen, sweeps, work
from storage.database import (
    DatabaseUnavailableError,
    Scope,
    ScopeKind,
    database_time,
    transaction,
)
from storage.keys import WeakKeyError
from storage.parts import Parts, open_parts
from storage.reach import Heart, forget_processes, process_name
from storage.records import Queue
from storage.settings import SettingMissingError
from storage.telemetry import log_to_stdout
from verifier import (
    challenges,
    items,
    missing_files,
    overdue,
    reconcile,
    registrations,
    renewal,
    retention,
)
from verifier.attendance import due, lay, withdrawn
from verifier.outages import note_receiving
from verifier.settings import storage_of_one_thread

log = logging.getLogger(__name__)

SCOPE = Scope(ScopeKind.CLOCK)
TICK_S = 2.0
LONGEST_DUTY = "2s"


@dataclass(frozen=True)
class Done:
    """What a duty did: how much, which queues to ring, and whether more of it waits."""

    count: int = 0
    rings: frozenset[Queue] = frozenset()
    more: bool = False


Function = Callable[[Session, datetime], Done]
Now = Callable[[Session], datetime]


@dataclass(frozen=True)
class Duty:
    """Something to be done every so often, by one clock at a time."""

    name: str
    every_s: float
    function: Function


def _in_batches(
    function: Callable[[Session, datetime], int], batch: int, session: Session, now: datetime
) -> Done:
    """Does one batch; a full one means that there is more."""
    count = function(session, now)
    return Done(count, more=count >= batch)


def _ring_unheard(session: Session, _now: datetime) -> Done:
    queues = work.unheard(session)
    return Done(len(queues), queues)


def _note_receiving(session: Session, now: datetime) -> Done:
    return Done(len(note_receiving(session, process_name("clock"), now)))


def _promise_again(session: Session, now: datetime) -> Done:
    return Done(reconcile.promise_again(session, now))


def _stop_waiting_for_files(session: Session, now: datetime) -> Done:
    count = missing_files.stop_waiting(session, now)
    rings = frozenset({Queue.FACES}) if count else frozenset()
    return Done(count, rings, more=count >= missing_files.MOST_AT_ONCE)


def _forget_processes(session: Session, now: datetime) -> Done:
    return Done(forget_processes(session, now))


def _compare_media(session: Session, now: datetime) -> Done:
    queues = sweeps.begin_due(session, now)
    return Done(len(queues), queues)


# An outage is recorded before anything is settled that it excuses.
DUTIES = (
    Duty("outages", 4, _note_receiving),
    Duty("ring", 2, _ring_unheard),
    Duty("settle_windows", 2, partial(_in_batches, due.settle_due, due.MOST_AT_ONCE)),
    Duty("settle_outages", 10, partial(_in_batches, due.settle_outages, due.MOST_AT_ONCE)),
    Duty("lay_windows", 10, partial(_in_batches, lay.lay_windows, 1)),
    Duty(
        "put_windows_right",
        60,
        partial(_in_batches, withdrawn.put_right, withdrawn.MOST_AT_ONCE),
    ),
    Duty(
        "phones_for_officers",
        4,
        partial(_in_batches, registrations.keep_items, registrations.MOST_AT_ONCE),
    ),
    Duty("files_that_did_not_come", 60, _stop_waiting_for_files),
    Duty("escalate_items", 30, partial(_in_batches, items.escalate, items.MOST_AT_ONCE)),
    Duty("close_overdue", 60, partial(_in_batches, overdue.close_overdue, overdue.MOST_AT_ONCE)),
    Duty(
        "forget_proofs",
        60,
        partial(_in_batches, proofs_seen.forget_proofs, proofs_seen.MOST_AT_ONCE),
    ),
    Duty(
        "propose_renewals",
        3600,
        partial(_in_batches, renewal.propose_renewals, renewal.MOST_AT_ONCE),
    ),
    Duty(
        "forget_photo_hashes",
        600,
        partial(_in_batches, retention.forget_photo_hashes, retention.MOST_AT_ONCE),
    ),
    Duty(
        "forget_checkin_vectors",
        600,
        partial(_in_batches, retention.forget_checkin_vectors, retention.MOST_AT_ONCE),
    ),
    Duty(
        "forget_challenges",
        600,
        partial(_in_batches, challenges.forget_unused, challenges.MOST_AT_ONCE),
    ),
    Duty("reconcile", 3600, _promise_again),
    Duty("compare_media", 60, _compare_media),
    Duty("forget_processes", 600, _forget_processes),
)


@dataclass
class Clock:
    """One process among equals: any number of them do the work of one."""

    parts: Parts
    duties: tuple[Duty, ...] = DUTIES
    now: Now = database_time
    stopping: threading.Event = field(default_factory=threading.Event)
    due_at: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Ticks until it is asked to stop; a database that is away is waited for."""
        while not self.stopping.is_set():
            self.tick(time.monotonic())
            self.stopping.wait(TICK_S)

    def tick(self, monotonic: float) -> None:
        """Does every duty whose time has come."""
        for duty in self.duties:
            if self.stopping.is_set() or monotonic < self.due_at.get(duty.name, 0.0):
                continue
            try:
                done = do_alone(self.parts, duty, self.now)
            except DatabaseUnavailableError:
                log.warning("database_unavailable", extra={"duty": duty.name})
                return
            except Exception:  # the edge: one broken duty must not keep the others from being done
                log.exception("duty_failed", extra={"duty": duty.name})
                done = None
            more = done is not None and done.more
            self.due_at[duty.name] = monotonic if more else monotonic + duty.every_s


def do_alone(parts: Parts, duty: Duty, now: Now = database_time) -> Done | None:
    """Does a duty in one transaction under its own lock; None where another clock is at it.

    PostgreSQL says what time it is: a clock process with a wrong time does nothing early or late.
    """
    with transaction(parts.sessions, SCOPE) as session:
        session.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_DUTY}'"))
        if not session.scalar(
            text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"duty {duty.name}"},
        ):
            return None
        done = duty.function(session, now(session))
    for queue in done.rings:
        parts.bell.ring(queue)
    if done.count:
        log.info("duty_done", extra={"duty": duty.name, "count": done.count})
    return done


def main() -> int:
    """Run the clock until it is asked to stop."""
    log_to_stdout()
    try:
        parts = open_parts(storage_of_one_thread(os.environ))
    except (SettingMissingError, WeakKeyError) as missing:
        sys.stderr.write(f"clock: {missing}\n")
        return 1
    clock = Clock(parts)

    def stop(_number: int, _frame: FrameType | None) -> None:
        clock.stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    heart = Heart(parts, SCOPE, process_name("clock"))
    heart.start()
    log.info("clock_ready")
    clock.run()
    heart.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
