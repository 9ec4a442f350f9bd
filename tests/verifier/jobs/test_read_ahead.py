"""While check-ins are looked at the next are claimed and read; whatever happens to that."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from mobile_contract.codes import CheckInState
from storage.records import Queue
from storage.work import Claim
from tests.factories import Factory
from tests.verifier.jobs.draining import checkin, evidence, ordinary, own_selfie, work_of
from tests.waiting_work import WaitingWork
from verifier.faces.examine import look as real_look
from verifier.jobs import checkin_material, claiming, drain, stopping, verify_checkin
from verifier.jobs.checkin_material import FRESH, Material
from verifier.jobs.rows import Row
from verifier.jobs.workplace import Workplace

LONG_S = 20.0
CONFIRMED, WAITS = CheckInState.CONFIRMED, CheckInState.RECEIVED


@pytest.mark.media
@pytest.mark.usefixtures("furnished")
def test_the_next_are_claimed_and_read_while_one_is_looked_at(
    factory: Factory, waiting: WaitingWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(drain.MOST_TOGETHER, Queue.FACES, 1)
    laid = [ordinary(factory, waiting, seed) for seed in range(2)]
    looks, waited, read = threading.Event(), list[bool](), checkin_material.read

    def read_late(session: Session, workplace: Workplace, claims: Sequence[Claim]) -> Any:
        if claims[0].subject.id == laid[1].id:
            waited.append(looks.wait(LONG_S))
        return read(session, workplace, claims)

    def look(*what: Any) -> Any:
        looks.set()
        return real_look(*what)

    monkeypatch.setattr(checkin_material, "read", read_late)
    monkeypatch.setattr(verify_checkin, "look", look)
    drain.drain()
    assert waited == [True]
    assert [checkin(factory, one).state for one in laid] == [CONFIRMED] * 2


@pytest.mark.media
@pytest.mark.usefixtures("furnished")
def test_one_that_cannot_be_read_costs_an_attempt_of_its_own_and_none_of_its_neighbours(
    factory: Factory, waiting: WaitingWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = [ordinary(factory, waiting, seed) for seed in range(5)]
    broken, read = laid[3].id, checkin_material.read

    def read_or_break(session: Session, workplace: Workplace, claims: Sequence[Claim]) -> Any:
        if broken in {claim.subject.id for claim in claims}:
            raise TypeError
        return read(session, workplace, claims)

    monkeypatch.setattr(checkin_material, "read", read_or_break)
    drain.drain()
    sound = [one for one in laid if one.id != broken]
    assert [checkin(factory, one).state for one in sound] == [CONFIRMED] * 4
    assert [len(evidence(factory, one)) for one in sound] == [1] * 4
    assert [work_of(factory, one.id).attempts for one in sound] == [0] * 4
    assert checkin(factory, laid[3]).state is CheckInState.IN_REVIEW  # a person looks


@pytest.mark.media
@pytest.mark.usefixtures("furnished")
def test_a_stop_waits_for_no_claim_that_hangs(
    factory: Factory, waiting: WaitingWork, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (waiting.checkin(person, own_selfie(seed)) for seed in range(2))
    monkeypatch.setitem(drain.MOST_TOGETHER, Queue.FACES, 1)
    goes_on, claim = threading.Event(), claiming.claim

    def hang(workplace: Workplace, most: int) -> list[Row]:
        if threading.current_thread() is not threading.main_thread():
            goes_on.wait(LONG_S)
        return claim(workplace, most)

    monkeypatch.setattr(claiming, "claim", hang)
    monkeypatch.setattr(stopping, "asked", lambda: work_of(factory, first.id).examining)
    drain.drain()
    assert not goes_on.is_set()
    assert work_of(factory, second.id).lease_token is None
    goes_on.set()


@pytest.mark.media
@pytest.mark.parametrize("old", [FRESH, FRESH + timedelta(seconds=1)])
def test_what_was_read_too_long_ago_is_read_again(
    factory: Factory,
    waiting: WaitingWork,
    workplace: Workplace,
    monkeypatch: pytest.MonkeyPatch,
    old: timedelta,
) -> None:
    sent, reads, read = ordinary(factory, waiting), list[int](), checkin_material.read

    def counted(session: Session, place: Workplace, claims: Sequence[Claim]) -> Any:
        reads.append(len(claims))
        return read(session, place, claims)

    monkeypatch.setattr(checkin_material, "read", counted)
    at = [workplace.parts.now()]
    slow = replace(workplace, parts=replace(workplace.parts, now=lambda: at[0]))
    (row,) = claiming.claim(slow, 1)
    at[0] += old
    verify_checkin.look_at_all(slow, [row])()
    assert reads == ([1] if old <= FRESH else [1, 1])
    assert checkin(factory, sent).state is CONFIRMED


def test_what_was_read_ahead_says_what_to_fetch_the_selfie_first(
    factory: Factory, waiting: WaitingWork, workplace: Workplace
) -> None:
    ordinary(factory, waiting)
    (row,) = claiming.claim(workplace, 1)
    assert isinstance(row.read, Material)
    assert [row.read.photo] == list(row.photos)
