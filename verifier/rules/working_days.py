"""Working days in Asia/Shanghai, by the yearly table that moves them (调休)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from verifier.local_time import local_date, local_instant

SATURDAY = 5


@dataclass(frozen=True)
class YearTable:
    """What differs from Monday to Friday in one year: days off, and weekend days worked."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()


@dataclass(frozen=True)
class WorkingCalendar:
    """The yearly tables; a year without one counts Monday to Friday."""

    years: Mapping[int, YearTable] = field(default_factory=lambda: MappingProxyType({}))

    def is_working_day(self, day: date) -> bool:
        """Tells whether offices work on a day."""
        table = self.years.get(day.year, YearTable())
        if day in table.off:
            return False
        return day in table.worked or day.weekday() < SATURDAY

    def lacks(self, year: int) -> bool:
        """Tells whether a year has no table, so that its holidays count as working days."""
        return year not in self.years


def add_working_days(instant: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """Returns the end of the n-th working day after an instant's own day, in UTC.

    The day of the instant is not counted and the last one counts to its 24:00, as in procedural
    law; 0 gives the end of the instant's own day, working day or not.
    """
    if days < 0:
        msg = f"working days are counted forward, not {days}"
        raise ValueError(msg)
    day = local_date(instant)
    while days:
        day += timedelta(days=1)
        days -= calendar.is_working_day(day)
    return local_instant(day + timedelta(days=1), time())
