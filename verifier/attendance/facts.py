"""What is known about one window: values, gathered by whoever asks for its outcome."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mobile_contract.codes import CheckInState, WindowOutcome
from verifier.attendance.windows import Window
from verifier.rules.rules import Rules

EXCUSES = frozenset(
    {
        WindowOutcome.EXCUSED_LEAVE,
        WindowOutcome.EXCUSED_SYSTEM,
        WindowOutcome.EXCUSED_DEVICE,
        WindowOutcome.EXCUSED,
    }
)


@dataclass(frozen=True)
class CheckInFact:
    """One check-in that belongs to the window.

    `claimed_at` is the capture time by the phone's corrected wall clock; it counts only where
    neither reception nor proof is in time and the check-in was confirmed nevertheless.
    """

    id: UUID
    state: CheckInState
    received_at: datetime
    proven_at: datetime | None = None
    claimed_at: datetime | None = None

    @property
    def counts_at(self) -> datetime:
        """Returns the earliest instant at which the check-in is known to have existed."""
        return self.proven_at or self.received_at


@dataclass(frozen=True)
class OutageSpan:
    """A time in which our servers could not receive."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class PhoneGap:
    """A time without a phone: from the reported loss to the next activation, if there was one."""

    lost_at: datetime
    activated_at: datetime | None = None


@dataclass(frozen=True)
class OutageLimits:
    """When an outage, or a gap without a phone, excuses a window."""

    last: timedelta
    share: float

    @classmethod
    def of(cls, rules: Rules) -> "OutageLimits":
        """Takes from the rules when an outage excuses a window."""
        return cls(timedelta(minutes=rules.outage_last_minutes), rules.outage_share)


@dataclass(frozen=True)
class WindowFacts:
    """Everything that the outcome of one window depends on but the time of asking.

    technical_attempts: when known persons' attempts were refused for their form.
    findings: what people or leave records say of the window: one of EXCUSES each, or
    MISSED_CONFIRMED.
    supervised: whether anybody was due: under supervision, and not paused.
    """

    window: Window
    outage_limits: OutageLimits
    checkins: tuple[CheckInFact, ...] = ()
    technical_attempts: tuple[datetime, ...] = ()
    findings: tuple[WindowOutcome, ...] = ()
    outages: tuple[OutageSpan, ...] = ()
    phone_gaps: tuple[PhoneGap, ...] = ()
    supervised: bool = True

    def __post_init__(self) -> None:
        """Refuses findings that nobody can find."""
        if not set(self.findings) <= EXCUSES | {WindowOutcome.MISSED_CONFIRMED}:
            msg = f"not an excuse: {', '.join(self.findings)}"
            raise ValueError(msg)
