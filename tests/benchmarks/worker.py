"""What a check-in costs inside the worker, against looking at its face and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median
from uuid import UUID

from tests.benchmarks.backlog import (
    CHECKINS,
    SELFIES,
    WARM,
    Drained,
    drain,
    lay,
    lay_people,
    one_by_one,
)
from tests.benchmarks.bare_faces import Bare, bare_pass, own_pass
from tests.benchmarks.figures import Figure, Ratio, of_rounds
from tests.benchmarks.histories import OF_OFFICE, OWN
from tests.benchmarks.memory import memory_figures
from tests.benchmarks.selfies import selfies
from tests.benchmarks.system import System

ROUNDS, PAIRS, LONE = 3, 3, 20
PASSED = 7 * SELFIES  # of a bare loop, before each drain and after it
LEAST_OF_OWN_STEPS, LEAST_OF_BARE, LEAST_OF_TWO = 0.85, 1.15, 1.7
IN_WORKER = (
    f"{CHECKINS} waiting check-ins of as many people, one worker process, nothing else running;"
    f" from the conclusion (done_at) of the first {WARM} to the last, divided by those after"
    f": claim, fetch, examine, conclude; each compared with {OWN} earlier photos of the"
    f" person and {OF_OFFICE} of the office; all are confirmed, so no picture is made"
)
LOOKED = "median of finished_at - started_at of the evidence rows: photo at hand, examine"
ONE_BY_ONE = (
    f"{LONE} check-ins, each laid and rung for when the one before was done, about a third of a"
    " second apart: a horse that is done listens for the next; from the ring to done_at"
)
PROCESSOR = "user and system time of worker and horse a check-in, from /proc"


@dataclass(frozen=True)
class Round:
    """One backlog, drained by one worker, with both bare loops before it and after it."""

    drained: Drained
    cpu: float  # of the worker and its horse, seconds a check-in
    bare: Bare
    own: float  # seconds a check-in of our own steps alone


def per_checkin(system: System) -> list[Figure]:
    """Lay backlogs, let one real worker drain each, then two; and read the rows they leave."""
    people = lay_people(system)
    with system.working("verifier"):
        drain(system, lay(system, people[:3]))  # warm: connections, memory, caches
        rounds = [_round(system, people) for _ in system.rounds("worker", ROUNDS)]
        lone = _lone(system, people[:LONE])
    return _figures(rounds) + lone + _two_workers(system, people)


def _lone(system: System, people: Sequence[UUID]) -> list[Figure]:
    """A check-in that shares nothing with others, as most of a day's do."""
    begun = system.cpu_seconds((), ("verifier",))["verifier"]
    took = one_by_one(system, people)
    computed = system.cpu_seconds((), ("verifier",))["verifier"] - begun
    return [
        _figure("check-in alone", [median(took)], ONE_BY_ONE),
        _figure("processor time of it in the worker", [computed / len(people)], PROCESSOR),
    ]


def _round(system: System, people: Sequence[UUID]) -> Round:
    looked_at = [selfies(SELFIES)[number % SELFIES] for number in range(PASSED)]
    before, own_before = bare_pass(looked_at), own_pass(looked_at)
    backlog = lay(system, people)
    begun = system.cpu_seconds((), ("verifier",))["verifier"]
    drained = drain(system, backlog)
    computed = system.cpu_seconds((), ("verifier",))["verifier"] - begun
    after, own_after = bare_pass(looked_at), own_pass(looked_at)
    own = mean((own_before, own_after)) / PASSED
    return Round(drained, computed / CHECKINS, _mean(before, after), own)


def _mean(one: Bare, other: Bare) -> Bare:
    return Bare(
        mean((one.decode, other.decode)),
        mean((one.detect, other.detect)),
        mean((one.embed, other.embed)),
    )


def _figures(rounds: Sequence[Round]) -> list[Figure]:
    bare = [one.bare.total / PASSED for one in rounds]
    own, verified = [one.own for one in rounds], [one.drained.verified for one in rounds]
    stages = ", ".join(
        f"{name} {median(getattr(one.bare, name) for one in rounds) * 1000 / PASSED:.0f}"
        for name in ("decode", "detect", "embed")
    )
    bare_how = (
        f"bare OpenCV loop over {PASSED} of the same selfies of 200 KB in one thread, before and"
        f" after each drain ({stages} ms): half-size decoding, YuNet at 640 px, SFace"
    )
    own_how = "the worker's steps on the same selfies, same thread, same run: examine() alone"
    speed = (
        _ratio(own, verified, "as fast as its own steps alone", LEAST_OF_OWN_STEPS),
        _ratio(bare, verified, "as fast as the bare loop at 640 px", LEAST_OF_BARE),
    )
    return [
        _figure("face alone: decode + YuNet 640 + SFace", bare, bare_how),
        _figure("our own steps alone", own, own_how, _ratio(bare, own, "as fast as the bare loop")),
        _figure("check-in in the worker", verified, IN_WORKER, *speed),
        _figure("of it until the face is known", [one.drained.looked for one in rounds], LOOKED),
        _figure("processor time in the worker", [one.cpu for one in rounds], PROCESSOR),
        *memory_figures(rounds[-1].drained.held),
    ]


def _two_workers(system: System, people: Sequence[UUID]) -> list[Figure]:
    """One worker and two over equal backlogs in turn, all laid before anybody is told."""
    gains, both = [], []
    for _ in system.rounds("one worker against two", PAIRS):
        with system.working("verifier"):
            drain(system, lay(system, people[:3]))
            one = drain(system, lay(system, people)).verified
            with system.second("verifier"):
                drain(system, lay(system, people[:6]), workers=2)
                two = drain(system, lay(system, people), workers=2).verified
        gains.append(one / two)
        both.append(two)
    how = (
        f"equal backlogs of {CHECKINS}, laid beforehand; the servers share the two cores with them"
    )
    gain = Ratio(median(gains), "the throughput of one", LEAST_OF_TWO)
    return [_figure("check-in with two workers", both, how, gain)]


def _ratio(
    than: Sequence[float], seconds: Sequence[float], to: str, least: float | None = None
) -> Ratio:
    """Give how many times faster one is than the other, round by round."""
    return Ratio(median(one / took for one, took in zip(than, seconds, strict=True)), to, least)


def _figure(name: str, seconds: Sequence[float], how: str, *ratios: Ratio) -> Figure:
    value, rounds = of_rounds([one * 1000 for one in seconds])
    return Figure(name, value, "ms", how, ratios, rounds)
