"""The one way to PostgreSQL: an engine a process, a scope a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Engine, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from storage.settings import DatabaseSettings

Sessions = sessionmaker[Session]


class DatabaseUnavailableError(Exception):
    """PostgreSQL did not answer; nothing was written."""


class ScopeKind(StrEnum):
    """On whose behalf a transaction runs."""

    DOOR = "door"  # before a caller is known: sign-in, activation
    OFFENDER = "offender"
    OFFICER = "officer"
    VERIFIER = "verifier"
    CHORES = "chores"
    CLOCK = "clock"
    COMMAND = "command"  # an administrator at a terminal


@dataclass(frozen=True)
class Scope:
    """Who acts in a transaction; PostgreSQL knows it as `app.scope` and `app.subject`."""

    kind: ScopeKind
    subject: UUID | str | None = None
    inspects: bool = False  # a procurator: what they look at is hidden from the inspected

    @property
    def actor(self) -> str:
        """The text that audit rows carry."""
        return f"{self.kind}:{self.subject}" if self.subject else str(self.kind)


DOOR = Scope(ScopeKind.DOOR)


# A process that freezes or loses its line within a transaction keeps what it locked from everybody
# who could take its work over; PostgreSQL ends it after this, which no honest transaction reaches.
IDLE_IN_TRANSACTION = "30s"


# There are more threads than connections: in a rush they wait their turn, longer than one upload
# takes on a busy machine, before anybody is told that the server is away.
WAIT_FOR_A_CONNECTION_S = 15


def open_engine(settings: DatabaseSettings) -> Engine:
    """Make the process's engine; to be called after any fork, connects lazily."""
    engine = create_engine(
        settings.url,
        pool_size=settings.pool_size,
        max_overflow=settings.pool_size,
        pool_timeout=WAIT_FOR_A_CONNECTION_S,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 5,
            "prepare_threshold": settings.prepares_after,
            "options": "-c timezone=UTC -c lock_timeout=10s"
            f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION}",
        },
    )
    event.listen(engine, "connect", _bound_statements)
    return engine


def _bound_statements(connection: object, _record: object) -> None:
    # A statement that runs longer than this is a fault, not work: a check-in touches few rows.
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("SET statement_timeout = '60s'")
    cursor.close()
    connection.commit()  # type: ignore[attr-defined]


def open_sessions(settings: DatabaseSettings) -> Sessions:
    """Make the process's session factory."""
    sessions = sessionmaker(open_engine(settings), expire_on_commit=False)
    for known in ("loaded_as_persistent", "pending_to_persistent"):
        event.listen(sessions, known, _hold)
    return sessions


def reads_once(session: Session) -> bool:
    """Say whether what a transaction has read need not be read again: the verifier's alone.

    It writes no rules. Others may look at a row and lock it later, and are to see it anew.
    """
    scope: Scope | None = session.info.get("scope")
    return scope is not None and scope.kind is ScopeKind.VERIFIER


def _hold(session: Session, row: object) -> None:
    """Keep a row that SQLAlchemy would forget as soon as nobody looks at it."""
    if reads_once(session):
        session.info.setdefault("held", []).append(row)


def close_sessions(sessions: Sessions) -> None:
    """Close the connections behind a session factory."""
    engine: Engine = sessions.kw["bind"]
    engine.dispose()


def database_time(session: Session) -> datetime:
    """Read PostgreSQL's clock: where several processes must agree, it decides."""
    return session.execute(select(func.clock_timestamp())).scalar_one()  # type: ignore[no-any-return]


_SET_SCOPE = text(
    "SELECT set_config('app.scope', :kind, true), set_config('app.subject', :who, true),"
    " set_config('plan_cache_mode', :plans, true)"
)


@contextmanager
def transaction(sessions: Sessions, scope: Scope) -> Iterator[Session]:
    """Run one transaction in a scope; commits at the end, rolls back on any exception.

    Raises DatabaseUnavailableError when PostgreSQL is away.
    """
    try:
        with sessions.begin() as session:
            session.info["scope"] = scope
            session.execute(_SET_SCOPE, _words(scope))
            yield session
    except (OperationalError, PoolTimeoutError) as fault:
        raise DatabaseUnavailableError from fault
    except DBAPIError as fault:
        if fault.connection_invalidated:
            raise DatabaseUnavailableError from fault
        raise


def _words(scope: Scope) -> dict[str, str]:
    """Returns what PostgreSQL is told of a transaction.

    The verifier says the same few statements all day, each about a handful of rows found by their
    keys: planned once, they cost a fifth less (docs/architecture.md, Traps).
    """
    plans = "force_generic_plan" if scope.kind is ScopeKind.VERIFIER else "auto"
    return {"kind": str(scope.kind), "who": str(scope.subject or ""), "plans": plans}
