"""Stopping and starting any process while check-ins flow loses nothing and costs no attempt."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, text

from mobile_contract.client.connection import NoAnswerError, RefusedError
from mobile_contract.client.queue import Submission
from mobile_contract.codes import CheckInState, Retry
from storage.records import CheckIn, Heartbeat, Outage, ReceiptRow, Window
from tests.faults.conftest import Scene
from tests.photos import photos
from tests.servers import ROOT
from tests.stage import eventually
from tests.waiting_work import let_work_wait
from tests.world import HERE
from verifier.attendance.lay import DAYS_AHEAD

CONFIRMED = {CheckInState.CONFIRMED}
MANY = 8
PATIENCE_S = 60.0
AFTER_ITS_LEASE_S = 60.0


def send_patiently(scene: Scene, submission: Submission) -> None:
    """Send as a phone does: the same again until it is taken."""
    eventually(lambda: _is_taken(scene, submission), within_s=PATIENCE_S, every_s=0.2)


def _is_taken(scene: Scene, submission: Submission) -> bool:
    try:
        scene.phone.submit(submission)
    except RefusedError as refusal:
        if refusal.problem.retry is Retry.NEVER:
            raise
        return False
    except NoAnswerError:
        return False
    return True


def report_on(scene: Scene) -> None:
    """Send many check-ins, one after the other."""
    for number in range(MANY):
        selfie = photos().selfie_of(photos().obama[0], number + 1)
        scene.sent.append(scene.phone.capture(selfie, HERE))
        send_patiently(scene, scene.sent[-1])


@pytest.mark.parametrize("process", ["web", "verifier", "chores", "clock"])
def test_a_restart_under_load_loses_nothing_and_doubles_nothing(scene: Scene, process: str) -> None:
    with ThreadPoolExecutor(1) as sending:
        sent = sending.submit(report_on, scene)
        for number in (1, 4):
            eventually(partial(_has_sent, scene, number), within_s=PATIENCE_S)
            scene.processes.restart(process)
        sent.result(timeout=2 * PATIENCE_S)
    assert {status.state for status in scene.verdicts()} == CONFIRMED
    with scene.factory.session() as session:
        for row in (CheckIn, ReceiptRow):
            assert session.scalar(select(func.count()).select_from(row)) == MANY
    assert {row.attempts for row in scene.work()} == {0}
    assert len(scene.work()) == MANY


def _has_sent(scene: Scene, number: int) -> bool:
    return len(scene.sent) > number


@contextmanager
def more_clocks(scene: Scene, count: int) -> Iterator[None]:
    """Clock processes beside the one of the Procfile."""
    environment = scene.stack.environment("clock")
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "verifier.clock"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(count)
    ]
    try:
        yield
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait(timeout=20)


def test_three_clocks_at_once_do_the_work_of_one(scene: Scene) -> None:
    people = [scene.factory.offender().id for _ in range(6)]
    now = scene.factory.parts.now()
    with more_clocks(scene, 2):
        eventually(lambda: _clocks_alive(scene) >= 3, within_s=60)
        for person in people:
            scene.factory.plan(person)
            scene.factory.window(person, opens=now - timedelta(hours=2))
        eventually(lambda: _settled(scene) == len(people), within_s=60)
        eventually(lambda: _laid(scene) >= len(people) * DAYS_AHEAD, within_s=60)
        time.sleep(12)  # each duty of each clock comes round again
        # Of today there may be none any more.
        assert _laid(scene) in {len(people) * days for days in (DAYS_AHEAD, DAYS_AHEAD + 1)}
    with scene.factory.session() as session:
        told = text(
            "SELECT offender_id, kind, count(*) FROM notices GROUP BY 1, 2 HAVING count(*) > 1"
        )
        assert session.execute(told).all() == []
        twice = text(
            "SELECT subject FROM audit_entries WHERE action = 'window_settled'"
            " GROUP BY subject HAVING count(*) > 1"
        )
        assert session.execute(twice).all() == []
        assert session.scalars(select(Outage)).all() == []


def _clocks_alive(scene: Scene) -> int:
    with scene.factory.session() as session:
        rows = select(func.count()).where(
            Heartbeat.process.startswith("clock-"),
            Heartbeat.beat_at > func.now() - timedelta(seconds=12),
        )
        return session.scalar(rows) or 0


def _settled(scene: Scene) -> int:
    with scene.factory.session() as session:
        rows = select(func.count()).where(Window.plan_id.is_(None), Window.outcome != "awaited")
        return session.scalar(rows) or 0


def _laid(scene: Scene) -> int:
    with scene.factory.session() as session:
        return session.scalar(select(func.count()).where(Window.plan_id.is_not(None))) or 0


def test_work_whose_holder_was_lost_is_found_soon_after_its_lease(scene: Scene) -> None:
    scene.processes.halt("verifier")
    scene.report()
    with scene.factory.session() as session:  # somebody took it and was never seen again
        session.execute(
            text("UPDATE work SET lease_token = gen_random_uuid(), lease_until = now() + '20 s'")
        )
    scene.redis.flushall()
    scene.processes.restart("verifier")
    with scene.factory.session() as session:
        let_work_wait(session, timedelta(seconds=19))
    begun = time.monotonic()
    assert {status.state for status in scene.verdicts()} == CONFIRMED
    assert time.monotonic() - begun < AFTER_ITS_LEASE_S
