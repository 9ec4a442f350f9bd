"""What is known of threshold sets: limits, what they were measured on, who put them in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from storage.database import transaction
from storage.parts import Parts
from storage.records import Officer, ThresholdActivation, ThresholdSetRow
from verifier.rules.in_force import in_force
from verifier.verdicts import bands
from verifier.verdicts.bands import Limits
from verifier.verdicts.quality import QualityLimits
from verifier.verdicts.threshold_sets import set_of


@dataclass(frozen=True)
class Rates:
    """What a set gave on the trials it was made on, for one number of references."""

    genuine: int
    impostor: int
    fmr: Mapping[str, float]  # by group
    fnmr: Mapping[str, float]


@dataclass(frozen=True)
class Line:
    """The limits for one number of references; `rates` None where nobody laid any in."""

    limits: Limits
    rates: Rates | None


@dataclass(frozen=True)
class Wished:
    """One wish to put a set in force, and what became of it."""

    id: UUID
    reason: str
    asked_by: str
    asked_at: datetime
    mine: bool
    answered_by: str | None
    confirmed_at: datetime | None
    declined_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether a second person is awaited."""
        return self.confirmed_at is None and self.declined_at is None


@dataclass(frozen=True)
class KnownSet:
    """One set as the page shows it."""

    name: str
    in_force: bool
    laid_by: str | None  # None: the code's own, of which no row was laid in
    laid_at: datetime | None
    reason: str | None
    lines: tuple[Line, ...]
    gate: QualityLimits
    wishes: tuple[Wished, ...]

    @property
    def can_be_asked_for(self) -> bool:
        """Tell whether somebody may ask for this set now."""
        waits = any(one.is_open for one in self.wishes)
        return self.laid_at is not None and not self.in_force and not waits


def read_sets(parts: Parts, caller: OfficerCaller) -> tuple[KnownSet, ...]:
    """Give every set, the one in force first, then the latest laid in."""
    with transaction(parts.sessions, caller.scope) as session:
        name = in_force(session, None, parts.now()).threshold_set or bands.DEFAULT.name
        rows = session.scalars(
            select(ThresholdSetRow).order_by(ThresholdSetRow.laid_at.desc(), ThresholdSetRow.name)
        ).all()
        wishes = _wishes(session, caller)
        sets = [_of_row(row, name, wishes.get(row.name, ())) for row in rows]
        if all(one.name != bands.DEFAULT.name for one in sets):
            sets.append(_built_in(name))
    return tuple(sorted(sets, key=lambda one: not one.in_force))


def _wishes(session: Session, caller: OfficerCaller) -> dict[str, tuple[Wished, ...]]:
    rows = session.scalars(
        select(ThresholdActivation).order_by(ThresholdActivation.asked_at.desc())
    ).all()
    names = _names(session, rows)
    return {
        name: tuple(_wished(row, names, caller) for row in rows if row.set_name == name)
        for name in {row.set_name for row in rows}
    }


def _names(session: Session, rows: Sequence[ThresholdActivation]) -> dict[UUID, str]:
    wanted = {
        one for row in rows for one in (row.asked_by, row.confirmed_by, row.declined_by) if one
    }
    found = session.execute(select(Officer.id, Officer.name).where(Officer.id.in_(wanted)))
    return dict(found.all())


def _wished(row: ThresholdActivation, names: Mapping[UUID, str], caller: OfficerCaller) -> Wished:
    answered = row.confirmed_by or row.declined_by
    return Wished(
        id=row.id,
        reason=row.reason,
        asked_by=names.get(row.asked_by, ""),
        asked_at=row.asked_at,
        mine=row.asked_by == caller.officer_id,
        answered_by=names.get(answered) if answered else None,
        confirmed_at=row.confirmed_at,
        declined_at=row.declined_at,
    )


def _of_row(row: ThresholdSetRow, in_force_now: str, wishes: tuple[Wished, ...]) -> KnownSet:
    rates = {one["references"]: one for one in row.measured.get("limits", ())}
    kept = set_of(row)
    return KnownSet(
        name=row.name,
        in_force=row.name == in_force_now,
        laid_by=row.laid_by,
        laid_at=row.laid_at,
        reason=row.reason,
        lines=tuple(Line(one, _rates(rates.get(one.references))) for one in kept.limits),
        gate=kept.quality,
        wishes=wishes,
    )


def _rates(kept: Mapping[str, Any] | None) -> Rates | None:
    if kept is None:
        return None
    return Rates(kept["genuine"], kept["impostor"], kept["fmr"], kept["fnmr"])


def _built_in(in_force_now: str) -> KnownSet:
    own = bands.DEFAULT
    lines = tuple(Line(limits, None) for limits in own.limits)
    return KnownSet(own.name, own.name == in_force_now, None, None, None, lines, own.quality, ())
