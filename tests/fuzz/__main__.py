"""`python -m tests.fuzz`: the whole fuzz, a table, and red when anything is not as promised."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.fuzz.leak import Leak
from tests.fuzz.memory import HORSES, WARM_ROUNDS, Course
from tests.fuzz.run import Group, Outcome, Plan, play, whole_system
from tests.fuzz.tally import Tally
from tests.fuzz.wire_lies import HUNG_UP
from tests.servers import migrated_stack, web_parts

FEWEST = 5000
REQUESTS, LIES, PEOPLE = 600, 60, 96
STUCK_AFTER_S = 120.0
ROUNDS = 12
# After the warm rounds, each of two web workers answers some 2,700 requests: 4.5 KiB of each.
# Measured without a leak: 5 and 5 MiB, gaps between what is in use, which stayed at 33 MiB.
MOST_GROWTH_MIB = 12.0


def main(words: list[str]) -> int:
    """Run it; 0 when nothing broke."""
    asked = _arguments().parse_args(words)
    counts = (asked.photos, asked.bodies, REQUESTS, LIES, PEOPLE)
    plan = Plan(*counts, asked.seed, STUCK_AFTER_S, ROUNDS)
    console, begun = Console(width=130), time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="checkin-fuzz-") as folder,
        migrated_stack() as stack,
        web_parts(stack) as parts,
        whole_system(stack, parts, Path(folder), asked.leak) as world,
    ):
        outcome = play(world, plan)
    judge(outcome)
    _print(console, outcome, plan, time.monotonic() - begun)
    enough = min(outcome.tally.sent(group) for group in (Group.PHOTO, Group.BODY)) >= FEWEST
    return 0 if enough and not outcome.tally.faults else 1


def judge(outcome: Outcome) -> None:
    """Fault a process whose memory still grows when it is warm."""
    for course in outcome.courses:
        if course.name != HORSES and course.grown > MOST_GROWTH_MIB:
            told = f"{course.grown:.0f} MiB after {WARM_ROUNDS} rounds"
            outcome.tally.fault(f"{course.name} grows", told)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--photos", type=int, default=FEWEST + 100)
    parser.add_argument("--bodies", type=int, default=FEWEST + 100)
    parser.add_argument(
        "--leak", type=Leak, help="let the web keep so many KiB of each upload: has to end red"
    )
    parser.add_argument("--seed", type=int, default=20261123)
    return parser


def _print(console: Console, outcome: Outcome, plan: Plan, seconds: float) -> None:
    tally = outcome.tally
    console.print(_answers(tally, plan.seed))
    console.print(_memory(outcome.courses))
    told = ", ".join(f"{state}: {count}" for state, count in sorted(outcome.states.items()))
    console.print(f"taken in: {len(tally.accepted)} ({told})")
    for fault, what in tally.faults.items():
        console.print(f"[red]{escape(fault)}[/red] {escape(what)}")
    rate = f"{tally.answered} requests, slowest {tally.slowest_s:.1f} s"
    console.print(f"{rate}; {len(tally.faults)} kinds of faults; {seconds:.0f} s in all")


def _answers(tally: Tally, seed: int) -> Table:
    table = Table("broken", "how", "sent", "answers", title=f"make fuzz, seed {seed}")
    rows: dict[tuple[str, str], Counter[int]] = {}
    for (group, kind, status), count in tally.answers.items():
        rows.setdefault((group, kind), Counter())[status] += count
    for (group, kind), answers in sorted(rows.items()):
        told = ", ".join(f"{_word(status)}: {answers[status]}" for status in sorted(answers))
        table.add_row(group, kind, str(answers.total()), told)
    return table


def _word(status: int) -> str:
    return "hung up" if status == HUNG_UP else str(status)


def _memory(courses: list[Course]) -> Table:
    names = ("process", "at rest: before, and after each round", "highest", "grown when warm")
    table = Table(*names, title="memory in MiB")
    for one in courses:
        rests = " ".join(f"{rest.mib:.0f}" for rest in one.rests)
        table.add_row(one.name, rests, f"{one.highest:.0f}", f"{one.grown:.1f}")
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
