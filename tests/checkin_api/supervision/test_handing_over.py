"""A person goes to another office with everything, and the old one sees nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from checkin_api.offenders.service import read_person
from checkin_api.offices.service import read_waiting
from checkin_api.offices.waiting import Wanted
from checkin_api.supervision.queries import read_transfers
from mobile_contract.codes import DeviceState, ProblemCode
from storage.records import (
    AuditEntry,
    Device,
    Fence,
    Item,
    NamedOfficer,
    Notice,
    Offender,
    ReportingPlan,
    RuleRow,
    TransferState,
)
from tests.checkin_api.arranged import lay_checkin
from tests.checkin_api.supervision.two_offices import Handover, refused, two_offices
from tests.factories import Factory
from verifier.rules.in_force import in_force_for


@pytest.fixture
def handover(factory: Factory) -> Handover:
    """Two offices of two districts."""
    return two_offices(factory)


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
                offender_id=person.id,
                officer_id=head,
                named_by=factory.account().id,
                named_at=parts.now(),
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


def test_a_paused_person_is_handed_over_with_the_pause(handover: Handover) -> None:
    handover.sending.pause(0)
    handover.take(handover.ask())
    sheet = read_person(handover.sending.parts, handover.receiving, handover.person)
    assert sheet.supervision == "paused"
