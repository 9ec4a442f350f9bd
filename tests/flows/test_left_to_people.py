"""What is in review is moved on by people only, and judged by the rules of its reception."""

from uuid import UUID

from mobile_contract.codes import CheckInState
from storage.records import CheckIn, Offender, RuleRow
from tests.factories import Factory
from tests.flows.recorded import codes
from tests.photos import photos
from tests.world import HERE, World
from verifier.local_time import local_date
from verifier.verdicts.reach_verdict import reach_verdict


def in_review(world: World, offender: Offender) -> UUID:
    """A check-in of somebody who is not enrolled, judged."""
    phone = world.phone_of(offender)
    sent = phone.capture(photos().obama[0], HERE)
    phone.submit(sent)
    assert world.verdict(phone, sent.id).state is CheckInState.IN_REVIEW
    return sent.id


def judged_again(factory: Factory, offender: Offender, checkin: UUID) -> CheckInState:
    """The state after the machine looked once more."""
    with factory.session() as session:
        reach_verdict(session, offender.id, checkin, factory.parts.now())
        return CheckInState(session.get_one(CheckIn, (offender.id, checkin)).state)


def test_an_exemption_that_comes_later_confirms_nothing_by_machine(
    world: World, factory: Factory
) -> None:
    offender = factory.offender()
    checkin = in_review(world, offender)
    with factory.session() as session:
        row = session.get_one(Offender, offender.id)
        row.face_exempt_from = local_date(factory.parts.now())
    assert judged_again(factory, offender, checkin) is CheckInState.IN_REVIEW


def test_a_rule_that_comes_later_judges_nothing_that_was_received_before(
    world: World, factory: Factory
) -> None:
    offender = factory.offender()
    checkin = in_review(world, offender)
    noted = codes(factory, offender)
    now = factory.parts.now()
    with factory.session() as session:
        session.add(
            RuleRow(
                name="fix_radius_limit_m",
                value=1,
                valid_from=now,
                set_by="test",
                reason="",
                set_at=now,
            )
        )
    judged_again(factory, offender, checkin)
    assert codes(factory, offender) == noted  # by the new rule its fix would be none
