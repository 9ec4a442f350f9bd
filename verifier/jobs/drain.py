"""The one job on the queues: does what waits, row by row, as PostgreSQL has it."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from storage import work
from storage.database import DatabaseUnavailableError, transaction
from storage.media import StoreUnavailableError
from storage.work import Claim, SupersededError
from verifier.jobs import limits, stopping
from verifier.jobs.handlers import handler_of, wanted_by
from verifier.jobs.stopping import StoppedError
from verifier.jobs.workplace import Workplace, open_workplace

log = logging.getLogger(__name__)

LONGEST_DRAIN_S = 60.0
SERVER_PAUSE = timedelta(seconds=3)
PATIENCE_S = 25.0
LOOK_EVERY_S = 0.5


def drain() -> None:
    """Does rows until none waits, a stop is asked for or the time is over; then rings again.

    While one row is computed the next is claimed already, and its photo on its way. It costs its
    subject nothing where this process dies: its lease ends, unexamined.
    """
    workplace = open_workplace()
    until = time.monotonic() + LONGEST_DRAIN_S
    claim = None if stopping.asked() else _claim(workplace)
    while claim is not None:
        over = time.monotonic() > until
        following = None if over else _claim(workplace)
        limits.allow_cpu_for_a_row()
        if not _attempt(workplace, claim) or stopping.asked():
            _let_go(workplace, following)
            return
        if over:
            workplace.parts.bell.ring(workplace.queue)
            return
        claim = following or _claim(workplace)


def do_next(workplace: Workplace) -> bool:
    """Does one waiting row; tells whether it is worth asking for another."""
    claim = _claim(workplace)
    return claim is not None and _attempt(workplace, claim)


def _attempt(workplace: Workplace, claim: Claim) -> bool:
    """Does a claimed row; tells whether it is worth asking for another.

    It is not when a server of ours is away: the clock rings again.
    """
    try:
        _do(workplace, claim)
    except SupersededError:
        log.warning("work_superseded", extra=_about(claim))
    except (StoreUnavailableError, DatabaseUnavailableError) as fault:
        _hand_back(workplace, claim, type(fault).__name__, SERVER_PAUSE)
        return False
    except StoppedError:
        _hand_back(workplace, claim, "stopped", timedelta(0))
        return False
    except Exception as fault:  # the edge: a photo may break whatever looks at it
        log.exception("work_failed", extra=_about(claim))
        _fail_attempt(workplace, claim, type(fault).__name__)
    return True


def _let_go(workplace: Workplace, following: Claim | None) -> None:
    """Gives back a row that was claimed ahead and not begun."""
    if following is not None:
        _hand_back(workplace, following, "not begun", timedelta(0))


def _claim(workplace: Workplace) -> Claim | None:
    """Takes the oldest waiting row and orders the photo that it will be about."""
    try:
        with transaction(workplace.parts.sessions, workplace.scope) as session:
            claim = work.claim(session, workplace.queue)
            wanted = () if claim is None else wanted_by(session, claim)
    except DatabaseUnavailableError:
        log.warning("database_unavailable", extra={"queue": workplace.queue})
        return None
    workplace.order(wanted)
    return claim


def _do(workplace: Workplace, claim: Claim) -> None:
    handler = handler_of(claim.kind)
    if not work.exhausted(claim):
        handler.handle(workplace, claim)
        log.info("work_done", extra=_about(claim))
        return
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        now = workplace.parts.now()
        work.give_up(session, claim, "attempts used up", now)
        rings = handler.give_up(session, claim, now)
    log.error("work_given_up", extra=_about(claim))
    workplace.ring(rings)


def _hand_back(workplace: Workplace, claim: Claim, why: str, pause: timedelta) -> None:
    """Returns a row that a fault of ours or a stop interrupted, at no cost to its subject."""

    def write(session: Session) -> None:
        now = workplace.parts.now()
        work.hand_back(session, claim, why, pause)
        handler_of(claim.kind).put_back(session, claim, now)

    _write_patiently(workplace, write)
    log.warning("work_handed_back", extra=_about(claim) | {"why": why})


def _fail_attempt(workplace: Workplace, claim: Claim, why: str) -> None:
    def write(session: Session) -> None:
        now = workplace.parts.now()
        work.fail_attempt(session, claim, why)
        handler_of(claim.kind).put_back(session, claim, now)

    _write_patiently(workplace, write)


def _write_patiently(workplace: Workplace, write: Callable[[Session], None]) -> None:
    """Writes once PostgreSQL is there, or leaves the row to its lease.

    Worth waiting for: a lease that runs out would count as an attempt of the subject.
    """
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with transaction(workplace.parts.sessions, workplace.scope) as session:
                write(session)
        except SupersededError:
            return
        except DatabaseUnavailableError:
            if stopping.asked() or time.monotonic() > until:
                return
            time.sleep(LOOK_EVERY_S)
        else:
            return


def _about(claim: Claim) -> dict[str, object]:
    return {
        "work": claim.number,
        "kind": claim.kind,
        "subject": claim.subject.id,
        "attempt": claim.attempt,
    }
