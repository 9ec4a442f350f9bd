"""A person goes to another office with everything, and the old one sees nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from checkin_api.access.callers import OfficerCaller
from checkin_api.offenders.service import read_person
from checkin_api.offices.service import read_waiting
from checkin_api.offices.waiting import Wanted
from checkin_api.refusals import RefusedError
from checkin_api.supervision.periods import End, end_supervision
from checkin_api.supervision.queries import read_transfers
from checkin_api.supervision.transfers import (
    Asking,
    ask_transfer,
    refuse_transfer,
    take_transfer,
    withdraw_transfer,
)
from mobile_contract.codes import DeviceState, ProblemCode
from storage.database import transaction
from storage.records import (
    AuditEntry,
    Device,
    EndReason,
    Fence,
    Item,
    NamedOfficer,
    Notice,
    Offender,
    ReportingPlan,
    Role,
    RuleRow,
    Transfer,
    TransferState,
)
from tests.checkin_api.arranged import caller_of, lay_checkin
from tests.checkin_api.supervision.led import Led, led
from tests.factories import Factory
from verifier.rules.in_force import in_force_for


@dataclass
class Handover:
    """Two offices, their heads, and a person of the first."""

    sending: Led
    office: UUID  # that receives
    district: UUID
    receiving: OfficerCaller

    @property
    def person(self) -> UUID:
        """The person's id."""
        return self.sending.person.id

    def ask(self, office: UUID | None = None) -> UUID:
        """The sending head asks."""
        wanted = Asking(self.person, office or self.office, "搬家")
        ask_transfer(self.sending.parts, self.sending.head, wanted)
        with self.sending.factory.session() as session:
            asked = Transfer.state == TransferState.ASKED
            return session.scalars(select(Transfer.id).where(asked)).one()

    def take(self, transfer: UUID, caller: OfficerCaller | None = None) -> None:
        """The receiving head takes the person."""
        take_transfer(self.sending.parts, caller or self.receiving, transfer)


@pytest.fixture
def handover(factory: Factory) -> Handover:
    """Two offices of two districts."""
    sending = led(factory, factory.parts.now())
    district = factory.district()
    office = factory.office(district)
    return Handover(
        sending, office, district, caller_of(factory, factory.officer(office, Role.HEAD))
    )


def refused(act: Callable[[], object]) -> tuple[ProblemCode, str]:
    """Give the code and the place of what was wrong."""
    with pytest.raises(RefusedError) as caught:
        act()
    errors = caught.value.errors
    return caught.value.code, f"{errors[0].pointer}_{errors[0].reason}" if errors else ""


def row(handover: Handover) -> Transfer:
    """The only transfer."""
    with handover.sending.factory.session() as session:
        return session.scalars(select(Transfer)).one()


def test_everything_moves_with_the_person_and_the_old_office_finds_nobody(
    handover: Handover,
) -> None:
    factory, parts = handover.sending.factory, handover.sending.parts
    checkin = lay_checkin(factory, handover.person)
    factory.fence(handover.person)
    factory.device(handover.person)
    with factory.session() as session:
        item = session.scalars(select(Item)).one()
        item.owner_id = item.cover_id = handover.sending.head.officer_id
    handover.take(handover.ask())
    sheet = read_person(parts, handover.receiving, handover.person)
    assert sheet.fence is not None
    assert sheet.plan is not None
    assert sheet.phone is not None
    waiting = read_waiting(parts, handover.receiving, Wanted())
    assert [entry.checkin.id for entry in waiting.entries if entry.checkin] == [checkin]
    assert refused(lambda: read_person(parts, handover.sending.head, handover.person))[0] is (
        ProblemCode.NOT_FOUND
    )
    assert read_waiting(parts, handover.sending.head, Wanted()).entries == ()
    with factory.session() as session:
        item = session.scalars(select(Item)).one()
        assert (item.owner_id, item.cover_id) == (None, None)
        assert session.scalars(select(Fence.ended_at)).one() is None
        assert session.scalars(select(ReportingPlan.ended_on)).one() is None
        assert session.scalars(select(Device.state)).one() is DeviceState.ACTIVE


def test_both_lists_keep_number_and_day_and_lose_the_name(handover: Handover) -> None:
    parts, person = handover.sending.parts, handover.sending.person
    transfer = handover.ask()
    incoming = read_transfers(parts, handover.receiving).incoming
    assert [(one.number, one.name) for one in incoming] == [(person.number, person.name)]
    handover.take(transfer)
    for caller in (handover.sending.head, handover.receiving):
        seen = read_transfers(parts, caller)
        assert [(one.number, one.name, one.state) for one in seen.outgoing + seen.decided] == [
            (person.number, None, TransferState.TAKEN)
        ]


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


def test_the_districts_rules_apply_from_then_on(handover: Handover) -> None:
    factory = handover.sending.factory
    now = handover.sending.now
    with factory.session() as session:
        session.add(
            RuleRow(
                name="upload_hours",
                district_id=handover.district,
                value=48,
                valid_from=now - timedelta(days=1),
                set_by="test",
                reason="test",
                set_at=now,
            )
        )
        assert in_force_for(session, handover.person, now).upload_hours == 72
    handover.take(handover.ask())
    with factory.session() as session:
        assert in_force_for(session, handover.person, now).upload_hours == 48


def test_the_person_is_told_once_and_the_trail_names_both_offices(handover: Handover) -> None:
    factory = handover.sending.factory
    transfer = handover.ask()
    handover.take(transfer)
    handover.take(transfer)
    with factory.session() as session:
        notices = session.scalars(select(Notice)).all()
        taken = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "transfer_taken")
        ).all()
    assert [(str(one.kind), one.facts) for one in notices] == [
        ("office_changed", {"office": "司法所"})
    ]
    assert [one.detail["to_office"] for one in taken] == [str(handover.office)]


def test_the_named_officers_of_somebody_under_18_end_and_no_name_is_shown(
    handover: Handover,
) -> None:
    factory, parts = handover.sending.factory, handover.sending.parts
    head = handover.sending.head.officer_id
    with factory.session() as session:
        person = session.get_one(Offender, handover.person)
        person.adult_on = handover.sending.day(400)
        session.add(
            NamedOfficer(
                offender_id=person.id, officer_id=head, named_by=head, named_at=parts.now()
            )
        )
    transfer = handover.ask()
    assert [one.name for one in read_transfers(parts, handover.receiving).incoming] == [None]
    handover.take(transfer)
    with factory.session() as session:
        named = session.scalars(select(NamedOfficer)).one()
        assert session.get_one(Offender, handover.person).office_id == handover.office
    assert named.ended_by == handover.receiving.officer_id
    assert refused(lambda: read_person(parts, handover.receiving, handover.person))[0] is (
        ProblemCode.NOT_FOUND
    )


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


def test_a_paused_person_is_handed_over_with_the_pause(handover: Handover) -> None:
    handover.sending.pause(0)
    handover.take(handover.ask())
    sheet = read_person(handover.sending.parts, handover.receiving, handover.person)
    assert sheet.supervision == "paused"


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
