"""Makes faults happen, one at a time where they act on one thing."""

import signal
from collections.abc import Callable
from functools import partial
from threading import Lock

from tests.endurance.absences import (
    empty_bell,
    end_database,
    fill_store,
    forget_bell,
    on_wire,
    stop_store,
    wrong_clock,
)
from tests.endurance.broken import Safeguard, somebody_new_is_late
from tests.endurance.deaths import freeze_horse, freeze_looking_horse, kill, kill_horse
from tests.endurance.faults import SHARED, Fault, Span
from tests.endurance.ground import VERIFIER, Ground
from tests.endurance.waiting import Did
from tests.endurance.wire import Condition

AN_HOUR_S = 3600.0


class Breaker:
    """Makes faults happen on a ground."""

    def __init__(self, ground: Ground, gone: Safeguard | None) -> None:
        self._watch = ground.watch
        self._locks = {group: Lock() for group in SHARED}
        store, phone = ground.wires.store, ground.wires.phone
        # A missing safeguard must show, so what it guards against comes at the worst moment.
        freeze = freeze_looking_horse if gone is Safeguard.GUARD else freeze_horse
        moment = [somebody_new_is_late(ground.folder)] if gone is Safeguard.OUTBOX else []
        self._lasting: dict[Fault, Callable[[float], Did]] = {
            Fault.BELL_FORGOTTEN: partial(forget_bell, ground),
            Fault.STORE_STOPPED: partial(stop_store, ground),
            Fault.STORE_SLOW: partial(on_wire, ground, store, Condition.SLOW),
            Fault.STORE_FULL: partial(fill_store, ground),
            Fault.STORE_CUT: partial(on_wire, ground, store, Condition.CUT_UPLOAD),
            Fault.PHONE_CUT: partial(on_wire, ground, phone, Condition.CUT_UPLOAD),
            Fault.ANSWER_LOST: partial(on_wire, ground, phone, Condition.LOSE_ANSWER),
            Fault.CLOCK_AHEAD: partial(wrong_clock, ground, AN_HOUR_S),
            Fault.CLOCK_BEHIND: partial(wrong_clock, ground, -AN_HOUR_S),
        }
        self._sudden: dict[Fault, Callable[[], Did]] = {
            Fault.WEB_KILLED: partial(kill, ground, "web", *moment),
            Fault.WORKER_KILLED: partial(kill, ground, VERIFIER),
            Fault.HORSE_KILLED: partial(kill_horse, ground),
            Fault.HORSE_FROZEN: partial(freeze, ground),
            Fault.CHORES_KILLED: partial(kill, ground, "chores"),
            Fault.CLOCK_KILLED: partial(kill, ground, "clock"),
            Fault.BELL_EMPTIED: partial(empty_bell, ground),
            Fault.DATABASE_RESTARTED: partial(end_database, ground, signal.SIGINT),
            Fault.DATABASE_IMMEDIATE: partial(end_database, ground, signal.SIGQUIT),
        }

    def cause(self, fault: Fault, for_s: float) -> Span:
        """Let a fault happen and pass; says when it lasted and what it did."""
        group = next(group for group in SHARED if fault in group)
        with self._locks[group]:
            lasting = self._lasting.get(fault)
            did = lasting(for_s) if lasting else self._sudden[fault]()
            return Span(fault, did.began_s, self._watch.seconds(), did.effect)
