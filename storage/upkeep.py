"""Whether somebody does the work: processes that live, work that waits, tables that are missing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.database import Scope, transaction
from storage.findings import Finding, Grade
from storage.parts import Parts
from storage.records import Heartbeat, RuleRow, Work

ALIVE_WITHIN = timedelta(seconds=20)
LONG_WAIT = timedelta(minutes=1)
KINDS = ("web", "verifier", "chores", "clock")
SHANGHAI = timedelta(hours=8)  # the layer above knows the clock of the field; a year is enough here
NEXT_YEAR_FROM = 11  # the State Council announces the holidays of the next year in November


def upkeep(parts: Parts, scope: Scope) -> Iterator[Finding]:
    """Says how the work stands."""
    now = parts.now()
    with transaction(parts.sessions, scope) as session:
        found = [*_processes(session, now), _work(session, now), *_working_days(session, now)]
    yield from found


def _processes(session: Session, now: datetime) -> Iterator[Finding]:
    for kind in KINDS:
        alive = session.scalar(
            select(func.count())
            .select_from(Heartbeat)
            .where(
                Heartbeat.process.startswith(f"{kind}-", autoescape=True),
                Heartbeat.beat_at > now - ALIVE_WITHIN,
            )
        )
        if alive:
            yield Finding(Grade.OK, f"process {kind}", f"{alive} alive")
        else:
            yield Finding(Grade.WARN, f"process {kind}", "none alive")


def _work(session: Session, now: datetime) -> Finding:
    count, oldest = session.execute(
        select(func.count(), func.min(Work.not_before)).where(
            Work.done_at.is_(None), Work.gave_up_at.is_(None), Work.not_before <= now
        )
    ).one()
    if oldest is None:
        return Finding(Grade.OK, "work", "none waits")
    waits = now - oldest
    grade = Grade.WARN if waits > LONG_WAIT else Grade.OK
    return Finding(grade, "work", f"{count} wait, the oldest for {waits.total_seconds():.0f} s")


def _working_days(session: Session, now: datetime) -> Iterator[Finding]:
    """Warns of years whose holidays would count as working days."""
    values = session.scalars(
        select(RuleRow.value).where(RuleRow.name == "working_days", RuleRow.valid_from <= now)
    )
    known = {year for value in values if isinstance(value, dict) for year in value}
    today = now + SHANGHAI
    years = [today.year, *([today.year + 1] if today.month >= NEXT_YEAR_FROM else [])]
    for year in years:
        if str(year) not in known:
            said = f"no table for {year}: its holidays count as working days"
            yield Finding(Grade.WARN, "working days", said)
