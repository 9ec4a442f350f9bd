"""What a month comes to: machine against human, false alarms, what is looked at again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkin_api.reports import monthly
from checkin_api.reports.monthly import Confirmation, Looked
from checkin_api.reports.queries import Month
from mobile_contract.codes import CheckInState
from verifier.verdicts.evidence import FaceVerdict
from verifier.verdicts.flags import Flag

CONFIRMED, NOT_CONFIRMED = CheckInState.CONFIRMED, CheckInState.NOT_CONFIRMED
NOON = datetime(2026, 11, 3, 4, tzinfo=UTC)
BY_OFFICER = Confirmation(UUID(int=1), "wang", by_head=False)
FALSE_ALARM = Looked(
    offender_id=UUID(int=1),
    number="P1",
    name="somebody",
    office="north",
    checkin_id=UUID(int=1),
    received_at=NOON,
    state=CONFIRMED,
    face=FaceVerdict.NO_MATCH,
    references=3,
    phone="P70",
    flags=frozenset({Flag.FACE_NO_MATCH}),
    confirmation=BY_OFFICER,
)
HELD = replace(FALSE_ALARM, state=NOT_CONFIRMED, confirmation=None)
OPEN = replace(FALSE_ALARM, state=CheckInState.IN_REVIEW, confirmation=None)


def test_what_people_came_to_by_what_the_machine_said() -> None:
    unsure = replace(FALSE_ALARM, face=FaceVerdict.UNSURE, flags=frozenset({Flag.FACE_UNSURE}))
    rows = monthly.machine_against_human([FALSE_ALARM] * 3 + [HELD] * 2 + [OPEN, unsure])
    assert [(row.name, row.looked_at, row.decided, row.confirmed) for row in rows] == [
        ("no_match", 6, 5, 3),
        ("unsure", 1, 1, 1),
    ]
    assert rows[0].overturned == pytest.approx(0.6)
    assert rows[1].overturned is None  # of one, a share says nothing


def test_a_check_in_counts_for_each_flag_it_carries() -> None:
    two = replace(FALSE_ALARM, flags=frozenset({Flag.FACE_NO_MATCH, Flag.MOCK}))
    rows = monthly.overturned_flags([two, HELD])
    assert [(row.name, row.looked_at, row.confirmed) for row in rows] == [
        ("face_no_match", 2, 1),
        ("mock", 1, 1),
    ]


def test_people_with_several_false_alarms_stand_out() -> None:
    other = replace(FALSE_ALARM, offender_id=UUID(int=2), number="P2")
    cases = [FALSE_ALARM, FALSE_ALARM, other, replace(HELD, offender_id=UUID(int=2))]
    assert monthly.false_alarms(cases) == {UUID(int=1): 2, UUID(int=2): 1}
    (often,) = monthly.alarmed_often(cases)
    assert (often.number, often.false_alarms) == ("P1", 2)


def test_what_nobody_flagged_is_no_false_alarm() -> None:
    assert monthly.false_alarms([replace(FALSE_ALARM, flags=frozenset())]) == {}


def test_the_head_reads_confirmations_against_the_machine_only() -> None:
    replayed = replace(FALSE_ALARM, face=FaceVerdict.MATCH, flags=frozenset({Flag.POSSIBLE_REPLAY}))
    unsure = replace(FALSE_ALARM, face=FaceVerdict.UNSURE)
    machine = replace(FALSE_ALARM, confirmation=None)
    found = monthly.against_machine([FALSE_ALARM, replayed, unsure, HELD, OPEN, machine])
    assert found == [FALSE_ALARM, replayed]


def test_the_district_reads_what_a_head_confirmed_and_a_sample() -> None:
    by_head = replace(FALSE_ALARM, confirmation=Confirmation(UUID(int=1), "li", by_head=True))
    drawn = replace(FALSE_ALARM, confirmation=Confirmation(UUID(int=40), "wang", by_head=False))
    assert monthly.for_the_district([FALSE_ALARM, by_head, drawn]) == [by_head, drawn]


@given(st.lists(st.uuids(version=4), min_size=600, max_size=600, unique=True))
def test_the_sample_is_one_in_twenty_and_the_same_for_ever(ids: list[UUID]) -> None:
    cases = [
        replace(FALSE_ALARM, confirmation=Confirmation(one, "wang", by_head=False)) for one in ids
    ]
    found = monthly.for_the_district(cases)
    assert found == monthly.for_the_district(list(cases))
    assert {one.confirmation.id.int % 20 for one in found if one.confirmation} <= {0}


def test_a_month_begins_and_ends_at_midnight_in_chongqing() -> None:
    assert Month(2026, 11).begins == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert Month(2026, 12).ends == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert str(Month(2026, 1).moved(-1)) == "2025-12"
    assert Month(2026, 2).ends - Month(2026, 2).begins == timedelta(days=28)
