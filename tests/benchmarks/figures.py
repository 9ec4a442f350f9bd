"""What was measured: a figure, its ratio, and how; as a table for people and as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Ratio:
    """A figure against another of the same run, and what it should be at least."""

    value: float
    to: str
    least: float | None = None

    @property
    def met(self) -> bool | None:
        """Tell whether it is what it should be; None where nothing is asked of it."""
        return None if self.least is None else self.value >= self.least


@dataclass(frozen=True)
class Figure:
    """One number, what it is a multiple or a share of, and how it was measured."""

    name: str
    value: float
    unit: str
    how: str
    ratios: tuple[Ratio, ...] = ()
    rounds: tuple[float, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """The machine, and what else it did: a figure without its load says little."""

    at: str
    cores: int
    processor: str
    python: str
    load_before: float
    load_after: float


def of_rounds(rounds: Sequence[float]) -> tuple[float, tuple[float, ...]]:
    """Give the median of rounds, and the rounds."""
    return median(rounds), tuple(round(one, 3) for one in rounds)


def surroundings(now: datetime, load_before: float) -> Surroundings:
    """Say where and when this was."""
    return Surroundings(
        at=now.isoformat(timespec="seconds"),
        cores=len(os.sched_getaffinity(0)),
        processor=_processor(),
        python=platform.python_version(),
        load_before=round(load_before, 2),
        load_after=round(os.getloadavg()[0], 2),
    )


def print_table(
    console: Console, figures: Sequence[Figure], around: Surroundings, skipped: Sequence[str]
) -> None:
    """Print every figure with its ratio and how it was measured."""
    table = Table(title="Measured", title_justify="left", show_lines=True)
    table.add_column("what", max_width=40)
    table.add_column("figure", justify="right")
    table.add_column("ratio", max_width=26)
    table.add_column("how")
    for one in figures:
        ratios = "\n".join(_judged(ratio) for ratio in one.ratios)
        table.add_row(one.name, f"{_short(one.value)} {one.unit}", ratios, _how(one))
    console.print(table)
    for line in skipped:
        console.print(f"skipped: {line}", markup=False)
    console.print(
        f"{around.cores} cores ({around.processor}), Python {around.python}; load average"
        f" {around.load_before} before, {around.load_after} after"
    )


def as_json(figures: Sequence[Figure], around: Surroundings, skipped: Sequence[str]) -> str:
    """Write the same for machines."""
    found: dict[str, Any] = {
        "surroundings": asdict(around),
        "figures": [asdict(one) for one in figures],
        "skipped": list(skipped),
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _judged(ratio: Ratio) -> str:
    said = f"{ratio.value:.2f} x {ratio.to}"
    if ratio.least is None:
        return said
    return f"{said} (goal {ratio.least:.2f}: {'met' if ratio.met else 'MISSED'})"


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def _how(one: Figure) -> str:
    if len(one.rounds) < 2:
        return one.how
    return f"{one.how}; median of {', '.join(_short(value) for value in one.rounds)}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
