"""Counts by district and by office, within the caller's reach; few people are not counted out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from checkin_api.access.callers import OfficerCaller
from checkin_api.access.jurisdiction import places_in_reach
from checkin_api.access.permissions import Action, Who, Whose, allowed
from checkin_api.refusals import RefusedError
from mobile_contract.codes import ProblemCode
from storage.database import transaction
from storage.parts import Parts
from storage.records import District, Office

FEW = 5  # people; counts of fewer would speak of somebody
COUNTS = (
    "people", "with_phone", "enrolled", "open_items", "overdue_items", "received_today",
    "received_week", "confirmed_week", "reviewed_month", "reviewed_confirmed_month",
)  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """The counts of one place."""

    people: int
    with_phone: int
    enrolled: int
    open_items: int
    overdue_items: int
    received_today: int
    received_week: int
    confirmed_week: int
    reviewed_month: int
    reviewed_confirmed_month: int

    @property
    def are_few(self) -> bool:
        """Tell whether these counts speak of so few people that they point at somebody."""
        return self.people < FEW and any(vars(self).values())

    @property
    def confirmed_share(self) -> float | None:
        """Of what was received in seven days, the part that is confirmed; None where it is few."""
        return _share(self.confirmed_week, self.received_week)

    @property
    def false_alarm_share(self) -> float | None:
        """Of what officers had to look at in 30 days and decided, the part that was in order."""
        return _share(self.reviewed_confirmed_month, self.reviewed_month)


@dataclass(frozen=True)
class Line:
    """One district or office; `counts` None where they would speak of single people."""

    id: UUID
    name: str
    counts: Counts | None


@dataclass(frozen=True)
class Figures:
    """What the page shows: the places of one level, and all of them together."""

    of_district: str | None  # its name where the lines are offices
    hides_few: bool  # from the city; a district knows its people by name
    lines: tuple[Line, ...]
    together: Counts | None


def read_figures(parts: Parts, caller: OfficerCaller, district_id: UUID | None = None) -> Figures:
    """Give the districts, or the offices of one; a district supervisor has only the own one.

    Raises RefusedError(not_found) for a district out of reach, as for none.
    """
    with transaction(parts.sessions, caller.scope) as session:
        rows = session.execute(
            text("SELECT * FROM office_figures(:as_of)"), {"as_of": parts.now()}
        ).all()
        if _sees_city(caller) and district_id is None:
            return _of_city(session, rows)
        _, own = places_in_reach(caller, Action.SEE_FIGURES)
        wanted = district_id or next(iter(own), None)
        if wanted is None or not (_sees_city(caller) or wanted in own):
            raise RefusedError(ProblemCode.NOT_FOUND)
        return _of_district(session, wanted, rows, hides_few=wanted not in own)


def hidden(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Give lines without the counts of few people.

    The sum less the lines that stay would tell what is hidden; so the smallest others are hidden
    too, until that tells of at least two places and of enough people.
    """
    rising = sorted(((one.counts.people, one.id) for one in lines if one.counts), key=itemgetter(0))
    few = [one.id for one in lines if one.counts is not None and one.counts.are_few]
    gone, told = set(few), sum(people for people, one in rising if one in few)
    for people, one in rising:
        if not gone or (len(gone) > 1 and told >= FEW):
            break
        if one not in gone:
            gone.add(one)
            told += people
    return tuple(replace(one, counts=None) if one.id in gone else one for one in lines)


def _sees_city(caller: OfficerCaller) -> bool:
    return any(
        allowed(Who(post.role.value), Action.SEE_FIGURES) is Whose.CITY for post in caller.posts
    )


def _of_city(session: Session, rows: Sequence[Row[tuple[object, ...]]]) -> Figures:
    districts = session.execute(select(District.id, District.name).order_by(District.code)).all()
    lines = [
        Line(one, name, _sum(row for row in rows if row.district_id == one))
        for one, name in districts
    ]
    return Figures(None, hides_few=True, lines=hidden(lines), together=_shown(_sum(rows)))


def _of_district(
    session: Session, district_id: UUID, rows: Sequence[Row[tuple[object, ...]]], *, hides_few: bool
) -> Figures:
    district = session.get(District, district_id)
    if district is None:
        raise RefusedError(ProblemCode.NOT_FOUND)
    offices = session.execute(
        select(Office.id, Office.name)
        .where(Office.district_id == district_id)
        .order_by(Office.code)
    ).all()
    lines = [
        Line(one, name, _sum(row for row in rows if row.office_id == one)) for one, name in offices
    ]
    together = _sum(row for row in rows if row.district_id == district_id)
    if not hides_few:
        return Figures(district.name, hides_few=False, lines=tuple(lines), together=together)
    return Figures(district.name, hides_few=True, lines=hidden(lines), together=_shown(together))


def _sum(rows: Iterable[Row[tuple[object, ...]]]) -> Counts:
    found = list(rows)
    return Counts(**{name: sum(int(getattr(row, name)) for row in found) for name in COUNTS})


def _shown(together: Counts) -> Counts | None:
    return None if together.are_few else together


def _share(part: int, of: int) -> float | None:
    return part / of if of >= FEW else None
