"""`make faults`: load and a seeded schedule of faults, then the count."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from random import Random
from types import FrameType

from rich.console import Console

from storage.local_stack import Store
from tests.endurance.broken import Safeguard
from tests.endurance.ground import Plan, running_ground
from tests.endurance.play import HISTORY, Ending, Wanted, play
from tests.endurance.report import FEWEST, as_expected, faults_found, shortfalls, show
from tests.servers import ROOT

KEPT = ROOT / "var" / "faults"
GOOD, RED = 0, 1


def main(words: list[str]) -> int:
    """Play one schedule on one store; 0 when nothing is lost, doubled or hanging.

    With a safeguard taken away it must be red; `--expect-red` turns that round: 0 if it is red,
    for the very reason that the safeguard is there for.
    """
    asked = _arguments().parse_args(words)
    gone = Safeguard(asked.gone) if asked.gone else None
    wanted = Wanted(_random(asked.seed), gone, 0 if gone else FEWEST)
    with tempfile.TemporaryDirectory(prefix="checkin-faults-") as folder:
        plan = Plan(Path(folder), Store(asked.store), _random(asked.seed + 1), gone)
        with running_ground(plan) as ground:
            ending = play(ground, wanted)
            red = bool(faults_found(ending) or (gone is None and shortfalls(ending)))
            if red and not asked.expect_red:
                _keep(plan.folder, ground.stack.logs, asked.store)
    broken = f", without {gone}" if gone else ""
    console = Console(width=150)
    show(console, f"make faults, store {asked.store}, seed {asked.seed}{broken}", ending)
    return _judged(console, gone, ending, expect_red=asked.expect_red)


def _random(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a schedule, no secret


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.endurance")
    parser.add_argument("--store", default=os.environ.get("STORE") or Store.RCLONE.value)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument(
        "--break", dest="gone", default=os.environ.get("BREAK", ""), choices=["", *Safeguard]
    )
    parser.add_argument("--expect-red", action="store_true")
    return parser


def _judged(console: Console, gone: Safeguard | None, ending: Ending, *, expect_red: bool) -> int:
    wrong = faults_found(ending)
    if gone is None:
        wrong += shortfalls(ending)
    for sentence in wrong:
        console.print(f"RED: {sentence}")
    if not wrong:
        console.print("green: nothing is lost, doubled or hanging")
    if gone is None:
        return RED if wrong else GOOD
    right = as_expected(gone, ending)
    console.print(
        f"without {gone} this is {'red, for the right reason' if right else 'NOT what it must be'}"
    )
    if expect_red:
        return GOOD if right else RED
    return RED if wrong else GOOD


def _keep(folder: Path, logs: Path, store: str) -> None:
    """Keep the history and the logs of a red run."""
    kept = KEPT / store
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(logs, kept / "log")
    shutil.copy(folder / HISTORY, kept)
    sys.stderr.write(f"history and logs are kept in {kept}\n")


def _end_in_order(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)  # through every `finally`: no server and no mounted disk stays behind


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end_in_order)
    sys.exit(main(sys.argv[1:]))
