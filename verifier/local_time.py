"""The clock of the field: windows, days and months are counted in Asia/Shanghai."""

from datetime import UTC, date, datetime, time, timedelta, timezone

# A fixed offset instead of a zone file: China has had no summer time since 1991, and a fixed
# offset reads nothing from the machine it runs on.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def local_date(instant: datetime) -> date:
    """Returns the calendar day of an instant in Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).date()


def local_instant(day: date, at: time) -> datetime:
    """Returns the instant, in UTC, at which a clock in Asia/Shanghai shows this day and time."""
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)
