"""Work rows are claimed once, in order, and come back when whoever held them dies."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from storage import work
from storage.database import Scope, ScopeKind, transaction
from storage.parts import Parts
from storage.records import Queue, Work, WorkKind
from storage.work import Claim, Subject, SupersededError
from tests.factories import Factory
from tests.waiting_work import let_work_wait

VERIFIER = Scope(ScopeKind.VERIFIER)
SECOND = timedelta(seconds=1)


def add(
    factory: Factory, *, ago: timedelta = SECOND, not_before_in: timedelta | None = None
) -> int:
    """A row of the faces queue; returns its number."""
    now = factory.parts.now()
    with factory.session() as session:
        work.add(
            session,
            WorkKind.VERIFY_CHECKIN,
            Subject(uuid4(), uuid4()),
            now,
            not_before=now - ago if not_before_in is None else now + not_before_in,
        )
        session.flush()
        return session.query(Work).order_by(Work.number.desc()).limit(1).one().number


def claim(factory: Factory, *, after: timedelta = timedelta(0)) -> Claim | None:
    """What a worker gets that asks after a while."""
    with factory.session() as session:
        let_work_wait(session, after)
        return work.claim(session, Queue.FACES)


def claimed(factory: Factory, *, after: timedelta = timedelta(0)) -> Claim:
    found = claim(factory, after=after)
    assert found is not None
    return found


def row(factory: Factory, number: int) -> Work:
    with factory.session() as session:
        return session.get_one(Work, number)


def test_the_oldest_row_is_claimed_first(factory: Factory) -> None:
    older, newer = add(factory, ago=3 * SECOND), add(factory, ago=2 * SECOND)
    assert [claimed(factory).number, claimed(factory).number] == [older, newer]


def test_nothing_is_claimed_where_nothing_waits(factory: Factory) -> None:
    assert claim(factory) is None


def test_two_workers_at_once_get_different_rows(factory: Factory, parts: Parts) -> None:
    first, second = add(factory, ago=3 * SECOND), add(factory, ago=2 * SECOND)
    with transaction(parts.sessions, VERIFIER) as one, transaction(parts.sessions, VERIFIER) as two:
        ours, theirs = (work.claim(session, Queue.FACES) for session in (one, two))
    assert ours is not None
    assert theirs is not None
    assert (ours.number, theirs.number) == (first, second)


def test_work_of_another_queue_is_left_alone(factory: Factory) -> None:
    with factory.session() as session:
        work.add(session, WorkKind.RECONSIDER_CHECKIN, Subject(uuid4()), factory.parts.now())
    assert claim(factory) is None


def test_work_for_later_is_not_claimed_before(factory: Factory) -> None:
    add(factory, not_before_in=timedelta(minutes=1))
    assert claim(factory) is None
    assert claim(factory, after=timedelta(minutes=2)) is not None


def test_a_row_is_taken_again_only_when_its_lease_is_over(factory: Factory) -> None:
    add(factory)
    held = claimed(factory)
    assert claim(factory, after=work.LEASE - 2 * SECOND) is None
    again = claimed(factory, after=work.LEASE + SECOND)
    assert again.number == held.number
    assert again.lease_token != held.lease_token


def test_a_holder_that_died_before_examining_costs_no_attempt(factory: Factory) -> None:
    add(factory)
    assert claimed(factory).attempt == 1
    assert claimed(factory, after=work.LEASE + SECOND).attempt == 1


def test_a_holder_that_died_while_examining_costs_an_attempt(factory: Factory) -> None:
    add(factory)
    held = claimed(factory)
    with factory.session() as session:
        work.mark_examining(session, held)
    assert claimed(factory, after=work.LEASE + SECOND).attempt == 2


@pytest.mark.parametrize("begins", [work.mark_examining, work.renew])
def test_examining_and_renewing_begin_a_new_lease(
    factory: Factory, begins: Callable[[Session, Claim], None]
) -> None:
    add(factory)
    held = claimed(factory)
    with factory.session() as session:
        let_work_wait(session, work.LEASE - 2 * SECOND)
        begins(session, held)
    assert claim(factory, after=work.LEASE - 2 * SECOND) is None
    assert claim(factory, after=3 * SECOND) is not None


@pytest.mark.parametrize("act", ["finish", "mark", "fail", "hand_back", "give_up"])
def test_a_zombie_may_write_nothing(factory: Factory, act: str) -> None:
    number = add(factory)
    zombie = claimed(factory)
    heir = claimed(factory, after=work.LEASE + SECOND)
    with pytest.raises(SupersededError), factory.session() as session:
        _act(session, act, zombie, factory)
    assert row(factory, number).lease_token == heir.lease_token


def _act(session: Session, act: str, held: Claim, factory: Factory) -> None:
    now = factory.parts.now()
    if act == "finish":
        work.finish(session, held, now)
    elif act == "mark":
        work.mark_examining(session, held)
    elif act == "fail":
        work.fail_attempt(session, held, "broken")
    elif act == "hand_back":
        work.hand_back(session, held, "stopped", timedelta(0))
    else:
        work.give_up(session, held, "broken", now)


def test_three_failed_attempts_are_all_there_are(factory: Factory) -> None:
    add(factory)
    for attempt in (1, 2, 3):
        held = claimed(factory)
        assert held.attempt == attempt
        assert not work.exhausted(held)
        with factory.session() as session:
            work.fail_attempt(session, held, "broken")
    assert work.exhausted(claimed(factory))


def test_work_that_cannot_even_be_given_up_is_not_tried_all_the_time(factory: Factory) -> None:
    add(factory)
    for _ in range(work.MOST_ATTEMPTS + 1):
        held = claimed(factory)
        with factory.session() as session:
            work.fail_attempt(session, held, "broken")
    assert claim(factory) is None
    assert claimed(factory, after=timedelta(minutes=2)).number == held.number


def test_work_handed_back_costs_nothing_and_waits_its_pause(factory: Factory) -> None:
    add(factory)
    held = claimed(factory)
    with factory.session() as session:
        work.mark_examining(session, held)
        work.hand_back(session, held, "store away", 3 * SECOND)
    assert claim(factory) is None
    assert claimed(factory, after=4 * SECOND).attempt == 1


@pytest.mark.parametrize("act", ["finish", "give_up"])
def test_ended_work_is_never_claimed_again(factory: Factory, act: str) -> None:
    add(factory)
    held = claimed(factory)
    with factory.session() as session:
        _act(session, act, held, factory)
    assert claim(factory, after=timedelta(days=1)) is None


def unheard(factory: Factory, *, after: timedelta = timedelta(0)) -> frozenset[Queue]:
    with factory.session() as session:
        let_work_wait(session, after)
        return work.unheard(session)


def test_work_that_waits_longer_than_a_bell_takes_is_unheard(factory: Factory) -> None:
    add(factory)
    assert unheard(factory) == frozenset()
    assert unheard(factory, after=work.UNHEARD_AFTER) == {Queue.FACES}


def test_work_whose_holder_died_is_unheard_at_once(factory: Factory) -> None:
    add(factory)
    claimed(factory)
    assert unheard(factory, after=work.LEASE - SECOND) == frozenset()
    assert unheard(factory, after=2 * SECOND) == {Queue.FACES}


def test_work_for_later_is_not_unheard(factory: Factory) -> None:
    add(factory, not_before_in=timedelta(minutes=1))
    assert unheard(factory, after=timedelta(seconds=30)) == frozenset()


@pytest.mark.parametrize("hours", [-1, 1])
def test_what_a_process_with_a_wrong_clock_promises_is_due_at_once(
    factory: Factory, hours: int
) -> None:
    with factory.session() as session:
        wrong = factory.parts.now() + timedelta(hours=hours)
        work.add(session, WorkKind.VERIFY_CHECKIN, Subject(uuid4(), uuid4()), wrong)
    assert claim(factory) is not None
