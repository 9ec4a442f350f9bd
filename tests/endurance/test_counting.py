"""What `make faults` counts, and what it therefore cannot overlook."""

from dataclasses import fields, replace
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_contract.client.queue import Submission
from tests.endurance.broken import Safeguard
from tests.endurance.faults import BRIEF, Fault, Span, hide, overlapping, times
from tests.endurance.history import Call, History, Sent
from tests.endurance.play import Ending
from tests.endurance.report import as_expected, faults_found, shortfalls
from tests.endurance.schedule import AGAINST, FEWEST_PAIRS, TIMES, lacking, schedule, targeted
from tests.endurance.sums import SETTLED_WITHIN_S, Outcome
from tests.endurance.tally import Found

NOTHING: frozenset[UUID] = frozenset()
NOTHING_FOUND = Found(*([NOTHING] * len(fields(Found))))


def drawn(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a schedule, no secret


def span(fault: Fault, began: float, ended: float, effect: int = 1) -> Span:
    return Span(fault, began, ended, effect)


def sent(captured: float = 0.0, acknowledged: float = 1.0) -> Sent:
    return Sent(0, uuid4(), Submission(uuid4(), b"{}", {}), captured, acknowledged)


def good_ending(tmp_path: Path) -> Ending:
    one = sent()
    found = replace(NOTHING_FOUND, rows=frozenset({one.id}), whole=frozenset({one.id}))
    outcome = Outcome([one], found, {one.id: 2.0}, [])
    return Ending(outcome, History(tmp_path / "history"), 0, 0, 0, real_disk=True, lasted_s=1.0)


@given(st.integers())
def test_every_seed_schedules_every_fault_often_enough_and_in_enough_pairs(seed: int) -> None:
    slots = schedule(drawn(seed))
    caused = [fault for slot in slots for fault in slot.faults]
    assert all(caused.count(fault) >= TIMES for fault in Fault)
    assert len({frozenset(slot.faults) for slot in slots}) >= FEWEST_PAIRS
    assert not any(hide(*slot.faults) for slot in slots)
    assert not any(slot.faults[0] in BRIEF for slot in slots)


def test_the_same_seed_gives_the_same_schedule() -> None:
    assert schedule(drawn(7)) == schedule(drawn(7)) != schedule(drawn(8))


def test_every_safeguard_has_a_schedule_it_cannot_be_missed_in() -> None:
    for gone in Safeguard:
        caused = [fault for slot in targeted(drawn(1), gone) for fault in slot.faults]
        assert caused == list(AGAINST[gone]) != []


def test_only_faults_that_had_an_effect_and_met_in_time_count_as_a_pair() -> None:
    slow, cut = Fault.STORE_SLOW, Fault.PHONE_CUT
    assert overlapping([span(slow, 0, 5), span(cut, 4, 6)]) == {frozenset({slow, cut})}
    assert overlapping([span(slow, 0, 5), span(cut, 5.1, 6)]) == set()
    assert overlapping([span(slow, 0, 5, effect=0), span(cut, 4, 6)]) == set()
    assert overlapping([span(slow, 0, 5), span(slow, 4, 6)]) == set()


def test_a_fault_without_effect_is_caused_again() -> None:
    played = [span(fault, 0, 9) for fault in Fault for _ in range(TIMES)]
    assert lacking(drawn(1), played) == []
    played[0] = replace(played[0], effect=0)
    assert times(played, played[0].fault) == TIMES - 1
    assert [pair[0] for pair in lacking(drawn(1), played)] == [played[0].fault]


def test_the_two_minutes_begin_when_the_last_fault_that_touched_it_is_over() -> None:
    one, seen = sent(captured=0, acknowledged=1), NOTHING_FOUND
    faults = [span(Fault.STORE_SLOW, 0, 5), span(Fault.WEB_KILLED, 90, 100)]
    for settled, late in ((100 + SETTLED_WITHIN_S, 0), (101 + SETTLED_WITHIN_S, 1)):
        outcome = Outcome([one], seen, {one.id: settled}, faults)
        assert outcome.sums([one], faults).unsettled == late
    assert Outcome([one], seen, {}, faults).sums([one], faults).unsettled == 1
    before = Outcome([one], seen, {one.id: 80.0}, faults)
    assert before.sums([one], faults).slowest_s == 75
    assert before.touched([faults[1]]) == []


def test_a_check_in_that_waits_for_its_turn_does_not_hang_and_one_that_is_passed_by_does() -> None:
    first, second = sent(acknowledged=1), sent(acknowledged=2)
    slow = Outcome([first, second], NOTHING_FOUND, {first.id: 100, second.id: 200}, [])
    assert slow.sums([first, second], []).unsettled == 0
    passed_by = Outcome([first, second], NOTHING_FOUND, {first.id: 200, second.id: 100}, [])
    assert passed_by.sums([first], []).unsettled == 1
    assert passed_by.sums([second], []).unsettled == 0


def test_a_run_in_which_all_is_well_is_green(tmp_path: Path) -> None:
    assert faults_found(good_ending(tmp_path)) == []


def test_a_run_that_did_too_little_proves_nothing(tmp_path: Path) -> None:
    short = shortfalls(good_ending(tmp_path))
    assert len(short) == len(Fault) + 2  # no fault happened, no pair, one check-in


@pytest.mark.parametrize("lost", ["rows", "whole"])
def test_an_acknowledged_check_in_that_is_not_there_is_red(tmp_path: Path, lost: str) -> None:
    good = good_ending(tmp_path)
    found = replace(good.outcome.found, **{lost: NOTHING})
    assert len(faults_found(replace(good, outcome=replace(good.outcome, found=found)))) == 1


@pytest.mark.parametrize(
    "twice", ["judged_twice", "unsent", "kept_twice", "told_twice", "two_receipts"]
)
def test_what_is_there_twice_is_red(tmp_path: Path, twice: str) -> None:
    good = good_ending(tmp_path)
    found = replace(good.outcome.found, **{twice: good.outcome.found.rows})
    ending = replace(good, outcome=replace(good.outcome, found=found))
    assert len(faults_found(ending)) == 1
    assert as_expected(Safeguard.GUARD, ending) == (twice == "judged_twice")
    assert not as_expected(Safeguard.OUTBOX, ending)


def test_what_hangs_or_is_not_taken_again_is_red(tmp_path: Path) -> None:
    good = good_ending(tmp_path)
    for bad in (replace(good, unsent=2), replace(good, unrepeated=2), replace(good, forgotten=2)):
        assert len(faults_found(bad)) == 1


def test_a_missing_outbox_is_known_by_check_ins_that_nobody_will_settle(tmp_path: Path) -> None:
    good = good_ending(tmp_path)
    hanging = replace(good, outcome=replace(good.outcome, settled_s={}))
    assert len(faults_found(hanging)) == 1
    assert not as_expected(Safeguard.OUTBOX, hanging)  # only slow: its work is promised
    assert as_expected(Safeguard.OUTBOX, replace(hanging, forgotten=1))
    assert not as_expected(Safeguard.OUTBOX, replace(hanging, forgotten=1, unsent=1))


def test_an_answer_with_a_receipt_acknowledges_and_no_other_does(tmp_path: Path) -> None:
    history, one = History(tmp_path / "history"), sent()
    one.acknowledged_s = None
    history.captured(one)
    for status in (None, httpx.codes.SERVICE_UNAVAILABLE):
        history.called(Call(0, "POST", "/v1/checkins", 1, 2, status, "…"), None)
    assert (history.calls, history.unanswered, history.unwell) == (2, 1, 1)
    assert list(history.all_acknowledged()) == []
