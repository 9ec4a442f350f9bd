"""Comparing media with their rows: one slice of the hourly sweep a work row."""

import logging
import time
from datetime import datetime

from sqlalchemy.orm import Session

from storage import sweeps, work
from storage.database import database_time, transaction
from storage.reconcile import Look, compare
from storage.records import Queue
from storage.sweeps import Slice
from storage.work import Claim
from verifier.jobs import limits
from verifier.jobs.workplace import Workplace
from verifier.rules.in_force import in_force

log = logging.getLogger(__name__)

RENEW_EVERY_S = 5.0


class _Renewal:
    """Keeps the lease and the CPU limit of a row that may take longer than a photo."""

    def __init__(self, workplace: Workplace, claim: Claim) -> None:
        self._workplace, self._claim = workplace, claim
        self._since = time.monotonic()

    def __call__(self) -> None:
        """Renews now and then; raises SupersededError, DatabaseUnavailableError."""
        if time.monotonic() - self._since < RENEW_EVERY_S:
            return
        with transaction(self._workplace.parts.sessions, self._workplace.scope) as session:
            work.renew(session, self._claim)
        limits.allow_cpu_for_a_row()
        self._since = time.monotonic()


def handle(workplace: Workplace, claim: Claim) -> None:
    """Compares the next slice of a sweep and writes down what is wrong there; deletes nothing."""
    parts, scope = workplace.parts, workplace.scope
    with transaction(parts.sessions, scope) as session:
        now = database_time(session)
        part = _next_slice(session, claim, now)
        if part is None:
            return
    look = Look(now, part.reads, _Renewal(workplace, claim))
    compared = compare(parts, scope, part.beginning, look)
    with transaction(parts.sessions, scope) as session:
        now = database_time(session)
        work.finish(session, claim, now)
        rings = sweeps.end_slice(session, part, compared, now)
    for one in compared.disagreements:
        if not one.fresh:
            log.error("media_wrong", extra={"wrong": one.wrong, "media_id": one.media_id})
    workplace.ring(rings)


def put_back(session: Session, claim: Claim, now: datetime) -> None:
    """Does nothing: the sweep stands where it stood."""


def give_up(session: Session, claim: Claim, now: datetime) -> frozenset[Queue]:
    """Ends this sweep; the doctor says so, and the clock begins another in an hour."""
    sweeps.give_up(session, claim.subject.id, now)
    return frozenset()


def _next_slice(session: Session, claim: Claim, now: datetime) -> Slice | None:
    days = in_force(session, None, now).media_read_days
    part = sweeps.next_slice(session, claim.subject.id, days)
    if part is None:
        work.finish(session, claim, now)
    return part
