"""Servers that stop, forget, run full or are hard to reach, and clocks that are wrong."""

import shutil
import signal
import time
from datetime import datetime

from redis import Redis
from sqlalchemy import select, text

from storage.reach import AHEAD_S
from storage.records import Heartbeat
from tests.endurance.ground import Ground
from tests.endurance.skew import skew_file
from tests.endurance.waiting import (
    BACK_WITHIN_S,
    HAPPENS_WITHIN_S,
    Did,
    asked_patiently,
    wait_until,
)
from tests.endurance.wire import Condition, Wire

NEARLY = 0.9
MARK = "endurance"
ROLES = ("web", "verifier", "chores", "clock")
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


def empty_bell(ground: Ground) -> Did:
    """Let the bell forget everything while it goes on."""
    with _bell(ground) as redis:
        keys, began = int(redis.dbsize()), ground.watch.seconds()
        redis.flushall()
    return Did(began, keys)


def forget_bell(ground: Ground, for_s: float) -> Did:
    """Stop the bell's server and start it without its file."""
    with _bell(ground) as redis:
        keys = int(redis.dbsize())
        redis.set(MARK, 1)
    began = ground.watch.seconds()
    ground.stack.halt("valkey")
    shutil.rmtree(ground.stack.data / "valkey" / "appendonlydir", ignore_errors=True)
    time.sleep(for_s)
    ground.stack.restart("valkey")
    with _bell(ground) as redis:
        return Did(began, 0 if redis.exists(MARK) else keys)


def _bell(ground: Ground) -> Redis:
    return Redis.from_url(ground.stack.environment("web")["REDIS_URL"], socket_timeout=10)


def end_database(ground: Ground, number: signal.Signals) -> Did:
    """Stop PostgreSQL under its clients; passed when it answers again."""
    broken = asked_patiently(ground.parts, lambda session: session.execute(OTHERS).scalar_one())
    pid, began = ground.stack.pid("postgres"), ground.watch.seconds()
    ground.stack.kill("postgres", number)
    wait_until(lambda: ground.stack.pid("postgres") != pid, BACK_WITHIN_S)
    ground.stack.wait_healthy("postgres", within_s=BACK_WITHIN_S)
    return Did(began, broken if ground.stack.pid("postgres") != pid else 0)


def stop_store(ground: Ground, for_s: float) -> Did:
    """Stop the store until somebody has asked for it in vain."""
    wire = ground.wires.store
    before, began = wire.unconnected, ground.watch.seconds()
    ground.stack.halt("s3")
    time.sleep(for_s)
    wait_until(lambda: wire.unconnected > before, HAPPENS_WITHIN_S)
    ground.stack.restart("s3")
    return Did(began, wire.unconnected - before)


def fill_store(ground: Ground, for_s: float) -> Did:
    """Leave the store no room until it has refused something; a wire says so where it has all."""
    wire = ground.wires.store
    if ground.disk is None:
        return on_wire(ground, wire, Condition.DISK_FULL, for_s)
    before, began = wire.failed, ground.watch.seconds()
    with ground.disk.full():
        time.sleep(for_s)
        wait_until(lambda: wire.failed > before, HAPPENS_WITHIN_S)
        return Did(began, wire.failed - before)


def on_wire(ground: Ground, wire: Wire, condition: Condition, for_s: float) -> Did:
    """Put a wire into a condition until a request has met it."""
    before, began = wire.broken, ground.watch.seconds()
    wire.condition = condition
    time.sleep(for_s)
    wait_until(lambda: wire.broken > before, HAPPENS_WITHIN_S)
    wire.condition = Condition.SOUND
    return Did(began, wire.broken - before)


def wrong_clock(ground: Ground, error_s: float, for_s: float) -> Did:
    """Let one process's clock be wrong until PostgreSQL has seen what it shows."""
    role = ground.chance.choice(ROLES)
    file = skew_file(ground.folder, role)
    before, began = _wrong(ground, role, error_s), ground.watch.seconds()
    file.write_text(str(error_s))
    time.sleep(for_s)
    wait_until(lambda: _wrong(ground, role, error_s) - before, HAPPENS_WITHIN_S, every_s=0.5)
    seen = _wrong(ground, role, error_s) - before
    file.unlink()
    return Did(began, len({process for process, _ in seen}))


def _wrong(ground: Ground, role: str, error_s: float) -> set[tuple[str, datetime]]:
    """Give the last signs of life of a role's processes that showed a time as wrong as this."""
    wanted = select(Heartbeat).where(Heartbeat.process.startswith(f"{role}-"))
    rows = asked_patiently(ground.parts, lambda session: session.scalars(wanted).all())
    return {
        (row.process, row.beat_at)
        for row in rows
        if float(row.reach.get(AHEAD_S, 0)) / error_s > NEARLY
    }
