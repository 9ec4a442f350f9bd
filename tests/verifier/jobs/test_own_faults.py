"""What is our fault costs the person nothing, and what breaks is an officer's in the end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from mobile_contract.codes import CheckInState
from storage import work
from storage.local_stack import LocalStack
from storage.records import (
    Media,
    Queue,
)
from storage.stored_media import stored_object
from tests.factories import Factory
from tests.verifier.jobs.draining import (
    ahead,
    causes,
    checkin,
    drain,
    evidence,
    own_selfie,
    without_store,
    work_of,
)
from tests.waiting_work import Waiting, WaitingWork, let_work_wait
from verifier.faces.examine import Look
from verifier.faces.examine import look as real_look
from verifier.faces.models import Models
from verifier.jobs import verify_checkin
from verifier.jobs.drain import do_next
from verifier.jobs.stopping import StoppedError
from verifier.jobs.workplace import Workplace
from verifier.verdicts.bands import ThresholdSet
from verifier.verdicts.evidence import FaceEvidence, FaceVerdict


def breaks(
    monkeypatch: pytest.MonkeyPatch, fault: BaseException, only: bytes | None = None
) -> None:
    """Lets the look at a photo fail, of one photo where it is given."""
    look_at = real_look

    def look(
        selfie: bytes, references: object, thresholds: ThresholdSet, models: Models, frames: object
    ) -> Look:
        if only is None or selfie == only:
            raise fault
        return look_at(selfie, references, thresholds, models, frames)  # type: ignore[arg-type]

    monkeypatch.setattr(verify_checkin, "look", look)


@pytest.mark.media
def test_a_selfie_that_the_store_lost_is_our_fault(
    factory: Factory, workplace: Workplace, own: Waiting, person: UUID
) -> None:
    remove_object(factory, own)
    drain(workplace)
    assert evidence(factory, own)[0].face["error"] == "media_lost"
    assert checkin(factory, own).told == ["system_fault"]
    assert causes(factory, person) == ["system"]


def remove_object(factory: Factory, sent: Waiting) -> None:
    """Takes the selfie away behind the system's back."""
    with factory.session() as session:
        row = session.get_one(Media, sent.selfie)
    factory.parts.media.remove(stored_object(row))


def test_a_selfie_that_is_not_the_one_received_is_our_fault(
    factory: Factory, workplace: Workplace, own: Waiting, person: UUID
) -> None:
    with factory.session() as session:
        session.execute(
            text("UPDATE media SET sha256 = :other WHERE id = :id"),
            {"other": "0" * 64, "id": own.selfie},
        )
    drain(workplace)
    assert evidence(factory, own)[0].face["error"] == "media_lost"
    assert causes(factory, person) == ["system"]


def test_an_outage_of_the_store_uses_up_no_attempt(
    factory: Factory, workplace: Workplace, stack: LocalStack, own: Waiting
) -> None:
    for minute in range(5):
        do_next(ahead(without_store(workplace, stack), timedelta(minutes=minute)))
    waiting = work_of(factory, own.id)
    assert (waiting.attempts, waiting.last_error) == (0, "StoreUnavailableError")
    assert checkin(factory, own).state is CheckInState.RECEIVED
    drain(ahead(workplace, timedelta(minutes=6)))
    assert checkin(factory, own).state is CheckInState.CONFIRMED


def test_an_hour_without_the_store_leaves_no_item_and_uses_up_no_attempt(
    factory: Factory,
    waiting: WaitingWork,
    workplace: Workplace,
    stack: LocalStack,
    person: UUID,
) -> None:
    sent = [waiting.checkin(person, own_selfie(number)) for number in range(3)]
    waiting.references(factory.offender().id, [own_selfie(4)])
    away = without_store(workplace, stack)
    for minute in range(60):
        for _ in range(len(waiting.rows())):
            do_next(replace(away, parts=replace(away.parts, now=minutes_on(away, minute))))
        with factory.session() as session:
            let_work_wait(session, timedelta(minutes=1))
    assert {row.attempts for row in waiting.rows()} == {0}
    assert {row.last_error for row in waiting.rows()} == {"StoreUnavailableError"}
    assert causes(factory, person) == []
    drain(workplace)
    assert {checkin(factory, one).state for one in sent} == {CheckInState.CONFIRMED}
    assert causes(factory, person) == []


def minutes_on(workplace: Workplace, minutes: int) -> Callable[[], datetime]:
    """A clock that is ahead."""
    return lambda: workplace.parts.now() + timedelta(minutes=minutes)


def test_an_outage_of_the_store_is_not_hammered(
    workplace: Workplace, stack: LocalStack, own: Waiting
) -> None:
    assert own
    assert do_next(without_store(workplace, stack)) is False


def test_a_photo_that_breaks_the_look_is_an_officers_after_three_attempts(
    factory: Factory,
    workplace: Workplace,
    own: Waiting,
    person: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    breaks(monkeypatch, TypeError("poison"))
    drain(workplace)
    row = work_of(factory, own.id)
    assert (row.attempts, row.done_at) == (3, None)
    assert row.gave_up_at is not None
    assert checkin(factory, own).state is CheckInState.IN_REVIEW
    assert causes(factory, person) == ["system"]


def test_what_a_photo_breaks_costs_its_neighbours_nothing(
    factory: Factory,
    waiting: WaitingWork,
    workplace: Workplace,
    person: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = waiting.checkin(person, own_selfie(1))
    poison = waiting.checkin(person, own_selfie(2))
    after = waiting.checkin(person, own_selfie(3))
    breaks(monkeypatch, TypeError("poison"), only=own_selfie(2))
    drain(workplace)
    for neighbour in (before, after):
        assert checkin(factory, neighbour).state is CheckInState.CONFIRMED
        assert work_of(factory, neighbour.id).attempts == 0
    assert checkin(factory, poison).state is CheckInState.IN_REVIEW


def test_a_fault_of_ours_that_passes_is_forgotten(
    factory: Factory, workplace: Workplace, own: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Look(FaceEvidence(FaceVerdict.ERROR, error="Memory"))
    look_at, faults = real_look, iter([fault])

    def look(*args: object) -> Look:
        return next(faults, None) or look_at(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(verify_checkin, "look", look)
    drain(workplace)
    verdicts = [row.face_verdict for row in evidence(factory, own)]
    assert verdicts == [FaceVerdict.ERROR, FaceVerdict.MATCH]
    assert checkin(factory, own).state is CheckInState.CONFIRMED


def test_a_zombie_writes_nothing(
    factory: Factory, workplace: Workplace, own: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at = real_look

    def look(*args: object) -> Look:
        with factory.session() as session:  # while it looks, its lease runs out
            let_work_wait(session, 2 * work.LEASE)
            heir = work.claim(session, Queue.FACES)
        assert heir is not None
        return look_at(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(verify_checkin, "look", look)
    do_next(workplace)
    assert evidence(factory, own) == []
    assert checkin(factory, own).state is CheckInState.VERIFYING
    assert work_of(factory, own.id).done_at is None


def test_a_stop_hands_the_check_in_back(
    factory: Factory, workplace: Workplace, own: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, StoppedError())
    assert do_next(workplace) is False
    row = work_of(factory, own.id)
    assert (row.attempts, row.lease_until, row.last_error) == (0, None, "stopped")
    assert checkin(factory, own).state is CheckInState.RECEIVED
