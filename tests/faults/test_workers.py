"""A check-in that was accepted gets its verdict, whatever dies meanwhile."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mobile_contract.codes import CheckInState
from storage.local_stack import LocalStack
from storage.local_stack.process_tree import process
from tests.faults.conftest import Scene
from tests.stage import eventually

CONFIRMED = {CheckInState.CONFIRMED}


def states(scene: Scene) -> set[CheckInState]:
    return {status.state for status in scene.verdicts()}


def test_a_worker_killed_with_its_horse_while_it_looks(scene: Scene) -> None:
    scene.report()
    scene.look()
    scene.processes.kill("verifier", with_children=True)
    assert states(scene) == CONFIRMED


def test_a_horse_killed_alone_while_it_looks(scene: Scene) -> None:
    scene.report(3)
    scene.look()
    os.kill(scene.horse().pid, signal.SIGKILL)
    assert states(scene) == CONFIRMED
    assert max(row.attempts for row in scene.work()) <= 1


def test_a_horse_does_not_outlive_its_worker(scene: Scene) -> None:
    scene.report(8)
    horse = scene.horse()
    scene.processes.kill("verifier")
    eventually(lambda: process(horse.pid) != horse, within_s=2)
    assert states(scene) == CONFIRMED


def test_a_stopped_worker_is_gone_in_five_seconds_and_leaves_no_lease(scene: Scene) -> None:
    scene.processes.halt("verifier")
    scene.report(8)
    scene.processes.restart("verifier")
    scene.look()
    begun = time.monotonic()
    scene.processes.halt("verifier")
    assert time.monotonic() - begun < 6
    assert [row.lease_until for row in scene.work()] == [None] * 8
    assert any(row.done_at is None for row in scene.work())
    scene.processes.restart("verifier")
    assert states(scene) == CONFIRMED
    assert {row.attempts for row in scene.work()} == {0}


def test_a_killed_clock_and_a_lost_bell(scene: Scene) -> None:
    scene.processes.halt("verifier")
    scene.report()
    scene.redis.flushall()
    scene.processes.kill("clock")
    scene.processes.restart("verifier")
    assert states(scene) == CONFIRMED


@pytest.mark.parametrize("queue", ["faces", "chores"])
def test_a_worker_says_which_setting_it_lacks(queue: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "verifier.worker", queue],
        capture_output=True,
        text=True,
        env={"PATH": os.defpath},
        check=False,
    )
    assert answer.returncode == 1
    assert "is not set" in answer.stderr


def test_a_worker_without_model_files_names_the_command_that_brings_them(
    stack: LocalStack, tmp_path: Path
) -> None:
    environment = stack.environment("verifier") | {"MODELS_FOLDER": str(tmp_path)}
    answer = subprocess.run(
        [sys.executable, "-m", "verifier.worker", "faces"],
        capture_output=True,
        text=True,
        env=environment | {"PATH": os.defpath},
        check=False,
    )
    assert answer.returncode == 1
    assert "python -m verifier.faces.models fetch" in answer.stderr
