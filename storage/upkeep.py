"""Whether somebody does the work: processes that live, work that waits, tables that are missing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.canary import constant_scores
from storage.database import Scope, database_time, transaction
from storage.findings import Finding, Grade
from storage.parts import Parts
from storage.reach import AHEAD_S
from storage.records import Heartbeat, MediaFinding, MediaSweep, RuleRow, Work
from storage.searches import searches

ALIVE_WITHIN = timedelta(seconds=20)
LONG_WAIT = timedelta(minutes=1)
A_DAY = timedelta(days=1)
COMPARED_WITHIN = timedelta(hours=3)
CLOCK_MAY_DIFFER = timedelta(seconds=2)
KINDS = ("web", "verifier", "chores", "clock")
SHANGHAI = timedelta(hours=8)  # the layer above knows the clock of the field; a year is enough here
NEXT_YEAR_FROM = 11  # the State Council announces the holidays of the next year in November


def upkeep(parts: Parts, scope: Scope) -> Iterator[Finding]:
    """Says how the work stands."""
    with transaction(parts.sessions, scope) as session:
        now = database_time(session)
        found = [
            *_processes(session, now),
            *_clocks(session, now),
            _work(session, now),
            _given_up(session, now),
            *_media(session, now),
            *constant_scores(session),
            *_working_days(session, now),
            *searches(session, now),
        ]
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
        # What is to pass a backlog is due before it was added (migration 0018).
        select(func.count(), func.min(func.greatest(Work.not_before, Work.added_at))).where(
            Work.done_at.is_(None), Work.gave_up_at.is_(None), Work.not_before <= now
        )
    ).one()
    if oldest is None:
        return Finding(Grade.OK, "work", "none waits")
    waits = now - oldest
    grade = Grade.WARN if waits > LONG_WAIT else Grade.OK
    return Finding(grade, "work", f"{count} wait, the oldest for {waits.total_seconds():.0f} s")


def _clocks(session: Session, now: datetime) -> Iterator[Finding]:
    """Warns of processes whose clock differs from PostgreSQL's, by which the system counts."""
    for row in session.scalars(select(Heartbeat).where(Heartbeat.beat_at > now - ALIVE_WITHIN)):
        ahead = timedelta(seconds=float(row.reach.get(AHEAD_S, 0)))
        if abs(ahead) > CLOCK_MAY_DIFFER:
            said = f"differs from PostgreSQL's by {ahead.total_seconds():.0f} s: look after NTP"
            yield Finding(Grade.WARN, f"clock of {row.process}", said)


def _given_up(session: Session, now: datetime) -> Finding:
    count = session.scalar(
        select(func.count())
        .select_from(Work)
        .where(Work.gave_up_at.is_not(None), Work.gave_up_at > now - A_DAY)
    )
    if not count:
        return Finding(Grade.OK, "work given up", "none within a day")
    return Finding(
        Grade.WARN, "work given up", f"{count} within a day; officers have what it was about"
    )


def _media(session: Session, now: datetime) -> Iterator[Finding]:
    """Says what the hourly comparison found; `--media` names the objects and reads all bytes."""
    last = session.scalars(
        select(MediaSweep)
        .where(MediaSweep.finished_at.is_not(None))
        .order_by(MediaSweep.number.desc())
        .limit(1)
    ).first()
    if last is None or last.finished_at is None:
        yield Finding(Grade.WARN, "media compared", "not yet; the chores do it every hour")
    else:
        ago = now - last.finished_at
        grade = Grade.WARN if ago > COMPARED_WITHIN else Grade.OK
        said = f"{ago.total_seconds() / 60:.0f} min ago: {last.objects} objects"
        yield Finding(grade, "media compared", f"{said}, {last.bytes_of} of them read")
    wrong = session.execute(
        select(MediaFinding.wrong, func.count())
        .where(MediaFinding.gone_at.is_(None))
        .group_by(MediaFinding.wrong)
        .order_by(MediaFinding.wrong)
    )
    for kind, count in wrong:
        said = f"{count} found by comparing; name them with --media"
        yield Finding(Grade.FAULT, f"media {kind}", said)


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
