"""Taking rows: claimed, read and their photos ordered, while those before are looked at."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sqlalchemy.orm import Session

from storage import work
from storage.database import DatabaseUnavailableError, transaction
from storage.records import Queue
from storage.work import Claim
from verifier.jobs.handlers import TOGETHER, read_ahead
from verifier.jobs.rows import Read, Row
from verifier.jobs.stopping import StoppedError
from verifier.jobs.workplace import Workplace

log = logging.getLogger(__name__)

# What is done together shares its statements, the more the better (32 rows instead of 16 save 2 ms
# of processor a check-in). But who takes all leaves the other workers nothing, and no verdict is
# there before the last of them is looked at: so half of what waits, or this many.
_SHARE, _LEAST = 2, 8


def claim(workplace: Workplace, most: int) -> list[Row]:
    """Takes the row that waits longest, or several that are done together; none without a database.

    More than one only of what is done together, and of a long queue half: the rest is left to
    other workers.
    """
    try:
        with transaction(workplace.parts.sessions, workplace.scope) as session:
            claims = _claimed(session, workplace.queue, most)
    except DatabaseUnavailableError:
        log.warning("database_unavailable", extra={"queue": workplace.queue})
        return []
    read = _read(workplace, claims)
    rows = [Row(one, read.get(one.number)) for one in claims]
    workplace.order(photo for row in rows for photo in row.photos)
    return rows


def claim_beside(workplace: Workplace, most: int) -> Callable[[], list[Row]]:
    """Begins to claim; returns what waits for the rows: none where a stop does not let it wait.

    What it claims all the same is left to its lease, unexamined.
    """
    wait = workplace.beside.start(partial(claim, workplace, most))

    def rows() -> list[Row]:
        try:
            return wait()
        except StoppedError:
            return []

    return rows


def _claimed(session: Session, queue: Queue, most: int) -> list[Claim]:
    first = work.claim(session, queue)
    if first is None:
        return []
    more = most - 1 if first.kind in TOGETHER else 0
    if more >= _LEAST:
        waiting = work.waiting(session, first, more * _SHARE)
        more = min(more, max(_LEAST - 1, waiting // _SHARE))
    return [first, *(work.claim_more(session, first, more) if more else ())]


def _read(workplace: Workplace, claims: Sequence[Claim]) -> Mapping[int, Read]:
    """Reads what rows are about, by their numbers; of none where one cannot be read.

    Each is read again when it is begun, and a fault is its own then.
    """
    if not TOGETHER.intersection(one.kind for one in claims):
        return {}
    try:
        with transaction(workplace.parts.sessions, workplace.scope) as session:
            return read_ahead(session, workplace, claims)
    except DatabaseUnavailableError:
        return {}
    except Exception:  # the edge: whatever is wrong with one row
        log.exception("not_read_ahead", extra={"work": [one.number for one in claims]})
        return {}
