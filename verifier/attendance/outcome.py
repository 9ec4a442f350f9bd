"""What became of one window: pure, the best that its facts allow."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from mobile_contract.codes import CheckInState, WindowOutcome
from verifier.attendance.facts import EXCUSES, CheckInFact, OutageSpan, PhoneGap, WindowFacts
from verifier.attendance.windows import Window

# `awaited` stands above `not_confirmed`: while a window is open, the person can still report.
# `withdrawn` stands above what somebody would have to look at: nobody was due.
BEST_FIRST = (
    WindowOutcome.PRESENT,
    WindowOutcome.LATE,
    WindowOutcome.PENDING,
    WindowOutcome.NOT_DECIDED,
    WindowOutcome.WITHDRAWN,
    WindowOutcome.TECHNICAL,
    WindowOutcome.EXCUSED_LEAVE,
    WindowOutcome.EXCUSED_SYSTEM,
    WindowOutcome.EXCUSED_DEVICE,
    WindowOutcome.EXCUSED,
    WindowOutcome.AWAITED,
    WindowOutcome.NOT_CONFIRMED,
    WindowOutcome.NOT_RECEIVED,
    WindowOutcome.MISSED,
    WindowOutcome.MISSED_CONFIRMED,
)

_RANK = MappingProxyType({outcome: rank for rank, outcome in enumerate(BEST_FIRST)})

_BY_STATE = MappingProxyType(
    {
        CheckInState.RECEIVED: WindowOutcome.PENDING,
        CheckInState.VERIFYING: WindowOutcome.PENDING,
        CheckInState.IN_REVIEW: WindowOutcome.PENDING,
        CheckInState.NOT_DECIDED: WindowOutcome.NOT_DECIDED,
        CheckInState.NOT_CONFIRMED: WindowOutcome.NOT_CONFIRMED,
    }
)


def is_worse(one: WindowOutcome, other: WindowOutcome) -> bool:
    """Tells whether the first outcome stands below the second."""
    return _RANK[one] > _RANK[other]


def outcome(facts: WindowFacts, now: datetime) -> WindowOutcome:
    """Returns the best that the facts allow at an instant."""
    possible = {_without_contact(facts, now)}
    possible.update(_by_checkin(facts.window, checkin) for checkin in _counting(facts))
    possible.update(EXCUSES.intersection(facts.findings))
    if not facts.supervised:
        possible.add(WindowOutcome.WITHDRAWN)
    if now > facts.window.grace_ends:
        possible.update(_after_grace(facts))
    return min(possible, key=_RANK.__getitem__)


def settling_checkin(facts: WindowFacts) -> CheckInFact | None:
    """Returns the best check-in, of equals the earliest; None when the window has none."""
    return min(
        _counting(facts),
        key=lambda checkin: (
            _RANK[_by_checkin(facts.window, checkin)],
            checkin.counts_at,
            checkin.id,
        ),
        default=None,
    )


def _without_contact(facts: WindowFacts, now: datetime) -> WindowOutcome:
    if now <= facts.window.grace_ends:
        return WindowOutcome.AWAITED
    if now <= facts.window.upload_until:
        return WindowOutcome.NOT_RECEIVED
    if WindowOutcome.MISSED_CONFIRMED in facts.findings:
        return WindowOutcome.MISSED_CONFIRMED
    return WindowOutcome.MISSED


def _counting(facts: WindowFacts) -> list[CheckInFact]:
    """Returns the check-ins that speak; a superseded one lets its confirmed retake speak."""
    return [one for one in facts.checkins if one.state is not CheckInState.SUPERSEDED]


def _by_checkin(window: Window, checkin: CheckInFact) -> WindowOutcome:
    if checkin.state is not CheckInState.CONFIRMED:
        return _BY_STATE[checkin.state]
    on_time = _accepted_instant(window, checkin) <= window.due
    return WindowOutcome.PRESENT if on_time else WindowOutcome.LATE


def _accepted_instant(window: Window, checkin: CheckInFact) -> datetime:
    """Returns when a confirmed check-in counts.

    Confirmed without proof after grace, an officer has accepted its time: the claim counts.
    """
    if checkin.counts_at <= window.grace_ends:
        return checkin.counts_at
    return checkin.claimed_at or checkin.counts_at


def _after_grace(facts: WindowFacts) -> Iterable[WindowOutcome]:
    """Yields what excuses a window only once it is over: until then the person can report."""
    if any(facts.window.is_open(attempt) for attempt in facts.technical_attempts):
        yield WindowOutcome.TECHNICAL
    if _cut_off(facts, facts.outages):
        yield WindowOutcome.EXCUSED_SYSTEM
    if _cut_off(facts, [_span(gap, facts.window) for gap in facts.phone_gaps]):
        yield WindowOutcome.EXCUSED_DEVICE


def _span(gap: PhoneGap, window: Window) -> OutageSpan:
    """Returns a gap as far as it matters to the window: one without an end outlasts it."""
    return OutageSpan(gap.lost_at, gap.activated_at or window.grace_ends)


def _cut_off(facts: WindowFacts, spans: Sequence[OutageSpan]) -> bool:
    """Tells whether spans touched the end of the window or covered most of it together."""
    window, limits = facts.window, facts.outage_limits
    end_begins = max(window.opens, window.grace_ends - limits.last)
    if any(span.starts_at <= window.grace_ends and span.ends_at >= end_begins for span in spans):
        return True
    covered = _covered(window, spans)
    return covered > (window.grace_ends - window.opens) * limits.share


def _covered(window: Window, spans: Iterable[OutageSpan]) -> timedelta:
    """Returns how much of the window the spans cover, counting what two of them cover once."""
    covered, reached = timedelta(0), window.opens
    for span in sorted(spans, key=lambda span: span.starts_at):
        begins, ends = max(span.starts_at, reached), min(span.ends_at, window.grace_ends)
        if ends > begins:
            covered += ends - begins
            reached = ends
    return covered
