"""Movement challenges as phones meet them: drawn anew, good for one check-in, some ahead."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random, SystemRandom
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from mobile_contract.challenges import MOST_AHEAD
from mobile_contract.client.challenges import Answered, Frame, Opened
from mobile_contract.client.clocks import Clocks, system_clocks
from mobile_contract.client.connection import RefusedError
from mobile_contract.client.phone import Phone
from mobile_contract.codes import NoPlaceReason, NoSelfieReason, ProblemCode
from mobile_contract.movement_codes import Prompt
from storage.database import Scope, ScopeKind, transaction
from storage.records import Challenge, Offender, ReportingPlan
from tests.checkin_api.arranged import lay_checkin, picture
from tests.factories import Factory
from tests.photos import photos
from tests.world import World
from verifier import challenges
from verifier.challenges import PhoneClock

HERE = NoPlaceReason.OFF
USES = 1000


@pytest.fixture
def offender(factory: Factory) -> Offender:
    return factory.offender()


@pytest.fixture
def phone(world: World, offender: Offender) -> Phone:
    return world.phone_of(offender)


def opened(phone: Phone) -> Opened:
    found = phone.challenges.open()
    assert found is not None
    return found


def answer(phone: Phone, challenge: Opened, seed: int = 0) -> Answered:
    """Eight frames that are small and different, two for each prompt."""
    now_ms = phone.monotonic_ms()
    pictures = [picture(100 * seed + number) for number in range(8)]
    return Answered(
        challenge, [Frame(one, at // 2, now_ms + at) for at, one in enumerate(pictures)]
    )


def used_by(factory: Factory, challenge_id: UUID) -> UUID | None:
    with factory.session() as session:
        return session.get_one(Challenge, challenge_id).used_by


def test_a_challenge_has_four_different_prompts_in_two_languages(phone: Phone) -> None:
    told = opened(phone).challenge
    assert len({prompt.code for prompt in told.prompts}) == challenges.PROMPTS
    assert {prompt.code for prompt in told.prompts} <= set(Prompt)
    assert all(prompt.text_zh and prompt.text_en for prompt in told.prompts)
    assert (told.open_until - told.issued_at).total_seconds() == 60
    assert (told.open_within_s, told.answer_within_s, told.ahead) == (60, 180, False)


def test_every_order_comes_about_equally_often_and_every_prompt_too() -> None:
    chance, draws = Random(6), 12_000  # noqa: S311 - the same draws each time
    drawn = [challenges.draw(chance) for _ in range(draws)]
    orders = Counter(drawn)
    assert len(orders) == 120  # 5 x 4 x 3 x 2
    assert all(60 < times < 140 for times in orders.values())
    assert all(len(set(one)) == challenges.PROMPTS for one in orders)


def test_two_challenges_share_nothing(phone: Phone) -> None:
    assert opened(phone).challenge.id != opened(phone).challenge.id


def test_a_check_in_uses_its_challenge_and_the_same_again_is_the_same_use(
    phone: Phone, factory: Factory
) -> None:
    challenge = opened(phone)
    submission = phone.capture(photos().obama[0], HERE, movement=answer(phone, challenge))
    first = phone.submit(submission)
    assert phone.submit(submission) == first
    assert used_by(factory, challenge.challenge.id) == submission.id


def test_of_twenty_check_ins_with_one_challenge_one_has_used_it_and_none_is_lost(
    world: World, phone: Phone, factory: Factory
) -> None:
    challenge = opened(phone)
    sent = [
        phone.capture(NoSelfieReason.CAMERA, HERE, movement=answer(phone, challenge, seed))
        for seed in range(20)
    ]
    twins = [world.twin(phone) for _ in sent]
    with ThreadPoolExecutor(20) as pool:
        receipts = list(
            pool.map(lambda pair: pair[0].submit(pair[1]), zip(twins, sent, strict=True))
        )
    assert {receipt.code for receipt in receipts} == {"accepted"}
    assert used_by(factory, challenge.challenge.id) in {one.id for one in sent}


def test_of_a_thousand_uses_at_once_exactly_one_succeeds(
    factory: Factory, offender: Offender
) -> None:
    person, now = offender.id, factory.parts.now()
    checkins = [lay_checkin(factory, person) for _ in range(10)]
    scope = Scope(ScopeKind.OFFENDER, person)
    clock = PhoneClock(None, None)
    with transaction(factory.parts.sessions, scope) as session:
        challenge = challenges.issue(session, person, clock, SystemRandom(), now).id

    def use(number: int) -> bool:
        with transaction(factory.parts.sessions, scope) as session:
            return challenges.use(session, person, challenge, checkins[number % 10], now)

    with ThreadPoolExecutor(100) as pool:
        assert Counter(pool.map(use, range(USES))) == {True: 1, False: USES - 1}


def test_nobody_uses_somebody_elses_challenge(world: World, phone: Phone, factory: Factory) -> None:
    theirs = opened(world.phone_of(factory.offender()))
    phone.submit(phone.capture(NoSelfieReason.CAMERA, HERE, movement=answer(phone, theirs)))
    assert used_by(factory, theirs.challenge.id) is None


def test_an_answer_that_took_a_minute_is_not_opened(world: World, offender: Offender) -> None:
    real = system_clocks()
    ticks = iter(range(0, 10**9, 61_000))
    slow = Clocks(real.wall, lambda: next(ticks), real.boot_id, real.sleep)
    assert world.phone_of(offender, slow).challenges.open() is None


def let_have(factory: Factory, offender: Offender, count: int) -> None:
    scope, now = Scope(ScopeKind.OFFENDER, offender.id), factory.parts.now()
    with transaction(factory.parts.sessions, scope) as session:
        for _ in range(count):
            challenges.issue(session, offender.id, PhoneClock(None, None), SystemRandom(), now)


def test_more_than_sixty_in_an_hour_are_refused_with_when_to_come_back(
    phone: Phone, factory: Factory, offender: Offender
) -> None:
    let_have(factory, offender, challenges.MOST_AN_HOUR)
    with pytest.raises(RefusedError) as refused:
        phone.challenges.stock()
    assert refused.value.problem.code == ProblemCode.TOO_MANY
    assert refused.value.wait_s > 0


def test_who_is_refused_a_fresh_one_opens_those_in_store_and_then_hears_why(
    phone: Phone, factory: Factory, offender: Offender
) -> None:
    let_have(factory, offender, challenges.MOST_AN_HOUR - phone.challenges.stock())
    assert len({opened(phone).challenge.id for _ in range(MOST_AHEAD)}) == MOST_AHEAD
    with pytest.raises(RefusedError) as refused:
        phone.challenges.open()
    assert refused.value.problem.code == ProblemCode.TOO_MANY


def test_the_phone_learns_from_its_windows_whether_it_is_asked(
    phone: Phone, factory: Factory, offender: Offender
) -> None:
    factory.window(offender.id)
    plan = factory.plan(offender.id)
    assert [one.movement for one in phone.windows().windows] == [False]
    with factory.session() as session:
        session.execute(update(ReportingPlan).where(ReportingPlan.id == plan).values(movement=True))
    assert [one.movement for one in phone.windows().windows] == [True]
    me = phone.me()
    assert me.plan is not None
    assert me.plan.movement is True


def test_what_nobody_used_is_forgotten_and_what_was_used_is_kept(
    phone: Phone, factory: Factory, offender: Offender
) -> None:
    challenge = opened(phone)
    phone.submit(phone.capture(NoSelfieReason.CAMERA, HERE, movement=answer(phone, challenge)))
    opened(phone)
    later = datetime.now(UTC) + timedelta(days=31)
    with factory.session() as session:
        assert challenges.forget_unused(session, later) == 1
        left = session.scalars(
            select(Challenge.id).where(Challenge.offender_id == offender.id)
        ).all()
    assert left == [challenge.challenge.id]


def test_a_check_in_answers_one_challenge(phone: Phone, factory: Factory) -> None:
    one, other = opened(phone), opened(phone)
    submission = phone.capture(NoSelfieReason.CAMERA, HERE, movement=answer(phone, one))
    phone.submit(submission)
    swapped = phone.capture(NoSelfieReason.CAMERA, HERE, movement=answer(phone, other))
    body = swapped.body.replace(str(swapped.id).encode(), str(submission.id).encode())
    with pytest.raises(RefusedError) as refused:
        phone.submit(replace(swapped, id=submission.id, body=body))
    assert refused.value.problem.code == ProblemCode.CONTENT_DIFFERS
    used = select(func.count()).select_from(Challenge).where(Challenge.used_by.is_not(None))
    with factory.session() as session:
        assert session.scalar(used) == 1
