"""Who is recused from a person reads of no transfer of theirs, and decides none."""

from uuid import UUID

import pytest

from checkin_api.access.callers import OfficerCaller
from checkin_api.supervision.queries import read_transfers
from checkin_api.supervision.transfers import refuse_transfer, withdraw_transfer
from mobile_contract.codes import ProblemCode
from storage.database import transaction
from storage.records import Recusal, Role, Transfer
from tests.checkin_api.arranged import caller_of
from tests.checkin_api.supervision.two_offices import Handover, refused, two_offices
from tests.factories import Factory


@pytest.fixture
def handover(factory: Factory) -> Handover:
    """Two offices of two districts."""
    return two_offices(factory)


def recused(handover: Handover, caller: OfficerCaller) -> OfficerCaller:
    """The same account, recused from the person."""
    factory = handover.sending.factory
    setter = factory.officer(role=Role.DISTRICT, district=handover.district)
    factory.added(
        Recusal(
            offender_id=handover.person,
            officer_id=caller.officer_id,
            reason="亲属",
            set_by=setter.id,
            set_at=factory.parts.now(),
        )
    )
    return caller_of(factory, setter)


def listed(handover: Handover, caller: OfficerCaller) -> list[UUID]:
    """The transfers that a caller reads of."""
    seen = read_transfers(handover.sending.parts, caller)
    return [one.id for one in (*seen.incoming, *seen.decided, *seen.outgoing)]


@pytest.mark.parametrize("side", ["sending", "receiving"])
def test_who_is_recused_reads_of_no_transfer_and_decides_none(
    handover: Handover, side: str
) -> None:
    transfer, parts = handover.ask(), handover.sending.parts
    caller = handover.sending.head if side == "sending" else handover.receiving
    assert listed(handover, caller) == [transfer]
    district = recused(handover, caller)
    assert listed(handover, caller) == []
    for act in (
        lambda: handover.take(transfer, caller),
        lambda: refuse_transfer(parts, caller, transfer, "不"),
        lambda: withdraw_transfer(parts, caller, transfer),
    ):
        assert refused(act)[0] is ProblemCode.NOT_FOUND
    assert listed(handover, district) == [transfer]
    handover.take(transfer, district)


def test_row_level_security_hides_it_too(handover: Handover) -> None:
    handover.ask()
    recused(handover, handover.receiving)
    with transaction(handover.sending.parts.sessions, handover.receiving.scope) as session:
        assert session.query(Transfer.number).all() == []
