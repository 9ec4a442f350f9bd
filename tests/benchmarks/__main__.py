"""`python -m tests.benchmarks`: measures, prints a table, writes JSON; no figure makes it fail."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from rich.console import Console

from storage.local_stack import StackError, Store
from storage.local_stack.places import Places
from storage.local_stack.s3 import SERVERS
from tests.benchmarks.api import accepted_per_second
from tests.benchmarks.bare_faces import against_naive
from tests.benchmarks.figures import Figure, as_json, print_table, surroundings
from tests.benchmarks.gallery import searches
from tests.benchmarks.pictures import hostile_pictures
from tests.benchmarks.shares import shares_of_a_request
from tests.benchmarks.system import ROOT, system
from tests.benchmarks.worker import per_checkin

BUSY = 1.0
# With the last round and the shares after it, the whole stays below six minutes. On a machine whose
# clock goes up and down one pair of drains says little (1.6 to 2.5 within minutes, measured).
ROUNDS_WITHIN_S = 240.0


class Part(StrEnum):
    """What can be measured alone."""

    WORKER = "worker"
    API = "api"
    NAIVE = "naive"
    PICTURES = "pictures"
    SEARCH = "search"


WITHOUT_SERVERS = frozenset({Part.NAIVE, Part.PICTURES, Part.SEARCH})


@dataclass
class Run:
    """What is wanted, and what was found so far."""

    parts: frozenset[Part]
    stores: tuple[Store, ...]
    console: Console
    figures: list[Figure] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Show what is being measured."""
        self.console.print(f"   {line}", style="dim", markup=False, highlight=False)

    def measure(self) -> None:
        """Measure everything that is wanted; raises StackError."""
        if Part.NAIVE in self.parts:
            self.say("examine() and face_recognition on 12 megapixels")
            self.figures += against_naive()
        if Part.PICTURES in self.parts:
            self.say("hostile pictures, each in a process that is warm")
            self.figures += hostile_pictures()
        if Part.SEARCH in self.parts:
            self.say("one face among everybody who is enrolled")
            self.figures += searches()
        rclone: float | None = None
        until = time.monotonic() + ROUNDS_WITHIN_S
        stores = [store for store in self.stores if self._has(store)]
        for store in stores if self.parts - WITHOUT_SERVERS else ():
            with system(store, self.say, until) as running:
                if Part.WORKER in self.parts and store is stores[0]:
                    self.figures += per_checkin(running)
                if Part.API in self.parts:
                    found = accepted_per_second(running, store, rclone)
                    rclone = found[0].value if store is Store.RCLONE else rclone
                    self.figures += found + shares_of_a_request(running, store)

    def _has(self, store: Store) -> bool:
        try:
            SERVERS[store].program(Places.read(os.environ))
        except StackError as fault:
            self.skipped.append(f"{store}: {fault}")
            return False
        return True


def main(arguments: Sequence[str]) -> int:
    """Measure; 1 only where a server would not start or an answer was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--only", type=Part, choices=list(Part), help="one part of it")
    parser.add_argument(
        "--store", type=Store, choices=list(Store), help="one S3 server; default: each there is"
    )
    parser.add_argument("--json", type=Path, default=ROOT / "var" / "bench.json")
    wanted = parser.parse_args(arguments)
    console, load = Console(width=150), os.getloadavg()[0]
    if load > BUSY:
        console.print(f"load average {load:.1f}: this machine is busy, the figures will be worse")
    run = Run(
        frozenset({wanted.only} if wanted.only else Part),
        (wanted.store,) if wanted.store else tuple(Store),
        console,
    )
    try:
        run.measure()
    except StackError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    around = surroundings(datetime.now(UTC), load)
    print_table(console, run.figures, around, run.skipped)
    wanted.json.parent.mkdir(parents=True, exist_ok=True)
    wanted.json.write_text(as_json(run.figures, around, run.skipped), encoding="utf-8")
    console.print(f"written to {wanted.json}", markup=False, highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
