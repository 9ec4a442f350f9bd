"""A heart beats by itself, and holds still while its process forks."""

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from storage.database import Scope, ScopeKind, transaction
from storage.parts import Parts
from storage.reach import AHEAD_S, STORE, Heart, beat, forget_processes
from storage.records import Heartbeat

VERIFIER = Scope(ScopeKind.VERIFIER)
SOON_S = 10.0


@dataclass
class SlowStore:
    """A store that is asked whether it is there, and takes its time."""

    asked: threading.Event = field(default_factory=threading.Event)
    answers: threading.Event = field(default_factory=threading.Event)

    def reachable(self) -> bool:
        self.asked.set()
        return self.answers.wait(SOON_S)


def test_who_forks_waits_for_the_beat_under_way(parts: Parts) -> None:
    store: Any = SlowStore()
    heart = Heart(replace(parts, media=store), VERIFIER, "verifier-of-this-test")
    forked = threading.Event()

    def fork() -> None:
        with heart.between_beats():
            forked.set()

    heart.start()
    assert store.asked.wait(SOON_S)
    threading.Thread(target=fork, daemon=True).start()
    assert not forked.wait(0.3)
    store.answers.set()
    assert forked.wait(SOON_S)
    heart.stop()


def test_no_beat_begins_while_a_fork_is_under_way(parts: Parts) -> None:
    store: Any = SlowStore()
    store.answers.set()
    heart = Heart(replace(parts, media=store), VERIFIER, "verifier-of-this-test")
    with heart.between_beats():
        heart.start()
        assert not store.asked.wait(0.3)
    assert store.asked.wait(SOON_S)
    heart.stop()


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_beat_is_dated_by_the_database_and_tells_how_wrong_its_process_is(
    parts: Parts, hours: int
) -> None:
    name, right = f"verifier-wrong-{uuid4()}", parts.now
    wrong = replace(parts, now=lambda: right() + timedelta(hours=hours))
    begun = right()
    beat(wrong, VERIFIER, name)
    with transaction(parts.sessions, VERIFIER) as session:
        row = session.get_one(Heartbeat, name)
        session.delete(row)
    assert abs(row.beat_at - begun) < timedelta(seconds=30)
    assert abs(datetime.fromisoformat(row.reach[STORE]) - begun) < timedelta(seconds=30)
    assert abs(row.reach[AHEAD_S] - hours * 3600) < 30


def test_a_process_gone_for_a_day_is_forgotten_unless_it_is_the_last_of_its_kind(
    owner: Engine,
) -> None:
    now = datetime.now(UTC)
    seen_hours_ago = {"web-a-1": 25, "web-a-2": 23, "web-a-3": 0, "clock-a-4": 48}
    with Session(owner) as session:
        session.execute(delete(Heartbeat))
        for name, hours in seen_hours_ago.items():
            at = now - timedelta(hours=hours)
            session.add(Heartbeat(process=name, started_at=at, beat_at=at, reach={}))
        session.flush()
        assert forget_processes(session, now) == 1
        left = set(session.scalars(select(Heartbeat.process)))
        session.rollback()
    assert left == set(seen_hours_ago) - {"web-a-1"}
