"""What searching one face among everybody who is enrolled costs, exact and in one thread."""

import time
from statistics import median
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.figures import Figure, Ratio
from verifier.faces.embedding import DIMENSIONS
from verifier.faces.gallery import EVERYWHERE, Entry, Gallery

# Milliseconds that a search may take among so many: a city, and the nation.
WANTED = {20_000: 5.0, 700_000: 150.0}
SEARCHES = 15
NOBODY = UUID(int=1)
HOW = (
    "median of {searches} searches, one float32 mean vector a person in one matrix, five nearest;"
    " {megabytes:.0f} MB shared by all horses of a worker, {temporary:.0f} MB while it searches"
)


def searches() -> list[Figure]:
    """Fill galleries with vectors of nobody, and search."""
    return [_figure(people, most) for people, most in WANTED.items()]


def _figure(people: int, most: float) -> Figure:
    chance = np.random.default_rng(people)
    gallery = _filled(people, chance)
    rounds = []
    for _ in range(SEARCHES):
        probe = _vectors(chance, 1)[0]
        begun = time.perf_counter()
        gallery.nearest(probe, EVERYWHERE, NOBODY, 5)
        rounds.append((time.perf_counter() - begun) * 1000)
    how = HOW.format(
        searches=SEARCHES,
        megabytes=gallery.bytes_used / 1e6,
        temporary=people * 4 * 2 / 1e6,
    )
    value = median(rounds)
    ratio = Ratio(value / most, f"the {most:.0f} ms it may take")
    return Figure(f"search among {people:,} people", value, "ms", how, (ratio,))


def _filled(people: int, chance: np.random.Generator) -> Gallery:
    gallery = Gallery(people)
    gallery.open_for("benchmark")
    ids = (UUID(int=number) for number in range(2, people + 2))
    vectors = _vectors(chance, people)
    entries = [Entry(one, NOBODY, row) for one, row in zip(ids, vectors, strict=True)]
    gallery.fill(EVERYWHERE, entries)
    return gallery


def _vectors(chance: np.random.Generator, count: int) -> NDArray[np.float32]:
    drawn = chance.standard_normal((count, DIMENSIONS), dtype=np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)
