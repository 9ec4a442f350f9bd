"""A heart beats by itself, and holds still while its process forks."""

import threading
from dataclasses import dataclass, field, replace
from typing import Any

from storage.database import Scope, ScopeKind
from storage.parts import Parts
from storage.reach import Heart

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
