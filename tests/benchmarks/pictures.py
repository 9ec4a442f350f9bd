"""What each hostile picture costs: at the door, and decoded or rendered where it is taken."""

from typing import Any

from tests.benchmarks.figures import Figure, Ratio
from tests.fuzz import pictures
from tests.verifier.faces.costs import costs_of

PLAIN = "an ordinary photo of 12 MP"
# A picture that cost more would be a way to keep the workers from everybody else's.
MOST_MS, MOST_MIB = 300.0, 200.0


def hostile_pictures() -> list[Figure]:
    """Measure every hostile picture; the costliest first."""
    made = {name: one.data for name, one in pictures.hostile().items()}
    costs = costs_of(made | {PLAIN: pictures.plain()})
    found = [_figure(name, cost) for name, cost in costs.items()]
    return sorted(found, key=lambda one: -one.value)


def _figure(name: str, cost: dict[str, Any]) -> Figure:
    became = f"refused at the door: {cost['refused']}" if cost["refused"] else "looked at"
    milliseconds = 1000.0 * float(cost["door"] + cost["seconds"])
    return Figure(
        f"picture: {name}",
        milliseconds,
        "ms",
        f"{became}; CPU of the door, and of decoding or rendering; {cost['mib']:.0f} MiB more",
        (
            Ratio(milliseconds / MOST_MS, f"{MOST_MS:.0f} ms"),
            Ratio(cost["mib"] / MOST_MIB, f"{MOST_MIB:.0f} MiB"),
        ),
    )
