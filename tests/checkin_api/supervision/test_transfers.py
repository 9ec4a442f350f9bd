"""A transfer is asked for, then taken, refused or withdrawn, each once and by whom it may."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from checkin_api.refusals import RefusedError
from checkin_api.supervision.periods import End, end_supervision
from checkin_api.supervision.queries import read_transfers
from checkin_api.supervision.transfers import (
    refuse_transfer,
    withdraw_transfer,
)
from mobile_contract.codes import ProblemCode
from storage.database import transaction
from storage.records import (
    EndReason,
    Offender,
    Role,
    Transfer,
    TransferState,
)
from tests.checkin_api.arranged import caller_of
from tests.checkin_api.supervision.two_offices import Handover, refused, two_offices
from tests.factories import Factory


@pytest.fixture
def handover(factory: Factory) -> Handover:
    """Two offices of two districts."""
    return two_offices(factory)


def row(handover: Handover) -> Transfer:
    """The only transfer."""
    with handover.sending.factory.session() as session:
        return session.scalars(select(Transfer)).one()


def test_a_third_office_sees_nothing_of_it(handover: Handover) -> None:
    factory, parts = handover.sending.factory, handover.sending.parts
    transfer = handover.ask()
    third = caller_of(factory, factory.officer(factory.office(), Role.HEAD))
    seen = read_transfers(parts, third)
    assert seen.incoming + seen.outgoing + seen.decided == ()
    assert refused(lambda: handover.take(transfer, third))[0] is ProblemCode.NOT_FOUND
    assert refused(lambda: withdraw_transfer(parts, third, transfer))[0] is ProblemCode.NOT_FOUND


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.OFFICER])
def test_who_does_not_lead_the_receiving_office_takes_nobody(
    handover: Handover, role: Role
) -> None:
    factory = handover.sending.factory
    transfer = handover.ask()
    officer = caller_of(factory, factory.officer(handover.office, role))
    assert refused(lambda: handover.take(transfer, officer))[0] is ProblemCode.NOT_FOUND


def test_neither_side_decides_for_the_other(handover: Handover) -> None:
    parts = handover.sending.parts
    transfer = handover.ask()
    own = handover.sending.head
    assert refused(lambda: handover.take(transfer, own))[0] is ProblemCode.NOT_FOUND
    assert refused(lambda: withdraw_transfer(parts, handover.receiving, transfer))[0] is (
        ProblemCode.NOT_FOUND
    )


def test_the_receiving_districts_supervisor_may_take(handover: Handover) -> None:
    factory = handover.sending.factory
    supervisor = caller_of(factory, factory.officer(None, Role.DISTRICT, handover.district))
    handover.take(handover.ask(), supervisor)
    with factory.session() as session:
        assert session.get_one(Offender, handover.person).office_id == handover.office


def test_the_own_office_and_none_are_refused(handover: Handover) -> None:
    own = handover.sending.person.office_id
    assert refused(lambda: handover.ask(own)) == (ProblemCode.INVALID_CONTENT, "/to_office_same")
    assert refused(lambda: handover.ask(uuid4())) == (
        ProblemCode.INVALID_CONTENT,
        "/to_office_unknown",
    )


def test_asking_twice_is_one_and_asking_another_office_is_refused(handover: Handover) -> None:
    assert handover.ask() == handover.ask()
    other = handover.sending.factory.office()
    assert refused(lambda: handover.ask(other))[0] is ProblemCode.NOT_OPEN


def test_after_the_end_nobody_is_handed_over(handover: Handover) -> None:
    sending = handover.sending
    ended = End(handover.person, sending.today, EndReason.COMPLETED)
    end_supervision(sending.parts, sending.head, ended)
    assert refused(handover.ask)[0] is ProblemCode.NOT_OPEN


def test_a_refusal_needs_words_leaves_the_person_and_lets_ask_again(handover: Handover) -> None:
    parts, transfer = handover.sending.parts, handover.ask()
    found = refused(lambda: refuse_transfer(parts, handover.receiving, transfer, " "))
    assert found == (ProblemCode.INVALID_CONTENT, "/reason_missing")
    for _ in range(2):
        refuse_transfer(parts, handover.receiving, transfer, "不在本辖区居住")
    assert (row(handover).state, row(handover).answer) == (
        TransferState.REFUSED,
        "不在本辖区居住",
    )
    assert refused(lambda: handover.take(transfer))[0] is ProblemCode.NOT_OPEN
    assert handover.ask() != transfer


def test_what_was_withdrawn_is_not_taken(handover: Handover) -> None:
    parts, transfer = handover.sending.parts, handover.ask()
    for _ in range(2):
        withdraw_transfer(parts, handover.sending.head, transfer)
    assert refused(lambda: handover.take(transfer))[0] is ProblemCode.NOT_OPEN
    with handover.sending.factory.session() as session:
        offender = session.get_one(Offender, handover.person)
    assert offender.office_id == handover.sending.person.office_id


@pytest.mark.parametrize("_round", range(5))
def test_of_taking_and_withdrawing_at_once_one_holds(handover: Handover, _round: int) -> None:
    parts, transfer = handover.sending.parts, handover.ask()
    acts = (
        lambda: handover.take(transfer),
        lambda: withdraw_transfer(parts, handover.sending.head, transfer),
        lambda: handover.take(transfer),
    )

    def outcome(act: Callable[[], None]) -> ProblemCode | None:
        try:
            act()
        except RefusedError as refusal:
            return refusal.code
        return None

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(outcome, acts))
    with handover.sending.factory.session() as session:
        office = session.get_one(Offender, handover.person).office_id
    if row(handover).state is TransferState.TAKEN:
        assert found == [None, ProblemCode.NOT_OPEN, None]
        assert office == handover.office
    else:
        assert found == [ProblemCode.NOT_OPEN, None, ProblemCode.NOT_OPEN]
        assert office == handover.sending.person.office_id


def test_nobody_else_moves_a_row_through_the_database(handover: Handover) -> None:
    transfer = handover.ask()
    parts, now = handover.sending.parts, handover.sending.now
    with transaction(parts.sessions, handover.sending.head.scope) as session:
        assert session.scalar(select(func.take_transfer(transfer, now))) is False
    with handover.sending.factory.session() as session:
        assert session.get_one(Offender, handover.person).office_id != handover.office
