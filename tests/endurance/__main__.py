"""`make faults`: load and a seeded schedule of faults, then the count."""

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from storage.local_stack import Store
from storage.parts import Parts
from tests.endurance.broken import Safeguard
from tests.endurance.crowd import Crowd
from tests.endurance.faults import Breaker, Fault, Span
from tests.endurance.ground import Ground, running_ground
from tests.endurance.history import History, Stopwatch
from tests.endurance.schedule import Slot, schedule
from tests.endurance.tally import Sums, Watcher, found, sums, touched
from tests.factories import Factory
from tests.photos import photos

PHONES = 16
EVERY_S = 9.0
SETTLED_WITHIN_S = 120.0
FEWEST = 300


def main(words: list[str]) -> int:
    """Play one schedule on one store; 0 when nothing is lost, doubled or hanging."""
    asked = _arguments().parse_args(words)
    console = Console(width=150)
    chance = Random(asked.seed)  # noqa: S311 - a schedule, no secret
    with tempfile.TemporaryDirectory(prefix="checkin-faults-") as folder:
        ground = running_ground(Path(folder), Store(asked.store), chance, asked.take_away)
        with ground as (on, parts):
            played = _play(on, parts, chance, console)
    return _print(console, asked.store, asked.seed, played)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.endurance")
    parser.add_argument("--store", default=os.environ.get("STORE") or Store.RCLONE.value)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument(
        "--break", dest="take_away", default=os.environ.get("BREAK", ""), choices=["", *Safeguard]
    )
    return parser


class Played:
    """What a played schedule left to be counted."""

    def __init__(self, total: Sums, rows: list[tuple[str, int, Sums]], notes: list[str]) -> None:
        self.total = total
        self.rows = rows
        self.notes = notes


def _play(ground: Ground, parts: Parts, chance: Random, console: Console) -> Played:
    watch = Stopwatch()
    history = History(ground.folder / "history.jsonl")
    crowd = Crowd(ground.url, ground.folder, history, watch, EVERY_S)
    _people(parts, crowd)
    slots = schedule(chance)
    watcher = Watcher(parts, watch)
    watcher.begin()
    crowd.begin()
    spans = _cause_all(ground, slots, watch, console)
    while len(history.sent) < FEWEST:
        time.sleep(1)
    crowd.fall_silent()
    unsent = crowd.empty_queues(SETTLED_WITHIN_S)
    watcher.wait_for([one.submission.id for one in history.sent.values()], SETTLED_WITHIN_S)
    watcher.end()
    return _count(parts, crowd, watcher, spans, unsent)


def _people(parts: Parts, crowd: Crowd) -> None:
    factory = Factory(parts)
    office = factory.office()
    for _ in range(PHONES):
        person = factory.offender(office)
        factory.fence(person.id)
        factory.enrolment(person.id, photos().obama)
        crowd.join_in(person.number, factory.activation_code(person.id), person.id)


def _cause_all(ground: Ground, slots: list[Slot], watch: Stopwatch, console: Console) -> list[Span]:
    breaker, spans, threads = Breaker(ground), list[Span](), list[threading.Thread]()
    begun = watch.seconds()

    def cause(fault: Fault, for_s: float) -> None:
        began = watch.seconds()
        breaker.cause(fault, for_s)
        spans.append(Span(fault, began, watch.seconds()))

    for slot in slots:
        time.sleep(max(0.0, begun + slot.begins_s - watch.seconds()))
        console.print(f"{watch.seconds():6.1f} s  {slot.first} + {slot.second}")
        first = threading.Thread(target=cause, args=(slot.first, slot.first_for_s))
        second = threading.Thread(target=cause, args=(slot.second, slot.second_for_s))
        first.start()
        time.sleep(slot.second_after_s)
        second.start()
        threads += [first, second]
    for thread in threads:
        thread.join()
    return spans


def _count(parts: Parts, crowd: Crowd, watcher: Watcher, spans: list[Span], unsent: int) -> Played:
    history, seen = crowd.history, found(parts, crowd.history)
    acknowledged = list(history.all_acknowledged())
    rows = []
    for fault in Fault:
        mine = [span for span in spans if span.fault is fault]
        under = [one for one in acknowledged if touched(one, watcher.settled_s, mine)]
        rows.append((str(fault), len(mine), sums(under, seen, watcher.settled_s, mine)))
    calls, lost = len(history.calls), sum(call.status is None for call in history.calls)
    refusals = {str(one.problem.code) for one in crowd.refused if one.problem}
    notes = [
        f"{len(history.sent)} check-ins captured, {unsent} never acknowledged, {calls} calls,"
        f" {lost} without an answer, {len(crowd.refused)} refused {sorted(refusals)}",
        f"{len(history.troubles)} rounds of sending that could not begin",
    ]
    return Played(sums(acknowledged, seen, watcher.settled_s, spans), rows, notes)


def _print(console: Console, store: str, seed: int, played: Played) -> int:
    table = Table(title=f"make faults, store {store}, seed {seed}")
    for head in ("fault", "times", "acknowledged", "present", "doubled", "missing media"):
        table.add_column(head, justify="left" if head == "fault" else "right")
    table.add_column(f"not settled after {SETTLED_WITHIN_S:.0f} s", justify="right")
    table.add_column("slowest recovery", justify="right")
    for name, times, row in [*played.rows, ("all together", 0, played.total)]:
        table.add_row(name, str(times or ""), *_cells(row))
    console.print(table)
    for note in played.notes:
        console.print(note)
    return 0 if played.total.is_good else 1


def _cells(row: Sums) -> tuple[str, ...]:
    counts = row.acknowledged, row.present, row.doubled, row.media_missing, row.unsettled
    return (*(str(count) for count in counts), f"{row.slowest_s:.1f} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
