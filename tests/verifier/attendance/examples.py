"""A window of one day, and what can happen in it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from mobile_contract.codes import CheckInState, WindowOutcome
from verifier.attendance.facts import CheckInFact, OutageLimits, OutageSpan, WindowFacts
from verifier.attendance.outcome import outcome
from verifier.attendance.windows import Window
from verifier.rules.rules import Rules

OPENS = datetime(2027, 3, 1, 0, 0, tzinfo=UTC)  # 08:00 in Chongqing
DUE = OPENS + timedelta(hours=12)
GRACE_ENDS = OPENS + timedelta(hours=13)
UPLOAD_UNTIL = GRACE_ENDS + timedelta(hours=72)
SECOND = timedelta(seconds=1)
OUTAGE_LIMITS = OutageLimits.of(Rules())
# Two days around the window and the time to upload.
INSTANTS = st.integers(0, 5 * 24 * 3600).map(
    lambda seconds: OPENS - timedelta(days=1) + timedelta(seconds=seconds)
)


def window(number: int = 1, opens: datetime = OPENS, hours: float = 13) -> Window:
    """Returns a window that is due an hour before its grace ends, or at its end if shorter."""
    grace_ends = opens + timedelta(hours=hours)
    return Window(
        opens=opens,
        due=max(grace_ends - timedelta(hours=1), opens + SECOND),
        grace_ends=grace_ends,
        upload_until=grace_ends + timedelta(hours=72),
        id=UUID(int=number),
    )


def checkin(
    received_at: datetime, state: CheckInState = CheckInState.CONFIRMED, **values: Any
) -> CheckInFact:
    """Returns a check-in of the window."""
    values.setdefault("id", UUID(int=100))
    return CheckInFact(state=state, received_at=received_at, **values)


def facts(*checkins: CheckInFact, **values: Any) -> WindowFacts:
    """Returns what is known of the day's window."""
    return WindowFacts(window(), OUTAGE_LIMITS, checkins=checkins, **values)


def outage(starts_at: datetime, ends_at: datetime) -> WindowFacts:
    """Returns the day's window with one outage and no check-in."""
    return facts(outages=(OutageSpan(starts_at, ends_at),))


def after_grace(known: WindowFacts) -> WindowOutcome:
    """Returns the outcome a second after grace."""
    return outcome(known, GRACE_ENDS + SECOND)
