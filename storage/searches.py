"""Whether faces are searched among the enrolled, by district: both searches take a limit."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.findings import Finding, Grade
from storage.records import District, Offender, Office, RuleRow

OTHERS = "search in others' references"
LOOK_ALIKES = "look-alikes among the enrolled"


def searches(session: Session, now: datetime) -> Iterator[Finding]:
    """Says in how many districts each search is off, and why."""
    registered = _registered(session)
    limits = _by_district(session, "search_limit", now, registered)
    without = [one for one, limit in limits.items() if not isinstance(limit, dict)]
    crowded = [
        one
        for one, limit in limits.items()
        if isinstance(limit, dict) and registered[one] > int(limit.get("people", 0))
    ]
    if without or not registered:
        said = "no limit is in force; python -m verifier.calibrate.searching measures one"
        yield Finding(Grade.WARN, OTHERS, f"off in {_of(without, registered)}: {said}")
    if crowded:
        said = "more people are registered than its limit is for"
        yield Finding(Grade.WARN, OTHERS, f"off in {_of(crowded, registered)}, in time: {said}")
    if registered and not without and not crowded:
        yield Finding(Grade.OK, OTHERS, f"on in {_of(list(registered), registered)}")
    distances = _by_district(session, "look_alike_distance", now, registered)
    off = [one for one, distance in distances.items() if not distance]
    if off or not registered:
        said = "look_alike_distance is not set; the report of verifier.calibrate.searching helps"
        yield Finding(Grade.WARN, LOOK_ALIKES, f"not told in {_of(off, registered)}: {said}")
    else:
        yield Finding(Grade.OK, LOOK_ALIKES, f"told in {_of(list(registered), registered)}")


def _registered(session: Session) -> dict[UUID, int]:
    """Counts the people of every district."""
    return dict(
        session.execute(
            select(District.id, func.count(Offender.id))
            .outerjoin(Office, Office.district_id == District.id)
            .outerjoin(Offender, Offender.office_id == Office.id)
            .group_by(District.id)
        ).all()
    )


def _by_district(
    session: Session, rule: str, now: datetime, districts: dict[UUID, int]
) -> dict[UUID, Any]:
    """Gives a rule's newest value by district; a district's own goes before the city's."""
    rows = session.execute(
        select(RuleRow.district_id, RuleRow.value)
        .where(RuleRow.name == rule, RuleRow.valid_from <= now)
        .order_by(RuleRow.valid_from, RuleRow.number)
    ).all()
    newest: dict[UUID | None, Any] = dict(rows)
    return {one: newest.get(one, newest.get(None)) for one in districts}


def _of(some: list[UUID], districts: dict[UUID, int]) -> str:
    return f"{len(some)} of {len(districts)} districts"
