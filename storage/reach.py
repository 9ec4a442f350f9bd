"""Which servers a process reaches, and the sign of life that says so."""

import logging
import os
import socket
import threading
from dataclasses import asdict, dataclass

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from storage.database import DatabaseUnavailableError, Scope, transaction
from storage.parts import Parts
from storage.queues import Bell
from storage.records import Heartbeat

log = logging.getLogger(__name__)

BEAT_EVERY_S = 5.0


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
    """Writes that a process lives and when it last reached each server.

    Raises DatabaseUnavailableError.
    """
    reach = look(parts, scope)
    now = parts.now()
    seen = {name: now.isoformat() for name, answers in asdict(reach).items() if answers}
    row = insert(Heartbeat).values(process=process, started_at=now, beat_at=now, reach=seen)
    merged = Heartbeat.reach.op("||")(row.excluded.reach)
    with transaction(parts.sessions, scope) as session:
        session.execute(
            row.on_conflict_do_update(
                index_elements=["process"], set_={"beat_at": now, "reach": merged}
            )
        )
    return reach


class Heart:
    """A thread that beats for a process whose main thread may be busy or waiting."""

    def __init__(self, parts: Parts, scope: Scope, process: str) -> None:
        self._parts, self._scope, self._process = parts, scope, process
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name="heart", daemon=True)

    def start(self) -> None:
        """Begins to beat; a database that is away is waited for."""
        self._thread.start()

    def stop(self) -> None:
        """Beats no more."""
        self._stopping.set()
        self._thread.join(BEAT_EVERY_S)

    def _beat_on(self) -> None:
        while True:
            try:
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
