"""One run: people, load and faults, then silence, everything sent once more, and the count."""

import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.endurance.breaker import Breaker
from tests.endurance.broken import Safeguard
from tests.endurance.crowd import Crowd, Pace
from tests.endurance.faults import Fault, Span
from tests.endurance.ground import Ground
from tests.endurance.history import History
from tests.endurance.schedule import Slot, lacking, schedule, slots_of, targeted
from tests.endurance.sums import SETTLED_WITHIN_S, Outcome
from tests.endurance.tally import Watcher, forgotten, found
from tests.factories import Factory
from tests.photos import photos

PHONES = 16
EVERY_S = 5.0
# Where so many wait for a verdict, phones capture no more: a slow machine takes longer, no harm.
MOST_WAITING = 64
MOST_FAULTS_AT_ONCE = 6
BETWEEN_S = 3.0
MOST_ROUNDS_MORE = 4
SENT_WITHIN_S = 240.0  # what phones still hold at the end; each may have been told to wait
HISTORY = "history.jsonl"


@dataclass(frozen=True)
class Wanted:
    """What is to be played: drawn from this chance alone, so that a seed gives one schedule."""

    drawn: Random
    gone: Safeguard | None
    fewest: int  # check-ins


@dataclass(frozen=True)
class Ending:
    """Everything that a run is judged by."""

    outcome: Outcome
    history: History
    unsent: int  # check-ins that phones could not get rid of
    unrepeated: int  # that got no receipt when they were sent once more
    forgotten: int  # unsettled ones that no row of work promises to settle
    real_disk: bool
    lasted_s: float


def play(ground: Ground, wanted: Wanted) -> Ending:
    """Play one schedule under load and count."""
    history = History(ground.folder / HISTORY)
    crowd = Crowd(ground.url, ground.folder, history, ground.watch, ground.chance)
    _people(ground, crowd)
    watcher = Watcher(ground.parts, ground.watch)
    watcher.begin()
    crowd.begin(Pace(EVERY_S, lambda: _waiting(history, watcher) < MOST_WAITING))
    spans = _cause_enough(ground, wanted)
    while len(history.sent) < wanted.fewest and crowd.is_reporting():
        time.sleep(0.5)
    crowd.fall_silent()
    _say(ground, f"{len(history.sent)} check-ins captured; the phones send what they still hold")
    unsent = crowd.empty_queues(SENT_WITHIN_S)
    watcher.wait_for(list(history.sent), SETTLED_WITHIN_S)
    watcher.end()
    _say(ground, "every check-in is sent once more")
    unrepeated = crowd.repeat_all()
    acknowledged = list(history.all_acknowledged())
    seen = found(ground.parts, history)
    outcome = Outcome(acknowledged, seen, watcher.settled_s, spans)
    left = len(forgotten(ground.parts))
    lasted = ground.watch.seconds()
    return Ending(outcome, history, unsent, unrepeated, left, ground.disk is not None, lasted)


def _waiting(history: History, watcher: Watcher) -> int:
    return sum(one.id not in watcher.settled_s for one in history.all_acknowledged())


def _people(ground: Ground, crowd: Crowd) -> None:
    factory = Factory(ground.parts)
    office = factory.office()
    for _ in range(PHONES):
        person = factory.offender(office)
        factory.fence(person.id)
        factory.enrolment(person.id, photos().obama)
        crowd.join_in(person.number, factory.activation_code(person.id), person.id)


def _cause_enough(ground: Ground, wanted: Wanted) -> list[Span]:
    """Cause the schedule, and once more whatever had no effect or overlapped too little."""
    spans: list[Span] = []
    breaker = Breaker(ground, wanted.gone)
    if wanted.gone is not None:
        _cause(ground, breaker, targeted(wanted.drawn, wanted.gone), spans)
        return spans
    _cause(ground, breaker, schedule(wanted.drawn), spans)
    for _ in range(MOST_ROUNDS_MORE):
        more = lacking(wanted.drawn, spans)
        if not more:
            break
        _cause(ground, breaker, slots_of(wanted.drawn, more), spans)
    return spans


def _cause(ground: Ground, breaker: Breaker, slots: Sequence[Slot], spans: list[Span]) -> None:
    begun, threads = ground.watch.seconds(), list[threading.Thread]()

    def cause(fault: Fault, for_s: float) -> None:
        span = breaker.cause(fault, for_s)
        spans.append(span)
        if not span.effect:
            _say(ground, f"{fault} had no effect")

    for slot in slots:
        time.sleep(max(0.0, begun + slot.begins_s - ground.watch.seconds()))
        _make_room(threads, slot)
        _say(ground, " + ".join(slot.faults))
        for fault in slot.faults:
            threads.append(threading.Thread(target=cause, args=(fault, slot.lasts_s)))
            threads[-1].start()
            time.sleep(slot.second_after_s)
    for thread in threads:
        thread.join()


def _make_room(threads: Sequence[threading.Thread], slot: Slot) -> None:
    """Wait where too much goes wrong at once; before a fault that comes alone, for all to pass."""
    is_alone = len(slot.faults) == 1
    most = 0 if is_alone else MOST_FAULTS_AT_ONCE - len(slot.faults)
    while sum(thread.is_alive() for thread in threads) > most:
        time.sleep(0.1)
    if is_alone:
        time.sleep(BETWEEN_S)


def _say(ground: Ground, what: str) -> None:
    sys.stderr.write(f"{ground.watch.seconds():6.1f} s  {what}\n")
