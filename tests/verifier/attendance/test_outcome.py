"""What became of a window, each limit from both sides."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from mobile_contract.codes import CheckInState, WindowOutcome
from tests.verifier.attendance.examples import (
    DUE,
    GRACE_ENDS,
    OPENS,
    SECOND,
    UPLOAD_UNTIL,
    after_grace,
    checkin,
    facts,
)
from verifier.attendance.facts import EXCUSES
from verifier.attendance.outcome import BEST_FIRST, outcome, settling_checkin

LONG_AFTER = UPLOAD_UNTIL + timedelta(days=30)


def test_every_outcome_has_its_rank() -> None:
    assert sorted(BEST_FIRST) == sorted(WindowOutcome)
    assert len(BEST_FIRST) == len(WindowOutcome)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (OPENS - timedelta(hours=1), WindowOutcome.AWAITED),
        (GRACE_ENDS, WindowOutcome.AWAITED),
        (GRACE_ENDS + SECOND, WindowOutcome.NOT_RECEIVED),
        (UPLOAD_UNTIL, WindowOutcome.NOT_RECEIVED),
        (UPLOAD_UNTIL + SECOND, WindowOutcome.MISSED),
    ],
)
def test_without_a_check_in_a_window_waits_then_is_not_received_then_missed(
    now: datetime, expected: WindowOutcome
) -> None:
    assert outcome(facts(), now) is expected


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (OPENS, WindowOutcome.PRESENT),
        (DUE, WindowOutcome.PRESENT),
        (DUE + SECOND, WindowOutcome.LATE),
        (GRACE_ENDS, WindowOutcome.LATE),
    ],
)
def test_received_by_due_is_present_and_by_the_end_of_grace_late(
    received: datetime, expected: WindowOutcome
) -> None:
    assert outcome(facts(checkin(received)), LONG_AFTER) is expected


@pytest.mark.parametrize(
    ("proven", "expected"),
    [(DUE, WindowOutcome.PRESENT), (DUE + SECOND, WindowOutcome.LATE)],
)
def test_received_days_later_counts_by_its_proven_capture(
    proven: datetime, expected: WindowOutcome
) -> None:
    sent_later = checkin(GRACE_ENDS + timedelta(days=2), proven_at=proven)
    assert outcome(facts(sent_later), LONG_AFTER) is expected


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        (DUE, WindowOutcome.PRESENT),
        (DUE + SECOND, WindowOutcome.LATE),
        (None, WindowOutcome.LATE),
    ],
)
def test_an_unproven_time_that_an_officer_accepted_counts_as_claimed(
    claimed: datetime | None, expected: WindowOutcome
) -> None:
    accepted = checkin(GRACE_ENDS + timedelta(days=1), claimed_at=claimed)
    assert outcome(facts(accepted), LONG_AFTER) is expected


def test_a_claim_improves_nothing_where_reception_in_time_already_says_late() -> None:
    received_late = checkin(GRACE_ENDS, claimed_at=OPENS)
    assert outcome(facts(received_late), LONG_AFTER) is WindowOutcome.LATE


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (CheckInState.RECEIVED, WindowOutcome.PENDING),
        (CheckInState.VERIFYING, WindowOutcome.PENDING),
        (CheckInState.IN_REVIEW, WindowOutcome.PENDING),
        (CheckInState.NOT_DECIDED, WindowOutcome.NOT_DECIDED),
        (CheckInState.NOT_CONFIRMED, WindowOutcome.NOT_CONFIRMED),
        (CheckInState.SUPERSEDED, WindowOutcome.MISSED),
        (CheckInState.CONFIRMED, WindowOutcome.PRESENT),
    ],
)
def test_every_state_of_a_check_in_says_something_of_its_window(
    state: CheckInState, expected: WindowOutcome
) -> None:
    assert outcome(facts(checkin(DUE, state)), LONG_AFTER) is expected


def test_an_unproven_check_in_in_review_is_never_missed_by_machine() -> None:
    unproven = checkin(GRACE_ENDS + timedelta(hours=71), CheckInState.IN_REVIEW)
    assert outcome(facts(unproven), LONG_AFTER) is WindowOutcome.PENDING


def test_the_best_check_in_settles_the_window() -> None:
    refused = checkin(OPENS, CheckInState.NOT_CONFIRMED, id=UUID(int=1))
    looked_at = checkin(OPENS, CheckInState.IN_REVIEW, id=UUID(int=2))
    late = checkin(DUE + SECOND, id=UUID(int=3))
    later = checkin(DUE + 2 * SECOND, id=UUID(int=4))
    known = facts(refused, later, looked_at, late)
    assert outcome(known, LONG_AFTER) is WindowOutcome.LATE
    assert settling_checkin(known) == late


def test_a_retake_speaks_for_the_one_it_superseded() -> None:
    first = checkin(OPENS, CheckInState.SUPERSEDED, id=UUID(int=1))
    retake = checkin(OPENS + SECOND, id=UUID(int=2))
    assert settling_checkin(facts(first, retake)) == retake
    assert settling_checkin(facts(first)) is None


def test_while_the_window_is_open_a_refused_check_in_leaves_the_chance_to_report() -> None:
    known = facts(checkin(OPENS, CheckInState.NOT_CONFIRMED))
    assert outcome(known, GRACE_ENDS) is WindowOutcome.AWAITED
    assert outcome(known, GRACE_ENDS + SECOND) is WindowOutcome.NOT_CONFIRMED


@pytest.mark.parametrize(
    ("attempt", "expected"),
    [
        (OPENS - SECOND, WindowOutcome.NOT_RECEIVED),
        (OPENS, WindowOutcome.TECHNICAL),
        (GRACE_ENDS, WindowOutcome.TECHNICAL),
        (GRACE_ENDS + SECOND, WindowOutcome.NOT_RECEIVED),
    ],
)
def test_an_attempt_refused_for_its_form_inside_the_window_is_contact(
    attempt: datetime, expected: WindowOutcome
) -> None:
    assert after_grace(facts(technical_attempts=(attempt,))) is expected


def test_a_refused_attempt_leaves_the_window_open_for_a_better_one() -> None:
    known = facts(technical_attempts=(OPENS,))
    assert outcome(known, GRACE_ENDS) is WindowOutcome.AWAITED
    known = facts(checkin(DUE), technical_attempts=(OPENS,))
    assert outcome(known, LONG_AFTER) is WindowOutcome.PRESENT


@pytest.mark.parametrize("excuse", sorted(EXCUSES))
def test_an_excuse_holds_before_during_and_after_the_window(excuse: WindowOutcome) -> None:
    known = facts(findings=(excuse,))
    for now in (OPENS - SECOND, DUE, GRACE_ENDS + SECOND, LONG_AFTER):
        assert outcome(known, now) is excuse


def test_who_reports_on_leave_all_the_same_is_present() -> None:
    known = facts(checkin(DUE), findings=(WindowOutcome.EXCUSED_LEAVE,))
    assert outcome(known, LONG_AFTER) is WindowOutcome.PRESENT


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (UPLOAD_UNTIL, WindowOutcome.NOT_RECEIVED),
        (UPLOAD_UNTIL + SECOND, WindowOutcome.MISSED_CONFIRMED),
    ],
)
def test_an_officer_confirms_a_miss_only_once_it_is_one(
    now: datetime, expected: WindowOutcome
) -> None:
    assert outcome(facts(findings=(WindowOutcome.MISSED_CONFIRMED,)), now) is expected


def test_a_visit_recorded_later_lifts_a_confirmed_miss() -> None:
    known = facts(checkin(DUE), findings=(WindowOutcome.MISSED_CONFIRMED,))
    assert outcome(known, LONG_AFTER) is WindowOutcome.PRESENT


def test_a_presence_is_no_excuse_and_is_refused_as_a_finding() -> None:
    with pytest.raises(ValueError, match="present"):
        facts(findings=(WindowOutcome.PRESENT,))


@pytest.mark.parametrize("now", [OPENS, GRACE_ENDS + SECOND, LONG_AFTER])
def test_where_nobody_was_due_nothing_is_ever_missed_nor_waits_for_an_officer(
    now: datetime,
) -> None:
    nothing = facts(supervised=False)
    tried = facts(supervised=False, technical_attempts=(OPENS,))
    found_missed = facts(supervised=False, findings=(WindowOutcome.MISSED_CONFIRMED,))
    for known in (nothing, tried, found_missed):
        assert outcome(known, now) is WindowOutcome.WITHDRAWN


def test_a_check_in_that_came_before_supervision_changed_still_settles() -> None:
    known = facts(checkin(DUE), supervised=False)
    assert after_grace(known) is WindowOutcome.PRESENT
