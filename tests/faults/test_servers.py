"""An outage of a server of ours delays verdicts, costs nobody an attempt and loses nothing."""

import time

import pytest
from sqlalchemy import Engine

from mobile_contract.codes import CheckInState
from tests.faults.conftest import Scene
from tests.stage import eventually

CONFIRMED = {CheckInState.CONFIRMED}


def states(scene: Scene) -> set[CheckInState]:
    return {status.state for status in scene.verdicts()}


def attempts(scene: Scene) -> set[int]:
    return {row.attempts for row in scene.work()}


def test_an_emptied_bell_while_five_wait(scene: Scene) -> None:
    scene.processes.halt("verifier")
    scene.report(5)
    scene.redis.flushall()
    scene.processes.restart("verifier")
    assert states(scene) == CONFIRMED
    assert attempts(scene) == {0}


def test_a_bell_emptied_while_the_worker_is_at_it(scene: Scene) -> None:
    scene.report(4)
    scene.look()
    scene.redis.flushall()
    assert states(scene) == CONFIRMED
    assert attempts(scene) == {0}


def test_an_idle_worker_hears_the_bell_after_it_was_emptied(scene: Scene) -> None:
    scene.redis.flushall()
    scene.report()
    assert states(scene) == CONFIRMED


def test_check_ins_are_accepted_while_the_bell_is_away_and_verified_afterwards(
    scene: Scene,
) -> None:
    scene.stack.halt("valkey")
    try:
        begun = time.monotonic()
        scene.report(2)
        accepted_within = time.monotonic() - begun
    finally:
        scene.stack.restart("valkey")
    assert accepted_within < 5
    assert states(scene) == CONFIRMED
    assert attempts(scene) == {0}


@pytest.mark.media
def test_an_outage_of_the_object_store_uses_up_no_attempt(scene: Scene) -> None:
    scene.processes.halt("verifier")
    scene.report(2)
    scene.stack.halt("s3")
    try:
        scene.processes.restart("verifier")
        eventually(lambda: scene.work()[0].last_error == "StoreUnavailableError", within_s=60)
    finally:
        scene.stack.restart("s3")
    assert states(scene) == CONFIRMED
    assert attempts(scene) == {0}


def test_an_outage_of_the_database_while_it_looks(scene: Scene, owner: Engine) -> None:
    scene.report(3)
    scene.look()
    scene.stack.halt("postgres")
    time.sleep(3)
    scene.stack.restart("postgres")
    owner.dispose()  # the tests' own connections died with it
    assert states(scene) == CONFIRMED
    assert attempts(scene) == {0}
