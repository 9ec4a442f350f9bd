"""What is away and what still works: each as a phone and an officer meet it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import Engine, func, select

from mobile_contract.client.connection import RefusedError
from mobile_contract.codes import CheckInState, NextStep, ProblemCode, Retry
from storage.records import AuditEntry, CheckIn, Media, ReceiptRow, Work
from tests.faults.conftest import Scene
from tests.photos import photos
from tests.stage import eventually
from tests.waiting_work import let_work_wait
from tests.world import HERE

CONFIRMED = [CheckInState.CONFIRMED]
WRITTEN = (CheckIn, Media, ReceiptRow, Work, AuditEntry)
AFTER_AN_OUTAGE_S = 60.0


@contextmanager
def away(scene: Scene, server: str, then: Callable[[], None] = lambda: None) -> Iterator[None]:
    scene.stack.halt(server)
    try:
        yield
    finally:
        scene.stack.restart(server)
        then()


def written(scene: Scene) -> list[int]:
    """How many rows there are of everything that a check-in leaves."""
    with scene.factory.session() as session:
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in WRITTEN]


def refused(scene: Scene) -> RefusedError:
    """What a phone hears that sends a check-in."""
    selfie = photos().selfie_of(photos().obama[0], len(scene.sent) + 1)
    scene.sent.append(scene.phone.capture(selfie, HERE))
    with pytest.raises(RefusedError) as refusal:
        scene.phone.submit(scene.sent[-1])
    return refusal.value


def states(scene: Scene) -> list[CheckInState]:
    return [status.state for status in scene.verdicts()]


@pytest.mark.media
def test_without_the_store_nothing_is_half_kept_and_the_same_is_taken_later(scene: Scene) -> None:
    scene.report()
    assert states(scene) == CONFIRMED
    eventually(lambda: all(row.done_at for row in scene.work()))
    before = written(scene)
    with away(scene, "s3"):
        refusal = refused(scene)
        after = written(scene)
        ready = httpx.get(f"{scene.stack.public_url}/readyz", timeout=30, trust_env=False)
    assert (refusal.problem.code, refusal.problem.status) == (ProblemCode.UNAVAILABLE, 503)
    assert refusal.wait_s > 0
    assert refusal.problem.retry is not Retry.NEVER
    assert after[:4] == before[:4]
    assert ready.status_code == 503
    eventually(scene.factory.parts.media.reachable)
    scene.phone.submit(scene.sent[-1])
    assert states(scene) == CONFIRMED * 2


def test_without_redis_check_ins_are_taken_and_verified_soon_after_it_returns(
    scene: Scene,
) -> None:
    with away(scene, "valkey"):
        scene.report(2)
        assert {scene.phone.status(one.id).next.step for one in scene.sent} == {NextStep.WAIT}
    begun = time.monotonic()
    assert states(scene) == CONFIRMED * 2
    assert time.monotonic() - begun < AFTER_AN_OUTAGE_S


def test_without_postgresql_phones_and_pages_hear_503_and_when_to_come_again(
    scene: Scene, owner: Engine
) -> None:
    officer = scene.world.officer(scene.factory.officer(scene.offender.office_id))
    with away(scene, "postgres", owner.dispose):
        refusal = refused(scene)
        pages = [officer.http.get(path) for path in ("/items", "/sign-in", "/people")]
    assert (refusal.problem.code, refusal.problem.status) == (ProblemCode.UNAVAILABLE, 503)
    assert refusal.wait_s > 0
    asked = {page.url.path: page.status_code for page in pages}
    assert (asked["/items"], asked["/people"]) == (503, 503)
    assert all("Retry-After" in page.headers for page in pages if page.status_code == 503)
    eventually(lambda: officer.http.get("/items").status_code == 200)
    scene.phone.submit(scene.sent[-1])
    assert states(scene) == CONFIRMED


def test_without_workers_check_ins_are_taken_and_both_sides_are_told_that_they_wait(
    scene: Scene,
) -> None:
    scene.processes.halt("verifier")
    scene.report()
    status = scene.phone.status(scene.sent[0].id)
    assert status.state in {CheckInState.RECEIVED, CheckInState.VERIFYING}
    assert status.next.step is NextStep.WAIT
    with scene.factory.session() as session:
        let_work_wait(session, timedelta(minutes=5))
    officer = scene.world.officer(scene.factory.officer(scene.offender.office_id))
    assert 'data-backlog="5"' in officer.page("/items")
    scene.processes.restart("verifier")
    assert states(scene) == CONFIRMED
    assert "data-backlog" not in officer.page("/items")
