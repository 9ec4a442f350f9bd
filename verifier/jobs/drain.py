"""The one job on the queues: does what waits, row by row, as PostgreSQL has it."""

import logging
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from storage import work
from storage.database import DatabaseUnavailableError, transaction
from storage.media import StoreUnavailableError
from storage.records import Queue
from storage.work import Claim, SupersededError
from verifier.jobs import claiming, limits, stopping
from verifier.jobs.beside import Rest
from verifier.jobs.groups import groups
from verifier.jobs.handlers import handle, handler_of
from verifier.jobs.rows import Row
from verifier.jobs.stopping import StoppedError
from verifier.jobs.workplace import Workplace, open_workplace

log = logging.getLogger(__name__)

LONGEST_DRAIN_S = 60.0
# A fork, new connections and all that is done for the first time cost a lone check-in eight times
# what looking at it does (docs/architecture.md, Traps): who is done listens a while for the next.
LISTENS_S, LISTENS_EVERY_S = 5.0, 0.05
# Whoever looks gives the interpreter up at every call of a library, and waits so long for it while
# the rows before are concluded; with Python's own 5 ms that is half a millisecond a check-in.
SWITCH_S = 0.0002
SERVER_PAUSE = timedelta(seconds=3)
PATIENCE_S = 25.0
LOOK_EVERY_S = 0.5
# What one transaction costs is shared by so many; at first by a few, of which nothing was fetched.
FIRST = 2
MOST_TOGETHER = {Queue.FACES: 32, Queue.CHORES: 1}


def drain() -> None:
    """Does rows until none came for a while, a stop is asked for or the time is over.

    Where the time is over and rows wait, or a stop was asked for, it rings for the next drain.
    While some rows are computed the next are claimed already and read, and their photos on their
    way. It costs their subjects nothing where this process dies: their lease ends, unexamined.
    """
    workplace = open_workplace()
    limits.allow_cpu_for_a_row()
    sys.setswitchinterval(SWITCH_S)
    until = time.monotonic() + LONGEST_DRAIN_S
    fine = True
    while fine:
        fine = _do_all(workplace, until)
        fine = _ended(workplace) and fine and _hears_more(workplace, until)
    if stopping.asked():  # what it gave back, or was rung for last, is for whoever is there
        workplace.parts.bell.ring(workplace.queue)


def _do_all(workplace: Workplace, until: float) -> bool:
    """Does what waits; tells whether it is worth listening for more."""
    most = MOST_TOGETHER[workplace.queue]
    rows = [] if stopping.asked() else claiming.claim(workplace, min(most, FIRST))
    while rows:
        if time.monotonic() > until:
            if _do_each(workplace, groups(rows)):
                workplace.parts.bell.ring(workplace.queue)
            return False
        following = claiming.claim_beside(workplace, most)
        if not _do_each(workplace, groups(rows)):
            _let_go(workplace, following())
            return False
        rows = following() or ([] if stopping.asked() else claiming.claim(workplace, most))
    return True


def _hears_more(workplace: Workplace, until: float) -> bool:
    """Listens for the bell as long as that may be; tells whether it rang."""
    until = min(until, time.monotonic() + LISTENS_S)
    while time.monotonic() < until and not stopping.wait(LISTENS_EVERY_S):
        if workplace.parts.bell.heard(workplace.queue):
            return True
    return False


def do_next(workplace: Workplace, most: int = 1) -> bool:
    """Does the rows that wait longest; tells whether it is worth asking for others."""
    rows = claiming.claim(workplace, most)
    fine = bool(rows) and _do_each(workplace, groups(rows))
    return _ended(workplace) and fine


def _do_each(workplace: Workplace, waiting: Sequence[Sequence[Row]]) -> bool:
    """Does group after group; where it is not worth going on, gives back the rest."""
    for number, group in enumerate(waiting, start=1):
        limits.allow_cpu_for_a_photo()
        if not _attempt(workplace, group) or stopping.asked():
            _let_go(workplace, [row for rest in waiting[number:] for row in rest])
            return False
    return True


def _attempt(workplace: Workplace, group: Sequence[Row]) -> bool:
    """Does claimed rows, but for their ending, while those before end; then lets them end.

    Tells whether it is worth asking for others.
    """
    left = list[Rest]()
    fine = _caught(workplace, group, lambda: left.extend(_begin(workplace, group)))
    workplace.forget(photo for row in group for photo in row.photos)
    fine = _ended(workplace) and fine
    for rest in left:
        workplace.beside.end(group, rest)
    return fine


def _ended(workplace: Workplace) -> bool:
    """Waits until nothing is ending; tells whether it is worth asking for others."""
    fine = True
    while (ending := workplace.beside.take_ending()) is not None:
        fine = _caught(workplace, ending.rows, ending.wait) and fine
    return fine


def _caught(workplace: Workplace, group: Sequence[Row], act: Rest) -> bool:
    """Does a part of what a group takes; tells whether it is worth asking for others.

    It is not when a server of ours is away: the clock rings again.
    """
    claims = [row.claim for row in group]
    try:
        act()
    except SupersededError:
        log.warning("work_superseded", extra=_about(claims))
    except (StoreUnavailableError, DatabaseUnavailableError) as fault:
        _hand_back(workplace, claims, type(fault).__name__, SERVER_PAUSE)
        return False
    except StoppedError:
        _hand_back(workplace, claims, "stopped", timedelta(0))
        return False
    except Exception as fault:  # the edge: a photo may break whatever looks at it
        log.exception("work_failed", extra=_about(claims))
        if len(group) > 1:  # one of them did it, and the others are to go on
            return _do_each(workplace, [[row] for row in group])
        _fail_attempt(workplace, claims[0], type(fault).__name__)
    return True


def _let_go(workplace: Workplace, rows: Sequence[Row]) -> None:
    """Gives back rows that were claimed and not begun."""
    if rows:
        workplace.forget(photo for row in rows for photo in row.photos)
        _hand_back(workplace, [row.claim for row in rows], "not begun", timedelta(0))


def _begin(workplace: Workplace, group: Sequence[Row]) -> list[Rest]:
    """Does claimed rows; returns their ending, where that can be done while the next begin."""
    claims = [row.claim for row in group]
    if work.exhausted(claims[0]):
        _give_up(workplace, *claims)  # what was lost before is done alone
        return []
    rest = handle(workplace, group)
    if rest is None:
        log.info("work_done", extra=_about(claims))
        return []
    return [partial(_end, rest, claims)]


def _end(rest: Rest, claims: Sequence[Claim]) -> None:
    rest()
    log.info("work_done", extra=_about(claims))


def _give_up(workplace: Workplace, claim: Claim) -> None:
    with transaction(workplace.parts.sessions, workplace.scope) as session:
        now = workplace.parts.now()
        work.give_up(session, claim, "attempts used up", now)
        rings = handler_of(claim.kind).give_up(session, claim, now)
    log.error("work_given_up", extra=_about([claim]))
    workplace.ring(rings)


def _hand_back(workplace: Workplace, claims: Sequence[Claim], why: str, pause: timedelta) -> None:
    """Returns rows that a fault of ours or a stop interrupted, at no cost to their subjects."""
    for claim in claims:
        _write_patiently(workplace, partial(_return, claim=claim, why=why, pause=pause))
    log.warning("work_handed_back", extra=_about(claims) | {"why": why})


def _return(session: Session, now: datetime, *, claim: Claim, why: str, pause: timedelta) -> None:
    work.hand_back(session, claim, why, pause)
    handler_of(claim.kind).put_back(session, claim, now)


def _fail_attempt(workplace: Workplace, claim: Claim, why: str) -> None:
    def write(session: Session, now: datetime) -> None:
        work.fail_attempt(session, claim, why)
        handler_of(claim.kind).put_back(session, claim, now)

    _write_patiently(workplace, write)


def _write_patiently(workplace: Workplace, write: Callable[[Session, datetime], None]) -> None:
    """Writes once PostgreSQL is there, or leaves the row to its lease.

    Worth waiting for: a lease that runs out would count as an attempt of the subject.
    """
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with transaction(workplace.parts.sessions, workplace.scope) as session:
                write(session, workplace.parts.now())
        except SupersededError:
            return
        except DatabaseUnavailableError:
            if stopping.asked() or time.monotonic() > until:
                return
            time.sleep(LOOK_EVERY_S)
        else:
            return


def _about(claims: Sequence[Claim]) -> dict[str, object]:
    first = claims[0]
    return {
        "work": [claim.number for claim in claims],
        "kind": first.kind,
        "subject": [claim.subject.id for claim in claims],
        "attempt": first.attempt,
    }
