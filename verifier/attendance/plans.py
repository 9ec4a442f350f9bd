"""A reporting plan, and the instants that it means on one day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from verifier.local_time import local_instant
from verifier.rules.rules import Rules


@dataclass(frozen=True)
class WindowTimes:
    """The four instants of a window, in UTC: each counts as still within what it ends."""

    opens: datetime
    due: datetime
    grace_ends: datetime
    upload_until: datetime

    def __post_init__(self) -> None:
        """Refuses a window whose instants do not follow one another."""
        if not self.opens < self.due <= self.grace_ends < self.upload_until:
            msg = "a window opens, is due, ends its grace and its upload, in this order"
            raise ValueError(msg)

    def is_open(self, instant: datetime) -> bool:
        """Tells whether a check-in captured at this instant belongs into the window."""
        return self.opens <= instant <= self.grace_ends


@dataclass(frozen=True)
class DailyPlan:
    """One window a day; times of day in Asia/Shanghai, past midnight where they run backwards."""

    opens: time
    due: time
    grace_ends: time

    @classmethod
    def of(cls, rules: Rules) -> "DailyPlan":
        """Takes the default plan from the rules."""
        return cls(rules.default_opens, rules.default_due, rules.default_grace_ends)

    def on(self, day: date, upload_hours: int) -> WindowTimes:
        """Returns the window that opens on a day in Asia/Shanghai.

        Raises ValueError for times that do not follow one another within 24 hours.
        """
        opens = local_instant(day, self.opens)
        grace_ends = _next(opens, day, self.grace_ends)
        return WindowTimes(
            opens=opens,
            due=_next(opens, day, self.due),
            grace_ends=grace_ends,
            upload_until=grace_ends + timedelta(hours=upload_hours),
        )


def _next(opens: datetime, day: date, at: time) -> datetime:
    """Returns the first instant after opening at which a clock shows this time of day."""
    instant = local_instant(day, at)
    return instant if instant > opens else local_instant(day + timedelta(days=1), at)
