"""Check-ins of several people are verified together, and each comes to what it would alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast
from uuid import uuid4

import pytest
from sqlalchemy import select

from mobile_contract.codes import CheckInState
from storage import work
from storage.media import StoredObject
from storage.records import PhotoHash, ReplayTwin
from tests import sent_again
from tests.factories import Factory
from tests.photos import photos
from tests.verifier.jobs.draining import (
    checkin,
    drain,
    evidence,
    ordinary,
    own_selfie,
    work_of,
)
from tests.waiting_work import WaitingWork, let_work_wait
from verifier.faces.examine import Look
from verifier.faces.examine import look as real_look
from verifier.jobs import stopping, verify_checkin
from verifier.jobs.beside import Rest
from verifier.jobs.drain import MOST_TOGETHER, do_next
from verifier.jobs.rows import Row
from verifier.jobs.workplace import Workplace
from verifier.verdicts.evidence import FaceEvidence, FaceVerdict

Act = Callable[[bytes], None]


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many check-ins were handled at once, time after time."""
    sizes, look_at_all = list[int](), verify_checkin.look_at_all

    def counted(workplace: Workplace, rows: Sequence[Row]) -> Rest:
        sizes.append(len(rows))
        return look_at_all(workplace, rows)

    monkeypatch.setattr(verify_checkin, "look_at_all", counted)
    return sizes


def while_looking(monkeypatch: pytest.MonkeyPatch, act: Act) -> None:
    """Lets something happen before each look at a selfie."""

    def look(selfie: bytes, *more: object) -> Look:
        act(selfie)
        return real_look(selfie, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(verify_checkin, "look", look)


def at_once(workplace: Workplace) -> bool:
    return do_next(workplace, MOST_TOGETHER[workplace.queue])


@pytest.mark.media
def test_other_work_is_left_to_other_workers(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    waiting.references(factory.offender().id, photos().obama)
    assert at_once(workplace)
    assert [row.done_at is None for row in waiting.rows()[:3]] == [False, True, True]
    assert {row.lease_token for row in waiting.rows()} == {None}


@pytest.mark.media
def test_a_photo_that_breaks_who_looks_costs_its_neighbours_nothing(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = [ordinary(factory, waiting, seed) for seed in range(4)]

    def break_one(selfie: bytes) -> None:
        if selfie == own_selfie(1):
            raise TypeError

    while_looking(monkeypatch, break_one)
    drain(workplace)
    states = [checkin(factory, one).state for one in laid]
    assert states == [CheckInState.CONFIRMED, CheckInState.IN_REVIEW, *states[:1], *states[:1]]
    assert [work_of(factory, one.id).attempts for one in laid] == [0, 3, 0, 0]


@pytest.mark.media
def test_who_dies_over_a_photo_takes_one_attempt_of_each_and_then_they_are_alone(
    factory: Factory,
    waiting: WaitingWork,
    workplace: Workplace,
    handled: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    laid = [ordinary(factory, waiting, seed) for seed in range(3)]
    with monkeypatch.context() as dying:

        def die(_selfie: bytes) -> None:
            raise KeyboardInterrupt

        while_looking(dying, die)
        with pytest.raises(KeyboardInterrupt):
            at_once(marked_at_once(workplace))
    with factory.session() as session:
        let_work_wait(session, 2 * work.LEASE)
    drain(workplace)
    assert handled == [3, 1, 1, 1]
    assert {checkin(factory, one).state for one in laid} == {CheckInState.CONFIRMED}
    assert [work_of(factory, one.id).attempts for one in laid] == [1, 1, 1]


def marked_at_once(workplace: Workplace) -> Workplace:
    """The same workplace, whose photos have all come before they are asked for."""

    class AllHere:
        def order(self, _wanted: object) -> None: ...

        def forget(self, _unwanted: object) -> None: ...

        def is_here(self, _stored: object) -> bool:
            return True

        def fetch(self, stored: StoredObject) -> bytes:
            return workplace.parts.media.fetch(stored)

    return replace(workplace, ahead=cast("None", AllHere()))


@pytest.mark.media
def test_one_that_was_taken_away_is_left_to_who_has_it(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = [ordinary(factory, waiting, seed) for seed in range(3)]

    def take_one_away(_selfie: bytes) -> None:
        with factory.session() as session:
            work_row = session.merge(work_of(factory, laid[1].id))
            work_row.lease_token = uuid4()

    while_looking(monkeypatch, take_one_away)
    at_once(workplace)
    confirmed, taken = CheckInState.CONFIRMED, CheckInState.VERIFYING
    assert [checkin(factory, one).state for one in laid] == [confirmed, taken, confirmed]
    assert [len(evidence(factory, one)) for one in laid] == [1, 0, 1]


@pytest.mark.media
def test_one_that_failed_and_was_taken_away_costs_its_neighbours_nothing(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = [ordinary(factory, waiting, seed) for seed in range(3)]
    fault = Look(FaceEvidence(FaceVerdict.ERROR, error="Memory"))

    def look(selfie: bytes, *more: object) -> Look:
        if selfie != own_selfie(1):
            return real_look(selfie, *more)  # type: ignore[arg-type]
        with factory.session() as session:
            session.merge(work_of(factory, laid[1].id)).lease_token = uuid4()
        return fault

    monkeypatch.setattr(verify_checkin, "look", look)
    at_once(workplace)
    confirmed, taken = CheckInState.CONFIRMED, CheckInState.VERIFYING
    assert [checkin(factory, one).state for one in laid] == [confirmed, taken, confirmed]
    assert [len(evidence(factory, one)) for one in laid] == [1, 0, 1]


@pytest.mark.media
def test_a_stop_concludes_what_was_looked_at_and_gives_back_the_rest(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = [ordinary(factory, waiting, seed) for seed in range(3)]
    looked = list[bytes]()
    while_looking(monkeypatch, looked.append)
    monkeypatch.setattr(stopping, "asked", lambda: bool(looked))
    assert not at_once(workplace)
    states = [checkin(factory, one).state for one in laid]
    assert states == [CheckInState.CONFIRMED, CheckInState.RECEIVED, CheckInState.RECEIVED]
    rows = [work_of(factory, one.id) for one in laid[1:]]
    assert [(one.attempts, one.lease_token, one.done_at) for one in rows] == [(0, None, None)] * 2


@pytest.mark.media
def test_a_fault_of_ours_at_one_lets_only_that_one_wait_again(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = [ordinary(factory, waiting, seed) for seed in range(3)]
    fault = Look(FaceEvidence(FaceVerdict.ERROR, error="Memory"))

    def look(selfie: bytes, *more: object) -> Look:
        return fault if selfie == own_selfie(1) else real_look(selfie, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(verify_checkin, "look", look)
    at_once(workplace)
    confirmed, waits = CheckInState.CONFIRMED, CheckInState.RECEIVED
    assert [checkin(factory, one).state for one in laid] == [confirmed, waits, confirmed]
    assert [work_of(factory, one.id).attempts for one in laid] == [0, 1, 0]


@pytest.mark.media
def test_leases_are_kept_while_many_are_looked_at(
    factory: Factory, waiting: WaitingWork, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = [ordinary(factory, waiting, seed) for seed in range(3)]
    waited = [timedelta(0)]
    slow = replace(workplace.parts, now=lambda: factory.parts.now() + waited[0])

    def wait(_selfie: bytes) -> None:
        waited[0] += work.LEASE / 3
        with factory.session() as session:
            let_work_wait(session, work.LEASE / 2)

    while_looking(monkeypatch, wait)
    assert at_once(replace(workplace, parts=slow))
    assert {checkin(factory, one).state for one in laid} == {CheckInState.CONFIRMED}


@pytest.mark.media
@pytest.mark.parametrize("again", [bytes, sent_again.saved_anew], ids=["same file", "saved anew"])
def test_of_two_twins_in_one_office_the_second_is_found(
    again: Callable[[bytes], bytes], factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    office = factory.office()
    first, second = (factory.offender(office).id for _ in range(2))
    for person in (first, second):
        factory.fence(person)
        factory.enrolment(person, photos().obama)
    laid = [waiting.checkin(first, own_selfie()), waiting.checkin(second, again(own_selfie()))]
    at_once(workplace)
    states = [checkin(factory, one).state for one in laid]
    assert states == [CheckInState.CONFIRMED, CheckInState.IN_REVIEW]
    with factory.session() as session:
        kept = session.scalars(select(PhotoHash).where(PhotoHash.checkin_id == laid[0].id)).one()
        twin = session.scalars(select(ReplayTwin)).one()
    assert (twin.checkin_id, twin.twin_id) == (laid[1].id, kept.id)
