"""How the system runs, in figures about nobody: work, processes, media, outages, refusals."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from storage.records import Queue

# Each with what it says; its name in PostgreSQL's functions app_upkeep() (migration 0009),
# app_last_errors() (0012), app_knocks() (0014) and app_constant_scores() (0029).
MEANINGS = {
    "work_waiting": "work that could be done now and that nobody does, by queue",
    "work_oldest_seconds": "for how long the oldest undone work has been due, by queue",
    "work_leased": "work that somebody does now, by queue",
    "work_leases_expired": "work whose holder was lost, by queue",
    "work_attempts_lost": "attempts used up by undone work, by queue",
    "work_last_errors": "undone work that failed before, by queue and what it last failed of",
    "work_gave_up": "work that no machine will do and an officer has, by queue",
    "processes_alive": "processes with a sign of life within 20 s, by kind",
    "clock_wrong_by_seconds": "by how much the clock of a living process differs, by kind",
    "media_findings": "objects about which database and store disagree, by what is wrong",
    "media_compared_seconds_ago": "how long ago the last comparison of all media ended",
    "media_compared_objects": "objects in the last comparison: all, and those that were read",
    "outages_recorded": "outages, by who says so",
    "refused_lately": "refused in the last ten minutes, over all accounts and phones, by what was",
    "scores_constant": "1 for a score that was the same in the last 200 check-ins: an alarm",
    "phones_asked": "phones that wait for an officer, and those that asked in the last hour",
}


FIGURES = """
    SELECT figure, label, value FROM app_upkeep()
    UNION ALL SELECT 'work_last_errors', label, value FROM app_last_errors()
    UNION ALL SELECT figure, label, value FROM app_knocks()
    UNION ALL
    SELECT 'scores_constant', score, constant::int::float FROM app_constant_scores()
"""


@dataclass(frozen=True)
class Figure:
    """One number and what it is the number of."""

    name: str
    label: str
    value: float


def read_figures(session: Session) -> list[Figure]:
    """Return every figure that is not zero."""
    rows = session.execute(text(FIGURES))
    return [Figure(name, label, value) for name, label, value in rows]


def oldest_wait_s(figures: Iterable[Figure], queue: Queue) -> float:
    """Return for how many seconds the oldest work of a queue has been due; 0 where none waits."""
    waits = (
        one.value for one in figures if (one.name, one.label) == ("work_oldest_seconds", queue)
    )
    return next(waits, 0.0)
