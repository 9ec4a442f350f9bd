"""On which days a person is under supervision and due: periods without their pauses."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mobile_contract.codes import SupervisionState
from verifier.attendance.plans import WindowTimes
from verifier.local_time import local_date, local_instant

A_DAY = timedelta(days=1)
A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Days:
    """Days in Asia/Shanghai, both inclusive; no last one means open."""

    first: date
    last: date | None = None

    def hold(self, day: date) -> bool:
        """Tells whether a day is one of these."""
        return self.first <= day and not self.is_over(day)

    def is_over(self, day: date) -> bool:
        """Tells whether a day comes after these."""
        return self.last is not None and self.last < day

    def meet(self, other: "Days") -> bool:
        """Tells whether some day is one of both."""
        before = self.last is not None and self.last < other.first
        after = other.last is not None and other.last < self.first
        return not before and not after

    @property
    def end(self) -> datetime | None:
        """The instant that the last day ends with, the first that is no longer within."""
        if self.last is None or self.last == date.max:
            return None
        return local_instant(self.last + A_DAY, time())


@dataclass(frozen=True)
class Period(Days):
    """The days of a period, and when its end was decided, if it did not come by itself."""

    end_decided_at: datetime | None = None

    def expects(self, instant: datetime) -> bool:
        """Tells whether what lasts until an instant could still be asked of the person."""
        return self.end_decided_at is None or instant <= self.end_decided_at


@dataclass(frozen=True)
class Supervision:
    """The periods of one person, and the pauses in them that were not called off."""

    periods: tuple[Period, ...] = ()
    pauses: tuple[Days, ...] = ()

    def state(self, day: date) -> SupervisionState | None:
        """Returns where supervision stands on a day; None where there is no period at all."""
        if not self.periods:
            return None
        if any(period.hold(day) for period in self.periods):
            paused = any(pause.hold(day) for pause in self.pauses)
            return SupervisionState.PAUSED if paused else SupervisionState.RUNNING
        begun = any(period.first <= day for period in self.periods)
        return SupervisionState.ENDED if begun else SupervisionState.NOT_BEGUN

    def period(self, day: date) -> Period | None:
        """Returns the period of a day, else the last that began, else the next."""
        begun = [one for one in self.periods if one.first <= day]
        if begun:
            return max(begun, key=lambda one: (one.hold(day), one.first))
        return min(self.periods, key=lambda one: one.first, default=None)

    def next_pause(self, day: date) -> Days | None:
        """Returns the pause of a day, else the next one that is announced; None after an end."""
        if self.state(day) is SupervisionState.ENDED:
            return None
        to_come = [one for one in self.pauses if not one.is_over(day)]
        return min(to_come, key=lambda one: one.first, default=None)

    def covers(self, times: WindowTimes) -> bool:
        """Tells whether somebody is due in a window: all of it lies within, none in a pause.

        One that ends at midnight touches no next day; one that was still open when an end was
        decided is asked of nobody.
        """
        first, last = local_date(times.opens), local_date(times.grace_ends - A_MOMENT)
        within = any(
            period.first <= first and not period.is_over(last) and period.expects(times.grace_ends)
            for period in self.periods
        )
        return within and not any(pause.meet(Days(first, last)) for pause in self.pauses)

    def takes(self, captured: datetime, received: datetime, upload: timedelta) -> bool:
        """Tells whether a check-in is taken: captured before an end, received soon enough after.

        One from before any period is taken too: nothing has ended.
        """
        day = local_date(captured)
        begun = [period for period in self.periods if period.first <= day]
        if not begun and self.periods:
            return True
        ends = [period.end for period in begun]
        return any(end is None or (captured < end and received - upload <= end) for end in ends)
