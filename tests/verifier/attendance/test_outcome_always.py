"""What holds of every window, whatever happened in it."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mobile_contract.codes import CheckInState, WindowOutcome
from tests.verifier.attendance.examples import (
    INSTANTS,
    OUTAGE_LIMITS,
    SECOND,
    UPLOAD_UNTIL,
    window,
)
from verifier.attendance.facts import EXCUSES, CheckInFact, OutageSpan, WindowFacts
from verifier.attendance.outcome import is_worse, outcome

LONG_AFTER = UPLOAD_UNTIL + timedelta(days=30)
CHECKINS = st.builds(
    CheckInFact,
    st.uuids(),
    st.sampled_from(CheckInState),
    INSTANTS,
    st.none() | INSTANTS,
    st.none() | INSTANTS,
)
FACTS = st.builds(
    WindowFacts,
    st.just(window()),
    st.just(OUTAGE_LIMITS),
    st.lists(CHECKINS, max_size=4).map(tuple),
    st.lists(INSTANTS, max_size=2).map(tuple),
    st.lists(st.sampled_from(sorted([*EXCUSES, WindowOutcome.MISSED_CONFIRMED])), max_size=2).map(
        tuple
    ),
    st.lists(st.builds(OutageSpan, INSTANTS, INSTANTS), max_size=3).map(tuple),
)


@given(known=FACTS, another=CHECKINS, now=INSTANTS)
def test_one_more_check_in_never_makes_a_window_worse(
    known: WindowFacts, another: CheckInFact, now: datetime
) -> None:
    with_it = replace(known, checkins=(*known.checkins, another))
    assert not is_worse(outcome(with_it, now), outcome(known, now))


@given(known=FACTS, attempt=INSTANTS, now=INSTANTS)
def test_one_more_attempt_never_makes_a_window_worse(
    known: WindowFacts, attempt: datetime, now: datetime
) -> None:
    with_it = replace(known, technical_attempts=(*known.technical_attempts, attempt))
    assert not is_worse(outcome(with_it, now), outcome(known, now))


@given(known=FACTS, now=INSTANTS, data=st.data())
def test_the_same_facts_in_any_order_give_the_same_answer(
    known: WindowFacts, now: datetime, data: st.DataObject
) -> None:
    shuffled = replace(
        known,
        checkins=tuple(data.draw(st.permutations(known.checkins))),
        outages=tuple(data.draw(st.permutations(known.outages))),
        findings=tuple(data.draw(st.permutations(known.findings))),
    )
    assert outcome(shuffled, now) is outcome(known, now)


@given(known=FACTS)
def test_a_settled_window_stays_as_it_is_however_late_it_is_looked_at(known: WindowFacts) -> None:
    assert outcome(known, UPLOAD_UNTIL + SECOND) is outcome(known, LONG_AFTER)
