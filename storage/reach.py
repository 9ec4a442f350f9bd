"""Which servers a process reaches, and the sign of life that says so."""

import logging
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, text
from sqlalchemy.orm import Session, aliased

from storage.database import DatabaseUnavailableError, Scope, database_time, transaction
from storage.parts import Parts
from storage.queues import Bell
from storage.records import Heartbeat

log = logging.getLogger(__name__)

BEAT_EVERY_S = 5.0
LONGEST_SILENCE = timedelta(seconds=60)
FORGET_AFTER = timedelta(days=1)
STORE, STEADY_SINCE = "store", "steady_since"
AHEAD_S = "clock_ahead_s"  # of PostgreSQL's


@dataclass(frozen=True)
class Reach:
    """Which servers answer now; a bell that is away delays verdicts and nothing else."""

    database: bool
    bell: bool
    store: bool


def look(parts: Parts, scope: Scope) -> Reach:
    """Asks each server once; raises nothing."""
    bell = parts.bell
    return Reach(
        database=_database_answers(parts, scope),
        bell=isinstance(bell, Bell) and bell.reachable(),
        store=parts.media.reachable(),
    )


def process_name(kind: str) -> str:
    """Returns a name that no other living process has, such as web-host-4711."""
    return f"{kind}-{socket.gethostname()}-{os.getpid()}"


def beat(parts: Parts, scope: Scope, process: str) -> Reach:
    """Writes that a process lives, when it last reached each server, and what its clock shows.

    When that was, PostgreSQL's clock says: a process with a wrong one of its own would otherwise
    invent an outage, or hide one. Raises DatabaseUnavailableError.
    """
    reach = look(parts, scope)
    with transaction(parts.sessions, scope) as session:
        now = database_time(session)
        ahead = (parts.now() - now).total_seconds()
        row = session.get(Heartbeat, process, with_for_update=True)
        if row is None:
            row = Heartbeat(process=process, started_at=now, reach={})
            session.add(row)
        row.beat_at = now
        row.reach = seen(row.reach, reach, now) | {AHEAD_S: round(ahead, 3)}
    return reach


def seen(before: Mapping[str, str], reach: Reach, now: datetime) -> dict[str, str]:
    """Returns when each server was last reached, and since when the store without a silence.

    Only with both ends of it can a silence of all be told from one of whoever looks.
    """
    after = dict(before) | {
        name: now.isoformat() for name, answers in asdict(reach).items() if answers
    }
    last = before.get(STORE)
    silent = last is None or now - datetime.fromisoformat(last) > LONGEST_SILENCE
    if reach.store and silent:
        after[STEADY_SINCE] = now.isoformat()
    return after


def forget_processes(session: Session, now: datetime) -> int:
    """Clear the signs of life of processes that are gone for a day; gives how many.

    Those of the last process of a kind stay: from them a long silence of all is read.
    """
    successor = aliased(Heartbeat)
    replaced = exists().where(
        func.split_part(successor.process, "-", 1) == func.split_part(Heartbeat.process, "-", 1),
        successor.beat_at > now - FORGET_AFTER,
    )
    gone = session.execute(
        delete(Heartbeat).where(Heartbeat.beat_at < now - FORGET_AFTER, replaced)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


class Heart:
    """A thread that beats for a process whose main thread may be busy or waiting."""

    def __init__(self, parts: Parts, scope: Scope, process: str) -> None:
        self._parts, self._scope, self._process = parts, scope, process
        self._stopping = threading.Event()
        self._beating = threading.Lock()
        self._thread = threading.Thread(target=self._beat_on, name="heart", daemon=True)

    def start(self) -> None:
        """Begins to beat; a database that is away is waited for."""
        self._thread.start()

    def stop(self) -> None:
        """Beats no more."""
        self._stopping.set()
        self._thread.join(1.0)  # a look at a server that is away may take longer: not waited for

    @contextmanager
    def between_beats(self) -> Iterator[None]:
        """Holds the next beat back, and waits for the one that is under way.

        For who forks: whatever lock of a library a beat holds (SQLAlchemy's, while it configures
        its mappers) stays held for ever in the child, which then waits for nobody.
        """
        with self._beating:
            yield

    def _beat_on(self) -> None:
        while True:
            try:
                with self._beating:
                    beat(self._parts, self._scope, self._process)
            except DatabaseUnavailableError:
                log.warning("beat_not_written", extra={"process_name": self._process})
            if self._stopping.wait(BEAT_EVERY_S):
                return


def _database_answers(parts: Parts, scope: Scope) -> bool:
    try:
        with transaction(parts.sessions, scope) as session:
            session.execute(text("SELECT 1"))
    except DatabaseUnavailableError:
        return False
    return True
