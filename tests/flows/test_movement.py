"""A movement check from the phone to the officer's page: measured, noted, and never decisive."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import JSON, select

from checkin_api.reviews.movement_seen import movement_shown
from mobile_contract.client.challenges import Answered, Frame, Opened
from mobile_contract.client.phone import Phone
from mobile_contract.codes import CheckInState
from mobile_contract.movement_codes import Prompt
from storage.records import CheckIn, EvidenceRow, Offender
from tests.enrolments import models
from tests.factories import Factory
from tests.flows.recorded import causes, codes
from tests.movements import Puppet, moved_as, puppet_of, still
from tests.photos import photos
from tests.world import HERE, World
from verifier.verdicts.evidence import FaceVerdict
from verifier.verdicts.movement import MovementSeen, movement_from_row
from verifier.verdicts.sweeps import MovementAnswer

pytestmark = pytest.mark.media

Taken = list[tuple[int, bytes]]
CONFIRMED, IN_REVIEW = CheckInState.CONFIRMED, CheckInState.IN_REVIEW


def selfie(seed: int) -> bytes:
    return photos().selfie_of(photos().astronaut, seed)


@pytest.fixture(scope="module")
def puppet() -> Puppet:
    return puppet_of(photos().astronaut, models())


@pytest.fixture
def offender(factory: Factory) -> Offender:
    """An enrolled person with a fence and an open window, whose plan asks for movement."""
    offender = factory.offender()
    factory.fence(offender.id)
    factory.enrolment(offender.id, [selfie(seed) for seed in (1, 2, 3)])
    factory.window(offender.id)
    factory.plan(offender.id, movement=True)
    return offender


@pytest.fixture
def phone(world: World, offender: Offender) -> Phone:
    return world.phone_of(offender)


def opened(phone: Phone) -> Opened:
    found = phone.challenges.open()
    assert found is not None
    return found


def answered(phone: Phone, challenge: Opened, taken: Taken) -> Answered:
    now_ms = phone.monotonic_ms()
    frames = [Frame(photo, prompt, now_ms + at) for at, (prompt, photo) in enumerate(taken)]
    return Answered(challenge, frames)


def prompts_of(challenge: Opened) -> list[Prompt]:
    return [Prompt(one.code) for one in challenge.challenge.prompts]


def check_in(world: World, phone: Phone, seed: int, movement: Answered | None) -> CheckInState:
    """Send one check-in and wait for what the machine says."""
    sent = phone.capture(selfie(seed), HERE, movement=movement)
    phone.submit(sent)
    return world.verdict(phone, sent.id, within_s=90).state


def seen(factory: Factory, offender: Offender) -> MovementSeen:
    """What the last attempt saw."""
    with factory.session() as session:
        kept = session.scalars(
            select(EvidenceRow.movement)
            .where(EvidenceRow.offender_id == offender.id)
            .order_by(EvidenceRow.finished_at.desc())
        ).first()
    assert kept is not None
    return movement_from_row(kept)


@pytest.mark.parametrize("nothing", [None, JSON.NULL], ids=["as now", "as before"])
def test_what_was_seen_is_shown_also_after_an_attempt_that_saw_nothing(
    world: World, phone: Phone, factory: Factory, puppet: Puppet, nothing: Any
) -> None:
    check_in(world, phone, 14, answered(phone, opened(phone), still(puppet)))
    with factory.session() as session:
        first = session.scalars(select(EvidenceRow)).one()
        session.add(later := failed_after(first, nothing))
        session.flush()
        session.expire_all()
        is_sql_null = select(EvidenceRow.movement.is_(None)).where(EvidenceRow.id == later.id)
        assert session.scalar(is_sql_null) is (nothing is None)
        key = (first.offender_id, first.checkin_id)
        shown = movement_shown(session, session.get_one(CheckIn, key))
        assert shown is not None
        assert shown.seen is not None


def failed_after(first: EvidenceRow, movement: Any) -> EvidenceRow:
    """The row of one more attempt."""
    return EvidenceRow(
        offender_id=first.offender_id,
        checkin_id=first.checkin_id,
        attempt=first.attempt + 1,
        face_verdict=FaceVerdict.ERROR,
        face=first.face,
        movement=movement,
        started_at=first.finished_at,
        finished_at=first.finished_at,
    )


def test_who_does_what_is_asked_is_neither_noted_nor_flagged_for_it(
    world: World, phone: Phone, factory: Factory, offender: Offender, puppet: Puppet
) -> None:
    challenge = opened(phone)
    shown = answered(phone, challenge, moved_as(prompts_of(challenge), puppet))
    check_in(world, phone, 11, shown)
    assert [one.answer for one in seen(factory, offender).prompts] == [MovementAnswer.DONE] * 4
    # A bent photo may look like somebody else, which is another question.
    assert codes(factory, offender) <= {"frames_differ"}


def test_a_still_face_is_noted_once_and_looked_at_when_it_comes_again(
    world: World, phone: Phone, factory: Factory, offender: Offender, puppet: Puppet
) -> None:
    shown = answered(phone, opened(phone), still(puppet))
    assert check_in(world, phone, 12, shown) is CONFIRMED
    assert codes(factory, offender) == {"movement_once_not_done"}
    again = answered(phone, opened(phone), still(puppet)[:8])
    assert check_in(world, phone, 13, again) is IN_REVIEW
    assert "movement_not_done" in codes(factory, offender)
    assert causes(factory, offender) == ["checkin"]


def test_the_right_movements_in_the_wrong_order_are_not_done(
    world: World, phone: Phone, factory: Factory, offender: Offender, puppet: Puppet
) -> None:
    challenge = opened(phone)
    backwards = moved_as(prompts_of(challenge)[::-1], puppet)
    check_in(world, phone, 14, answered(phone, challenge, backwards))
    found = [one.answer for one in seen(factory, offender).prompts]
    assert MovementAnswer.DONE not in found


def test_an_answer_that_took_longer_than_three_minutes_does_not_count(
    world: World, phone: Phone, factory: Factory, offender: Offender, puppet: Puppet
) -> None:
    challenge = opened(phone)
    shown = answered(phone, challenge, moved_as(prompts_of(challenge), puppet))
    late_ms = shown.opened.opened_monotonic_ms + 181_000
    late = replace(shown.frames[-1], at_monotonic_ms=late_ms)
    check_in(world, phone, 15, replace(shown, frames=[*shown.frames[:-1], late]))
    found = seen(factory, offender)
    assert (found.standing, found.answer) == ("answered_late", "not_done")
    assert codes(factory, offender) - {"frames_differ"} == {"movement_once_not_done"}


def test_the_officer_sees_each_prompt_its_answer_and_its_frames(
    world: World, phone: Phone, factory: Factory, offender: Offender, puppet: Puppet
) -> None:
    challenge = opened(phone)
    sent = phone.capture(selfie(16), HERE, movement=answered(phone, challenge, still(puppet)))
    phone.submit(sent)
    world.verdict(phone, sent.id, within_s=90)
    office = world.officer(factory.officer(offender.office_id))
    page = office.page(f"/checkins/{offender.id}/{sent.id}")
    assert 'data-movement="not_done"' in page
    for prompt in prompts_of(challenge):
        assert f'data-prompt="{prompt}"' in page
