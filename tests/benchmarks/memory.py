"""What a worker and its horse hold in memory: shared with each other, and their own."""

from dataclasses import dataclass
from pathlib import Path

from storage.local_stack.process_tree import descendants
from tests.benchmarks.figures import Figure

KIB_IN_A_MIB = 1024


@dataclass(frozen=True)
class Held:
    """MiB of one worker while its horse computes."""

    parent: float
    own: float  # of the horse alone, written since the fork
    shared: float  # of the horse with its parent: models, libraries


def held_by(worker: int) -> Held | None:
    """Read it from /proc; None while there is no horse."""
    try:
        horse = next(iter(descendants(worker)), None)
        if horse is None:
            return None
        parent, child = _rollup(worker), _rollup(horse.pid)
    except OSError:  # it ended meanwhile
        return None
    own = child["Private_Clean"] + child["Private_Dirty"]
    return Held(parent["Rss"], own, child["Rss"] - own)


def memory_figures(held: Held | None) -> list[Figure]:
    """Say what one more worker costs."""
    if held is None:
        return []
    return [
        Figure("memory of a worker", held.parent, "MiB", "resident, waiting; models included"),
        Figure(
            "memory of its horse, own",
            held.own,
            "MiB",
            "private pages while it drains, the highest seen (smaps_rollup)",
        ),
        Figure(
            "memory of its horse, shared",
            held.shared,
            "MiB",
            "with its worker: models and libraries from before the fork",
        ),
    ]


def _rollup(pid: int) -> dict[str, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    fields = (line.split() for line in lines)
    return {field[0].rstrip(":"): int(field[1]) / KIB_IN_A_MIB for field in fields}
