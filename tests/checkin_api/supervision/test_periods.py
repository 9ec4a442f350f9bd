"""Supervision starts, is given an end, and ends by decision; windows follow."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from checkin_api.refusals import RefusedError
from checkin_api.supervision.periods import End, end_supervision, plan_end, start_period
from checkin_api.supervision.transfers import Asking, ask_transfer
from mobile_contract.codes import ProblemCode, WindowOutcome
from storage.records import AuditEntry, EndReason, Item, Role, Transfer, TransferState, Window
from tests.checkin_api.arranged import caller_of
from tests.checkin_api.supervision.led import Led, led
from tests.factories import Factory
from verifier.attendance.due import settle_due
from verifier.attendance.settle import settle

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
AWAITED, WITHDRAWN = WindowOutcome.AWAITED, WindowOutcome.WITHDRAWN


@pytest.fixture
def case(factory: Factory) -> Led:
    """A person and the head of the office, at noon."""
    return led(factory, NOON)


def end(
    case: Led, ahead: int = 0, reason: EndReason = EndReason.COMPLETED, words: str = ""
) -> None:
    """End supervision by decision."""
    end_supervision(case.parts, case.head, End(case.person.id, case.day(ahead), reason, words))


def refused(act: Callable[[], None]) -> tuple[ProblemCode, str]:
    """Give the code and the place of what was wrong."""
    with pytest.raises(RefusedError) as caught:
        act()
    errors = caught.value.errors
    return caught.value.code, f"{errors[0].pointer}_{errors[0].reason}" if errors else ""


def test_an_end_takes_back_what_is_open_and_everything_after_it(case: Led) -> None:
    case.lay()
    end(case)
    assert set(case.outcomes().values()) == {WITHDRAWN}
    assert len(case.outcomes()) == 4
    case.lay()
    assert set(case.outcomes().values()) == {WITHDRAWN}


def test_what_was_withdrawn_never_becomes_missed(case: Led) -> None:
    case.lay()
    end(case)
    case.now += timedelta(days=30)
    with case.factory.session() as session:
        settle_due(session, case.now)
        ids = session.scalars(select(Window.id)).all()
        settle(session, ids, case.now)
    assert set(case.outcomes().values()) == {WITHDRAWN}
    with case.factory.session() as session:
        assert session.scalars(select(Item)).all() == []
    assert case.told() == ["supervision_ended"]


def test_the_window_that_a_check_in_has_settled_stays(case: Led) -> None:
    case.lay()
    with case.factory.session() as session:
        window = session.scalars(select(Window).order_by(Window.opens_at).limit(1)).one().id
    case.confirmed_at(case.at(9), window)
    end(case)
    assert case.outcomes()[case.today] is WindowOutcome.PRESENT
    assert case.outcomes()[case.day(1)] is WITHDRAWN


def test_an_end_in_the_past_closes_what_waits_for_an_officer_since(case: Led) -> None:
    case.lay()
    case.now += timedelta(days=2)
    with case.factory.session() as session:
        settle(session, session.scalars(select(Window.id)).all(), case.now)
    assert case.outcomes()[case.day(-1)] is WindowOutcome.NOT_RECEIVED
    end(case, -2, EndReason.DECEASED)
    assert case.outcomes()[case.day(-2)] is WindowOutcome.NOT_RECEIVED  # the last day stands
    assert case.outcomes()[case.day(-1)] is WITHDRAWN
    with case.factory.session() as session:
        window = session.scalars(select(Window).order_by(Window.opens_at).limit(1)).one()
        open_items = session.scalars(select(Item).where(Item.closed_at.is_(None))).all()
    assert len(open_items) == 1
    assert window.outcome is WindowOutcome.NOT_RECEIVED


def test_a_planned_end_keeps_the_window_of_its_last_day(case: Led) -> None:
    case.lay()
    plan_end(case.parts, case.head, case.person.id, case.day(1))
    found = case.outcomes()
    assert [found[case.day(ahead)] for ahead in range(4)] == [
        AWAITED,
        AWAITED,
        WITHDRAWN,
        WITHDRAWN,
    ]
    plan_end(case.parts, case.head, case.person.id, case.day(2))
    assert case.outcomes()[case.day(2)] is AWAITED
    assert case.outcomes()[case.day(3)] is WITHDRAWN
    assert case.told() == ["supervision_end_set", "supervision_end_set"]


def test_the_same_end_again_changes_nothing_and_another_is_refused(case: Led) -> None:
    end(case)
    end(case)
    assert refused(lambda: end(case, 0, EndReason.PARDONED))[0] is ProblemCode.NOT_OPEN
    assert refused(lambda: end(case, -1))[0] is ProblemCode.NOT_OPEN
    with case.factory.session() as session:
        ended = AuditEntry.action == "supervision_ended"
        assert len(session.scalars(select(AuditEntry).where(ended)).all()) == 1
    assert case.told() == ["supervision_ended"]


def test_an_end_lies_not_in_the_future_nor_before_the_last_confirmed_check_in(case: Led) -> None:
    case.confirmed_at(case.at(9, ahead=-3))
    assert refused(lambda: end(case, 1)) == (ProblemCode.INVALID_CONTENT, "/ends_on_range")
    assert refused(lambda: end(case, -4)) == (ProblemCode.INVALID_CONTENT, "/ends_on_contact")
    end(case, -3)
    assert case.periods()[0].ends_on == case.day(-3)


def test_an_end_lies_not_before_the_first_day(case: Led) -> None:
    early = End(case.person.id, date(2024, 12, 31), EndReason.COMPLETED)
    found = refused(lambda: end_supervision(case.parts, case.head, early))
    assert found == (ProblemCode.INVALID_CONTENT, "/ends_on_range")


def test_another_reason_needs_words(case: Led) -> None:
    found = refused(lambda: end(case, 0, EndReason.OTHER, " "))
    assert found == (ProblemCode.INVALID_CONTENT, "/words_missing")
    end(case, 0, EndReason.OTHER, "依裁定")
    assert case.periods()[0].end_words == "依裁定"


def test_what_has_ended_by_itself_gets_its_reason_but_no_longer_end(case: Led) -> None:
    plan_end(case.parts, case.head, case.person.id, case.today)
    case.now += timedelta(days=5)
    longer = refused(lambda: plan_end(case.parts, case.head, case.person.id, case.day(9)))
    assert longer[0] is ProblemCode.NOT_OPEN
    assert refused(lambda: end(case, -4))[1] == "/ends_on_range"
    end(case, -5)
    assert case.periods()[0].end_reason is EndReason.COMPLETED


@pytest.mark.parametrize("ahead", [-1, -400])
def test_a_planned_end_lies_not_in_the_past(case: Led, ahead: int) -> None:
    found = refused(lambda: plan_end(case.parts, case.head, case.person.id, case.day(ahead)))
    assert found == (ProblemCode.INVALID_CONTENT, "/ends_on_range")


def test_a_new_period_follows_the_end_and_windows_are_laid_again(case: Led) -> None:
    case.lay()
    end(case)
    start_period(case.parts, case.head, case.person.id, case.day(2))
    start_period(case.parts, case.head, case.person.id, case.day(2))
    case.lay()
    found = case.outcomes()
    assert [found[case.day(ahead)] for ahead in range(4)] == [
        WITHDRAWN,
        WITHDRAWN,
        AWAITED,
        AWAITED,
    ]
    assert len(case.periods()) == 2
    assert case.told() == ["supervision_ended", "supervision_started"]


@pytest.mark.parametrize(("ahead", "place"), [(0, "range"), (-3, "range"), (367, "range")])
def test_a_new_period_begins_after_the_one_before_and_within_a_year(
    case: Led, ahead: int, place: str
) -> None:
    end(case)
    found = refused(lambda: start_period(case.parts, case.head, case.person.id, case.day(ahead)))
    assert found == (ProblemCode.INVALID_CONTENT, f"/starts_on_{place}")


def test_no_new_period_begins_while_one_runs(case: Led) -> None:
    found = refused(lambda: start_period(case.parts, case.head, case.person.id, case.day(1)))
    assert found[0] is ProblemCode.NOT_OPEN


def test_days_withdrawn_and_over_stay_so_when_a_new_period_is_dated_back(case: Led) -> None:
    case.lay()
    end(case)
    case.now += timedelta(days=2)
    start_period(case.parts, case.head, case.person.id, case.day(-1))
    case.now += timedelta(days=9)
    with case.factory.session() as session:
        settle(session, session.scalars(select(Window.id)).all(), case.now)
    found = case.outcomes()
    assert [found[case.day(ahead)] for ahead in (-11, -10, -9)] == [WITHDRAWN] * 3


def test_an_end_takes_pauses_and_a_transfer_along(case: Led) -> None:
    other = case.factory.office()
    case.pause(-3)
    ask_transfer(case.parts, case.head, Asking(case.person.id, other, "搬家"))
    end(case)
    assert [one.ends_on for one in case.pauses()] == [case.today]
    with case.factory.session() as session:
        row = session.scalars(select(Transfer)).one()
    assert (row.state, row.name) == (TransferState.WITHDRAWN, None)


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.OFFICER])
def test_only_who_leads_ends_supervision(case: Led, role: Role) -> None:
    office = case.person.office_id
    case.head = caller_of(case.factory, case.factory.officer(office, role))
    assert refused(lambda: end(case))[0] is ProblemCode.NOT_FOUND


def test_a_foreign_head_finds_nobody_and_the_districts_own_supervisor_does(case: Led) -> None:
    own = case.head
    case.head = caller_of(case.factory, case.factory.officer(case.factory.office(), Role.HEAD))
    assert refused(lambda: end(case))[0] is ProblemCode.NOT_FOUND
    district = own.posts[0].district_id
    case.head = caller_of(case.factory, case.factory.officer(None, Role.DISTRICT, district))
    end(case)
    assert case.periods()[0].ended_by == f"officer:{case.head.officer_id}"
